import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';
import { caProperties, deviceProperties, keptCaProperties, Properties, request, SECRET, subordinateProperties, verificationProperties } from '../support/events';
import { MemoryWorld } from '../support/memory-ports';

let world: MemoryWorld;
let caId: string;

const handle = (event: LifecycleEvent) => handleLifecycleEvent(event, world.ports());
const named = (event: LifecycleEvent, logicalResourceId: string): LifecycleEvent => ({ ...event, logicalResourceId });
const createDevice = (issuer = caId, changes: Properties = {}) => handle(request('device', 'Create', deviceProperties(issuer, changes)));
const renamed = (changes: Properties = {}) => named(request('ca', 'Create', caProperties({
  LedgerTable: 'other', KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}OtherCa-AbCdEf` }, ...changes,
})), 'RenamedCa');

beforeEach(async () => {
  world = new MemoryWorld();
  caId = (await handle(request('ca', 'Create', caProperties({ PathLength: '1' })))).physicalResourceId;
  world.stackResources.push(
    { type: 'Custom::PrivateIotCa', logicalResourceId: 'Ca', physicalResourceId: caId },
    { type: 'AWS::DynamoDB::GlobalTable', logicalResourceId: 'CaLedger', physicalResourceId: 'ledger' },
    { type: 'AWS::DynamoDB::GlobalTable', logicalResourceId: 'Somebody', physicalResourceId: 'not-a-ledger' },
  );
  world.declaredCas.push('Ca');
});

describe('a changed word in the declaration of a CA', () => {
  const change = (changes: Properties = {}) => request('ca', 'Update', caProperties({ PathLength: '1', Subject: { CommonName: 'Acme IoT Roof CA' }, ...changes }), caId);

  test('does not replace it under its living certificates, and the message names the losses and the way out', async () => {
    await createDevice();
    await expect(handle(change())).rejects.toThrow(new RegExp(`Ca: this update would replace the CA ${caId}, which has living certificates: device CN=sensor-001 `
      + `\\(until 2027-03-01T12:00:00Z\\); undo the change .*, or, to replace the CA and everything below it, declare replaces: '${caId}'$`));
    expect(world.issued().map(({ identity }) => identity)).toContain(caId);
    expect(world.versions.size).toBe(2);
  });

  test('replaces it if that is declared by its name', async () => {
    await createDevice();
    expect((await handle(change({ Replaces: caId }))).physicalResourceId).not.toBe(caId);
  });

  test('does not replace it because an earlier attempt, by its name, has failed and left its CA behind', async () => {
    await createDevice();
    const declared = caProperties({ PathLength: '1' });
    const calls = { records: 0, isRefused: false };
    await expect(handleLifecycleEvent({ ...change({ Replaces: caId }), oldProperties: declared }, world.ports(async (operation, effect) => {
      if (operation === 'record' && ++calls.records > 1) {
        throw new Error('the outcome is not recorded');
      }
      return effect();
    }))).rejects.toThrow('the outcome is not recorded');
    const rollback = { ...request('ca', 'Update', declared, caId), requestId: 'rollback', oldProperties: change({ Replaces: caId }).properties };
    const rolledBack = await handleLifecycleEvent(rollback, world.ports(async (operation, effect) => {
      if (operation === 'advance') {
        throw new Error('what was left can\'t be withdrawn');
      }
      return effect();
    }));
    expect(rolledBack).toMatchObject({ physicalResourceId: caId, unfinished: 'what was left can\'t be withdrawn' });
    expect(world.issued().filter(({ profile }) => profile === 'ca')).toHaveLength(2);
    await expect(handle({ ...change(), requestId: 'again', oldProperties: declared })).rejects.toThrow('which has living certificates');
    expect((await handle({ ...rollback, requestId: 'next rollback' })).unfinished).toBeUndefined();
    expect(world.issued().filter(({ profile }) => profile === 'ca').map(({ identity }) => identity)).toEqual([caId]);
  });

  test('does not replace it because of the name of another CA', async () => {
    await createDevice();
    const other = `ca-${'0'.repeat(32)}`;
    await expect(handle(change({ Replaces: other }))).rejects.toThrow(new RegExp(`which has living certificates: .* declare replaces: '${caId}', got '${other}'$`));
  });

  test('replaces it if nothing depends on it: no certificate, only a proof, or one that has ended or was withdrawn', async () => {
    await handle(request('verification', 'Create', verificationProperties(caId)));
    const device = await createDevice();
    await handle(request('device', 'Delete', deviceProperties(caId), device.physicalResourceId));
    await handle(named(request('device', 'Create', deviceProperties(caId, {
      ValidityDays: '1', KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Short-AbCdEf` },
    })), 'Short'));
    world.now = new Date(world.now.getTime() + 2 * 86_400_000);
    expect((await handle(change())).physicalResourceId).not.toBe(caId);
  });

  test('counts the certificates below it in other stacks, and the CAs below it', async () => {
    await handle(request('subordinate', 'Create', subordinateProperties(caId, 'factory')));
    await handle({ ...request('device', 'Create', deviceProperties(caId)), stackId: 'another stack' });
    await expect(handle(change())).rejects.toThrow(/living certificates: ca CN=Acme factory \(until [^)]+\) and 1 more/);
  });

  test('counts no further than a hundred certificates', async () => {
    for (let number = 0; number < 101; number++) {
      const KeyStorage = { Type: 'SecretsManager', SecretArn: `${SECRET}Device${number}-AbCdEf` };
      await handle(named(request('device', 'Create', deviceProperties(caId, { KeyStorage })), `Device${number}`));
    }
    await expect(handle(change())).rejects.toThrow(/device CN=sensor-001 \(until [^)]+\) and more than 99 others/);
  });

  test('does not stand in the way of the rollback, whatever the new CA has issued meanwhile', async () => {
    await createDevice();
    const next = await handle(change({ Replaces: caId }));
    await handle(request('device', 'Update', deviceProperties(next.physicalResourceId), world.issued()[1].identity));
    expect((await handle(request('ca', 'Update', caProperties({ PathLength: '1' }), next.physicalResourceId))).physicalResourceId).toBe(caId);
  });
});

describe('another id of the construct of a CA', () => {
  beforeEach(() => {
    world.declaredCas.splice(0, 1, 'RenamedCa');
  });

  test('does not make another CA while the old one has living certificates, and names both ways out', async () => {
    await createDevice();
    await expect(handle(renamed())).rejects.toThrow(new RegExp(`RenamedCa: this update would remove the CA ${caId}, which has living certificates: device CN=sensor-001 .*`
      + `PrivateIotCa\\.fromKeptCa; to replace the CA and everything below it, declare replaces: '${caId}'$`));
    expect(world.issued('other')).toEqual([]);
  });

  test('makes one if that is declared, or if nothing depends on the old one', async () => {
    expect((await handle(renamed())).physicalResourceId).toMatch(/^ca-/);
    await createDevice();
    const again = named(renamed({ Generation: '2', LedgerTable: 'third', Replaces: caId, KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Third-AbCdEf` } }), 'ThirdCa');
    expect((await handle(again)).physicalResourceId).toMatch(/^ca-/);
  });

  test.each([
    ['a resource of this id in another stack has it', { stackId: 'another stack', logicalResourceId: 'RenamedCa' }],
    ['the resource that had taken it over has lost it again', { status: 'WITHDRAWN', logicalResourceId: 'RenamedCa' }],
  ] as const)('does not count as a takeover of the old one because %s', async (_, owner) => {
    await createDevice();
    const [key, entry] = [...world.entries].find(([, { identity }]) => identity === caId)!;
    world.entries.set(key, { ...entry, ...owner });
    await expect(handle(renamed())).rejects.toThrow(`this update would remove the CA ${caId}, which has living certificates`);
    world.entries.set(key, { ...entry, logicalResourceId: 'RenamedCa' });
    expect((await handle(renamed())).physicalResourceId).toMatch(/^ca-/);
  });

  test('is not compared with a CA whose creation has failed, nor looks for ledgers anywhere but in tables', async () => {
    world.stackResources.push(
      { type: 'Custom::PrivateIotCa', logicalResourceId: 'FailedCa', physicalResourceId: 'Iot-FailedCa-1ABCDEF' },
      { type: 'AWS::S3::Bucket', logicalResourceId: 'Lists', physicalResourceId: 'iot-lists' },
    );
    expect((await handle(renamed())).physicalResourceId).toMatch(/^ca-/);
    expect([...world.ledgers.keys()].sort()).toEqual(['ledger', 'not-a-ledger', 'other']);
  });

  test('lets another CA be added beside one that stays', async () => {
    await createDevice();
    world.declaredCas.push('Ca');
    expect((await handle(renamed())).physicalResourceId).toMatch(/^ca-/);
  });
});

describe('a CA whose key and ledger were kept', () => {
  const kept = (changes: Properties = {}) => request('kept', 'Create', keptCaProperties(caId, changes));

  test('can be taken back in after its removal, with its identity, and its certificates stay', async () => {
    const device = await createDevice();
    const ca = world.entry(caId)!;
    await handle(request('ca', 'Delete', caProperties({ PathLength: '1' }), caId));
    const { physicalResourceId, data } = await handle(kept());
    expect(physicalResourceId).toBe(`${caId}/ledger`);
    expect(data).toMatchObject({ CaId: caId, SerialNumber: ca.serialNumber });
    expect(world.entry(caId)).toMatchObject({ status: 'ISSUED', logicalResourceId: 'KeptCa' });
    expect(await handle(request('device', 'Update', deviceProperties(caId), device.physicalResourceId))).toEqual(device);
  });

  test('goes on under another id of its construct, and the removal of the old resource leaves it alone', async () => {
    await createDevice();
    world.declaredCas.splice(0, 1, 'KeptCa');
    await handle(kept());
    await handle(request('ca', 'Delete', caProperties({ PathLength: '1' }), caId));
    expect(world.entry(caId)).toMatchObject({ status: 'ISSUED', logicalResourceId: 'KeptCa' });
  });

  test('is not taken from the resource that declares it', async () => {
    await expect(handle({ ...kept(), stackId: 'another stack' })).rejects.toThrow(
      `KeptCa: caId must name a CA that no other resource declares, got "${caId}", which belongs to Ca of the stack`);
  });

  test('must be in its ledger, with its key', async () => {
    await expect(handle(kept({ CaId: `ca-${'0'.repeat(32)}` }))).rejects.toThrow(
      `KeptCa: caId must name a CA in the ledger ledger, got "ca-${'0'.repeat(32)}"; take caId, ledgerTableArn and the key's ARN from the same stack`);
    await handle(request('ca', 'Delete', caProperties({ PathLength: '1' }), caId));
    world.versions.clear();
    await expect(handle(kept())).rejects.toThrow('does not hold the key of the CA');
    expect(world.entry(caId)).toMatchObject({ status: 'WITHDRAWN', logicalResourceId: 'Ca' });
  });

  test('is withdrawn with its new resource, and its key stays', async () => {
    await handle(request('ca', 'Delete', caProperties({ PathLength: '1' }), caId));
    await handle(kept());
    await handle(request('kept', 'Delete', keptCaProperties(caId), `${caId}/ledger`));
    expect(world.entry(caId)).toMatchObject({ status: 'WITHDRAWN' });
    expect(world.versions.size).toBe(1);
    world.now = new Date(world.now.getTime() + 1);
    expect((await handle(kept())).physicalResourceId).toBe(`${caId}/ledger`);
  });

  test('stays in its ledger', async () => {
    await handle(request('ca', 'Delete', caProperties({ PathLength: '1' }), caId));
    const { physicalResourceId } = await handle(kept());
    await expect(handle(request('kept', 'Update', keptCaProperties(caId, { LedgerTable: 'other' }), physicalResourceId))).rejects.toThrow(
      `KeptCa: ledgerTableArn must stay the ARN of the table ledger for the CA ${caId}, got "other"; to continue the CA in another ledger, declare it with `
      + 'fromKeptCa under a new construct id');
    expect(world.entry(caId)).toMatchObject({ status: 'ISSUED', logicalResourceId: 'KeptCa' });
  });

  test('is not replaced under another id of its construct without its name, though its ledger is none of the stack\'s', async () => {
    await createDevice();
    await handle(request('ca', 'Delete', caProperties({ PathLength: '1' }), caId));
    const { physicalResourceId } = await handle(kept());
    world.stackResources.splice(0, Infinity, { type: 'Custom::KeptIotCa', logicalResourceId: 'KeptCa', physicalResourceId });
    world.declaredCas.splice(0, 1, 'RenamedCa');
    await expect(handle(renamed())).rejects.toThrow(`RenamedCa: this update would remove the CA ${caId}, which has living certificates: device CN=sensor-001`);
    expect((await handle(renamed({ Replaces: caId, Generation: '2' }))).physicalResourceId).toMatch(/^ca-/);
  });
});
