import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { Ports } from '../../src/issuing/ports';
import { renewDue } from '../../src/issuing/renewal/renew-due';
import { revokeCertificate } from '../../src/issuing/revocation/revoke-certificate';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';
import { crashEverywhere, dyingAt } from '../support/crashes';
import {
  caProperties, crossProperties, deviceProperties, existingCaProperties, EXISTING_KEY, keptCaProperties, Properties, request, SECRET,
  signatureProperties, STACK_ID, subordinateProperties, verificationProperties,
} from '../support/events';
import { Gate, MemoryWorld } from '../support/memory-ports';
import { OpensslCas } from '../support/openssl-ca';

const cas = new OpensslCas();
const NEXT = { LedgerTable: 'next', Subject: { CommonName: 'Acme IoT Root CA 2036' }, KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Next-AbCdEf` } };
const declaredCa = (changes: Properties = {}) => caProperties({ PathLength: '1', ...changes });

let world: MemoryWorld;
let caId: string;

const handle = (event: LifecycleEvent, ports: Ports = world.ports()) => handleLifecycleEvent(event, ports);
const named = (event: LifecycleEvent, logicalResourceId: string): LifecycleEvent => ({ ...event, logicalResourceId });
const update = (changes: Properties = {}) => request('ca', 'Update', declaredCa(changes), caId);
const retire = (changes: Properties = {}) => update({ Retired: 'true', ...changes });
const createDevice = (id = 'Device') => handle(named(request('device', 'Create', deviceProperties(caId, {
  KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}${id}-AbCdEf` }, Subject: { CommonName: id },
})), id));
const retirement = () => world.entry(caId)!.retirement;
const later = () => { world.now = new Date(world.now.getTime() + 1000); };

async function newWorld(): Promise<MemoryWorld> {
  world = new MemoryWorld();
  caId = (await handle(request('ca', 'Create', declaredCa()))).physicalResourceId;
  return world;
}

beforeEach(newWorld);

describe('the retirement of a CA', () => {
  test('succeeds if nothing depends on the CA, keeps its certificate, and does not ask again', async () => {
    const before = await handle(update());
    expect(await handle(retire())).toEqual(before);
    expect(retirement()).toBe('retired');
    const snapshot = world.entry(caId);
    expect(await handle(retire({ Colour: 'blue' }))).toEqual(before);
    expect(world.entry(caId)).toEqual(snapshot);
  });

  test('is refused while certificates depend on the CA: the error counts them, names the first ones and the way out, and nothing has changed', async () => {
    for (const id of ['sensor-1', 'sensor-2', 'sensor-3', 'sensor-4']) {
      await createDevice(id);
    }
    await expect(handle(retire())).rejects.toThrow(new RegExp(`^Ca: retirement must wait until nothing depends on the CA ${caId}, got 4 living certificates: `
      + 'device CN=sensor-\\d \\(until 2027-03-01T12:00:00Z\\), device CN=sensor-\\d \\(until [^)]+\\), device CN=sensor-\\d \\(until [^)]+\\), …; '
      + `list them with private-iot-ca list --living --ca ${caId}, for a CA in AWS with --ledger ledger; .* Retirement\\.evenInUse\\('${caId}'\\)$`));
    expect(retirement()).toBe('active');
    expect((await createDevice('sensor-5')).physicalResourceId).toMatch(/^device-/);
  });

  test('counts no more than a hundred', async () => {
    const { entries } = world.ledgers.get('ledger')!;
    await createDevice();
    const device = world.issued().find(({ profile }) => profile === 'device')!;
    for (let n = 0; n < 150; n++) {
      entries.set(`${caId}/${n}`, { ...device, serialNumber: String(n), identity: `device-${n}` });
    }
    await expect(handle(retire())).rejects.toThrow('got more than 100 living certificates: device');
  });

  test.each<[string, () => Promise<unknown>]>([
    ['a proof of possession', () => handle(request('verification', 'Create', verificationProperties(caId)))],
    ['a device that has left its stack', async () => {
      const { physicalResourceId } = await createDevice();
      await handle(named(request('device', 'Delete', deviceProperties(caId), physicalResourceId), 'Device'));
    }],
    ['a revoked device', async () => {
      const { data } = await createDevice();
      await revokeCertificate({ issuer: caId, serialNumber: data!.SerialNumber, reason: 'superseded', orderedBy: 'a test' }, world.revocations('ledger'), world.now);
    }],
    ['an expired device', async () => {
      await createDevice();
      world.now = new Date(world.now.getTime() + 366 * 86_400_000);
    }],
    ['a cross-certificate for its successor', async () => {
      const next = await handle(named(request('ca', 'Create', caProperties(NEXT)), 'Next'));
      await handle(request('cross', 'Create', crossProperties(caId, next.physicalResourceId)));
    }],
  ])('does not wait for %s', async (_, prepare) => {
    await prepare();
    await handle(retire());
    expect(retirement()).toBe('retired');
  });

  describe('after a certificate was renewed', () => {
    const combined = [{ Type: 'CombinedPem', SecretArn: `${SECRET}Combined-AbCdEf` }];
    const renewed = () => deviceProperties(caId, { Renewal: { BeforeDays: '30', KeepKey: 'false' }, Bundles: combined });
    const renewedCas = () => [{ caId, ledgerTable: 'ledger', beforeDays: 30 }];
    let device: string;

    beforeEach(async () => {
      device = (await handle(request('device', 'Create', renewed()))).physicalResourceId;
      world.now = new Date(world.now.getTime() + 340 * 86_400_000); // the former one is valid for 25 days more
      expect(await renewDue(renewedCas(), STACK_ID, Infinity, world.ports(), () => {})).toEqual({ failed: 0, finished: true });
      expect(world.issued().filter(({ identity }) => identity === device)).toHaveLength(2);
    });

    test('waits for the latest one alone', async () => {
      await expect(handle(retire())).rejects.toThrow('got 1 living certificate: ');
    });

    test('does not wait for the former one of a device that has left', async () => {
      await handle(request('device', 'Delete', renewed(), device));
      await handle(retire());
      expect(retirement()).toBe('retired');
    });

    test('waits for one whose renewal was begun and not ended', async () => {
      world.now = new Date(world.now.getTime() + 340 * 86_400_000);
      const failing: Gate = async (operation, effect) => {
        if (operation === 'write') {
          throw new Error('secretsmanager:PutSecretValue failed');
        }
        return effect();
      };
      await renewDue(renewedCas(), STACK_ID, Infinity, world.ports(failing), () => {});
      world.now = new Date(world.now.getTime() + 2 * 3_600_000); // the reservation is given up
      await expect(handle(retire())).rejects.toThrow('got 1 living certificate: ');
    });
  });

  test.each<[string, () => Promise<unknown>]>([
    ['a device on hold', async () => {
      const { data } = await createDevice();
      await revokeCertificate({ issuer: caId, serialNumber: data!.SerialNumber, reason: 'certificateHold', orderedBy: 'a test' }, world.revocations('ledger'), world.now);
    }],
    ['a CA below it', () => handle(request('subordinate', 'Create', subordinateProperties(caId, 'factory')))],
    ['a device of another stack', () => handle({ ...request('device', 'Create', deviceProperties(caId)), stackId: 'another stack' })],
  ])('waits for %s', async (_, prepare) => {
    await prepare();
    await expect(handle(retire())).rejects.toThrow('got 1 living certificate: ');
    expect(retirement()).toBe('active');
  });

  test('succeeds in use if the declaration names the CA, and only then', async () => {
    await createDevice();
    await expect(handle(retire({ RetiredInUse: `ca-${'0'.repeat(32)}` }))).rejects.toThrow(`got 'ca-${'0'.repeat(32)}'`);
    await expect(handle(retire({ RetiredInUse: 'true' }))).rejects.toThrow('retirement must be the caId of a CA');
    await handle(retire({ RetiredInUse: caId }));
    expect(retirement()).toBe('retired');
  });

  test('is taken back by a rollback, and the CA issues again', async () => {
    await handle(retire());
    await expect(createDevice()).rejects.toThrow('is retired');
    later();
    await handle(update());
    expect(retirement()).toBe('active');
    expect((await createDevice('another')).physicalResourceId).toMatch(/^device-/);
  });

  test.each<[string, () => Promise<[string, (changes: Properties) => LifecycleEvent]>]>([
    ['a subordinate CA', async () => {
      const { physicalResourceId: id } = await handle(request('subordinate', 'Create', subordinateProperties(caId, 'other')));
      return [id, changes => request('subordinate', 'Update', subordinateProperties(caId, 'other', changes), id)];
    }],
    ['a CA that OpenSSL made', async () => {
      const { certificatePem: CertificatePem, privateKeyPem } = cas.root();
      world.secretValues.set(EXISTING_KEY, privateKeyPem);
      world.now = new Date(Date.now() + 60_000);
      const properties = { LedgerTable: 'other', CertificatePem };
      const { physicalResourceId: id } = await handle(request('existing', 'Create', existingCaProperties(properties)));
      return [id, changes => request('existing', 'Update', existingCaProperties({ ...properties, ...changes }), id)];
    }],
    ['a kept CA', async () => {
      const { physicalResourceId: id } = await handle(named(request('ca', 'Create', caProperties({ ...NEXT, LedgerTable: 'other' })), 'Other'));
      await handle(named(request('ca', 'Delete', caProperties({ ...NEXT, LedgerTable: 'other' }), id), 'Other'));
      const { physicalResourceId } = await handle(request('kept', 'Create', keptCaProperties(id, { LedgerTable: 'other' })));
      return [id, changes => request('kept', 'Update', keptCaProperties(id, { LedgerTable: 'other', ...changes }), physicalResourceId)];
    }],
  ])('is known to the ledger of %s', async (_, prepare) => {
    const [id, changed] = await prepare();
    await handle(changed({ Retired: 'true' }));
    expect(world.entry(id, 'other')!.retirement).toBe('retired');
    await expect(handle(request('device', 'Create', deviceProperties(id, { LedgerTable: 'other' })))).rejects.toThrow(`${id} is retired: it issues no certificate of the profile device`);
    later();
    await handle(changed({}));
    expect(world.entry(id, 'other')!.retirement).toBe('active');
  });

  test('ends the same after a crash anywhere', async () => {
    const calls = await crashEverywhere(async () => ({ world: await newWorld(), event: retire() }), () => expect(retirement()).toBe('retired'));
    expect(calls).toBeGreaterThan(3);
  });

  test('that a crash has interrupted is taken back by the rollback', async () => {
    for (let n = 1; n < 20; n++) {
      await newWorld();
      await createDevice();
      await expect(handle(retire(), world.ports(dyingAt(n, 'after')))).rejects.toThrow();
      later();
      await handle(update());
      expect(retirement() ?? 'active').toBe('active');
    }
  });
});

describe('a retired CA', () => {
  test('confirms what it has issued, and issues and restores nothing', async () => {
    const device = await createDevice();
    const proof = await handle(request('signature', 'Create', signatureProperties(caId)));
    const gone = await createDevice('gone');
    await handle(named(request('device', 'Delete', deviceProperties(caId), gone.physicalResourceId), 'gone'));
    await handle(retire({ RetiredInUse: caId }));
    later();
    const confirmed = request('device', 'Update', deviceProperties(caId, {
      KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Device-AbCdEf` }, Subject: { CommonName: 'Device' }, Colour: 'blue',
    }), device.physicalResourceId);
    expect(await handle(confirmed)).toEqual(device);
    expect(await handle(request('signature', 'Update', signatureProperties(caId, { Colour: 'blue' }), proof.physicalResourceId))).toEqual(proof);
    await expect(createDevice('gone')).rejects.toThrow('it issues no certificate of the profile device any more');
    await expect(handle(named(request('signature', 'Create', signatureProperties(caId)), 'Another'))).rejects.toThrow('it issues no proof of possession any more');
    await expect(handle(request('verification', 'Create', verificationProperties(caId)))).rejects.toThrow('is retired');
  });

  test('may leave the stack while another CA is made, and may be replaced', async () => {
    await createDevice();
    world.stackResources.push(
      { type: 'Custom::PrivateIotCa', logicalResourceId: 'Ca', physicalResourceId: caId },
      { type: 'AWS::DynamoDB::GlobalTable', logicalResourceId: 'CaLedger', physicalResourceId: 'ledger' },
    );
    const create = named(request('ca', 'Create', caProperties(NEXT)), 'Next');
    await expect(handle(create)).rejects.toThrow('would remove the CA');
    await handle(retire({ RetiredInUse: caId }));
    expect((await handle({ ...create, requestId: 'again' })).physicalResourceId).toMatch(/^ca-/);
    expect((await handle(retire({ Subject: { CommonName: 'Another' } }))).physicalResourceId).not.toBe(caId);
  });
});

describe('a certificate that is asked for while its CA is being retired', () => {
  /** Does something before a call of a port, once. */
  const meanwhile = (operation: string, number: number, act: () => Promise<unknown>): Gate => {
    let calls = 0;
    return async (name, effect) => {
      if (name === operation && ++calls === number) {
        await act();
      }
      return effect();
    };
  };

  test.each([1, 2, 3, 4, 5, 6, 7, 8].flatMap(number => [['made', number], ['restored', number]] as const))(
    'is refused, or keeps the CA from being retired, if it is %s and the retirement comes before call %i of find', async (way, number) => {
      const create = request('device', 'Create', deviceProperties(caId, { RetainKey: 'true' }));
      if (way === 'restored') {
        const { physicalResourceId } = await handle(create);
        await handle(request('device', 'Delete', create.properties, physicalResourceId));
        later();
      }
      const outcomes: string[] = [];
      const retiring = () => handle(retire()).then(() => outcomes.push('retired'), () => outcomes.push('kept'));
      const ports = world.ports(meanwhile('find', number, retiring));
      await handle({ ...create, requestId: 'meanwhile' }, ports).then(() => outcomes.push('issued'), () => outcomes.push('refused'));
      expect([['retired', 'refused'], ['kept', 'issued'], ['issued']]).toContainEqual(outcomes);
      expect([retirement() === 'retired', world.issued().some(({ profile }) => profile === 'device')]).not.toEqual([true, true]);
    });
});
