import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { Ports } from '../../src/issuing/ports';
import { LifecycleEvent, LifecycleResult } from '../../src/resource/lifecycle-event';
import { failingAt } from '../support/crashes';
import {
  caProperties, deviceProperties, EXISTING_KEY, existingCaProperties, keptCaProperties, Properties, request, SECRET, signedElsewhereProperties,
  STACK_ID, subordinateProperties,
} from '../support/events';
import { MemoryWorld } from '../support/memory-ports';
import { CA_EXTENSIONS, OpensslCas } from '../support/openssl-ca';

const cas = new OpensslCas();

let world: MemoryWorld;
let caId: string;

function handle(event: LifecycleEvent, ports: Ports = world.ports()): Promise<LifecycleResult> {
  return handleLifecycleEvent(event, ports);
}

const takeOver = () => handle(request('kept', 'Create', keptCaProperties(caId)));
const removeKept = (physicalId = `${caId}/ledger`) => handle(request('kept', 'Delete', keptCaProperties(caId), physicalId));
const changeCa = (changes: Properties = { Remark: '1' }) => handle(request('ca', 'Update', caProperties(changes), caId));

beforeEach(async () => {
  world = new MemoryWorld();
  caId = (await handle(request('ca', 'Create', caProperties()))).physicalResourceId;
  await handle(request('device', 'Create', deviceProperties(caId)));
  world.stackResources.push(
    { type: 'Custom::PrivateIotCa', logicalResourceId: 'Ca', physicalResourceId: caId },
    { type: 'AWS::DynamoDB::GlobalTable', logicalResourceId: 'CaLedger', physicalResourceId: 'ledger' },
  );
});

describe('a CA that another resource has taken over goes back to the one that still has it', () => {
  afterEach(async () => {
    expect(world.entry(caId)).toMatchObject({ status: 'ISSUED', logicalResourceId: 'Ca' });
    expect((await changeCa()).physicalResourceId).toBe(caId);
  });

  test('when the update that took it over is rolled back', async () => {
    await takeOver();
    expect(await removeKept()).toEqual({ physicalResourceId: `${caId}/ledger`, unfinished: undefined });
  });

  test('when CloudFormation got no answer to the takeover, and removes it by an id that it has invented', async () => {
    await takeOver();
    await removeKept('iot-KeptCa-ABCDEF');
  });

  test('when the takeover was recorded, and its answer was lost', async () => {
    const ports = world.ports();
    const failing: Ports = {
      ...ports,
      ledger: table => ({
        ...ports.ledger(table),
        advance: async (...write) => {
          await ports.ledger(table).advance(...write);
          if (write[2].handedBackBy === undefined) {
            throw new Error('the answer was lost');
          }
          return true;
        },
      }),
    };
    await expect(handle(request('kept', 'Create', keptCaProperties(caId)), failing)).rejects.toThrow('the answer was lost');
  });
});

describe('a takeover that is rolled back', () => {
  const retire = (retired = true) => changeCa(retired ? { Retired: 'true', RetiredInUse: caId } : {});
  const issue = () => {
    const KeyStorage = { Type: 'SecretsManager', SecretArn: `${SECRET}Next-AbCdEf` };
    return handle({ ...request('device', 'Create', deviceProperties(caId, { KeyStorage, Subject: { CommonName: 'sensor-002' } })), logicalResourceId: 'Next' });
  };

  test('leaves a retired CA retired', async () => {
    await retire();
    await takeOver();
    expect(world.entry(caId)!.retirement).toBe('active'); // the resource that takes it declares no retirement
    await removeKept();
    expect(world.entry(caId)).toMatchObject({ retirement: 'retired', logicalResourceId: 'Ca' });
    await expect(issue()).rejects.toThrow('is retired');
  });

  test('has a CA that was not retired issue again, also if it was retired before', async () => {
    for (const isRetiredBefore of [false, true]) {
      if (isRetiredBefore) {
        await retire();
        await retire(false);
      }
      await handle(request('kept', 'Create', keptCaProperties(caId, { Retired: 'true', RetiredInUse: caId })));
      await expect(issue()).rejects.toThrow('is retired');
      await removeKept();
      expect(world.entry(caId)!.retirement).toBe('active');
      world.now = new Date(world.now.getTime() + 60_000);
    }
    expect((await issue()).physicalResourceId).toMatch(/^device-/);
  });

  test('leaves it retired also if a deployment of the resource that took it had retried in between', async () => {
    await retire();
    await takeOver();
    world.now = new Date(world.now.getTime() + 60_000);
    await handle(request('kept', 'Update', keptCaProperties(caId, { Retired: 'true', RetiredInUse: caId }), `${caId}/ledger`));
    await handle(request('kept', 'Update', keptCaProperties(caId), `${caId}/ledger`));
    await removeKept();
    expect(world.entry(caId)!.retirement).toBe('retired');
  });

  test('leaves it retired if the takeover itself has failed after it was recorded', async () => {
    await retire();
    const failing = world.ports(failingAt('advance', 2, 'after')); // the second one is that of the retirement
    await expect(handle(request('kept', 'Create', keptCaProperties(caId)), failing)).rejects.toThrow('was lost');
    expect(world.entry(caId)).toMatchObject({ retirement: 'retired', logicalResourceId: 'Ca' });
  });
});

test('a CA that another resource has taken over is withdrawn with that one, once the former one is gone', async () => {
  await takeOver();
  await handle(request('ca', 'Delete', caProperties(), caId)); // the cleanup after the update
  expect(world.entry(caId)).toMatchObject({ status: 'ISSUED', logicalResourceId: 'KeptCa' });
  world.stackResources.shift();
  await removeKept();
  expect(world.entry(caId)).toMatchObject({ status: 'WITHDRAWN' });
});

test('the declaration that a CA was taken over from is refused while the other one has it, and comes back after that', async () => {
  await takeOver();
  await handle(request('ca', 'Delete', caProperties(), caId));
  world.stackResources.shift();
  world.now = new Date(world.now.getTime() + 60_000);
  await expect(handle(request('ca', 'Create', caProperties()))).rejects.toThrow(`Ca: the ledger ledger must have ${caId} for this resource, got the resource KeptCa; `
    + 'if PrivateIotCa.fromKeptCa declares that resource, keep it, or remove it, deploy, and then declare this one; otherwise the table was changed from outside this library');
  await removeKept();
  expect((await handle(request('ca', 'Create', caProperties()))).physicalResourceId).toBe(caId);
});

test('a kept CA is not exchanged for one of another resource that is still there without its being named', async () => {
  await takeOver();
  await handle(request('ca', 'Delete', caProperties(), caId));
  const other = { ...request('ca', 'Create', caProperties({ LedgerTable: 'other', KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Other-AbCdEf` }, Replaces: caId })), logicalResourceId: 'Other' };
  const { physicalResourceId } = await handle(other);
  await expect(handle({ ...request('kept', 'Update', keptCaProperties(physicalResourceId, { LedgerTable: 'other' }), `${caId}/ledger`), oldProperties: keptCaProperties(caId) }))
    .rejects.toThrow(`this update would replace the CA ${caId}, which has living certificates`);
});

describe('a CA that came back to the resource from which it was taken is withdrawn with it, while CloudFormation still lists that', () => {
  test('after the takeover was rolled back', async () => {
    await takeOver();
    await removeKept();
    await handle(request('ca', 'Delete', caProperties(), caId));
    expect(world.entry(caId)).toMatchObject({ status: 'WITHDRAWN', logicalResourceId: 'Ca' });
  });

  test('after the resource that had taken it was removed, and the first one was declared again', async () => {
    await takeOver();
    await handle(request('ca', 'Delete', caProperties(), caId));
    const [ca] = world.stackResources.splice(0, 1);
    await removeKept();
    world.now = new Date(world.now.getTime() + 60_000);
    const again = caProperties({ RetainKey: 'false' });
    await handle(request('ca', 'Create', again));
    world.stackResources.push(ca);
    await handle(request('ca', 'Delete', again, caId));
    expect(world.entry(caId)).toMatchObject({ status: 'WITHDRAWN', logicalResourceId: 'Ca' });
    expect([...world.versions.keys()].filter(key => key.startsWith(`${SECRET}Ca-`))).toEqual([]);
  });
});

test('a CA is taken over once, by whichever of two resources is first', async () => {
  world.declaredCas.push('KeptCa', 'KeptToo');
  const outcomes = await Promise.allSettled([takeOver(), handle({ ...request('kept', 'Create', keptCaProperties(caId)), logicalResourceId: 'KeptToo' })]);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('a CA below another one of this library is taken over with that as its issuer, in whose ledger it stands too', async () => {
  world.declaredCas.push('Ca', 'KeptCa');
  const properties = subordinateProperties(caId, 'below', { PathLength: '0' });
  const root = await handle(request('ca', 'Update', caProperties({ PathLength: '1', Replaces: caId }), caId));
  const below = await handle(request('subordinate', 'Create', { ...properties, Issuer: root.physicalResourceId }));
  const take = (changes: Properties) => handle(request('kept', 'Create', keptCaProperties(below.physicalResourceId, { LedgerTable: 'below', ...changes })));
  await expect(take({})).rejects.toThrow(`KeptCa: issuer must be the CA ${root.physicalResourceId}, which signed ${below.physicalResourceId}, got none; `
    + 'pass that CA as issuer');
  world.now = new Date(world.now.getTime() + 60_000);
  await take({ IssuerLedgerTable: 'ledger' });
  await handle(request('subordinate', 'Delete', properties, below.physicalResourceId));
  for (const table of ['ledger', 'below']) {
    expect(world.entry(below.physicalResourceId, table)).toMatchObject({ status: 'ISSUED', logicalResourceId: 'KeptCa' });
  }
});

test('a kept CA has its ledger in the account and the Region of its stack', async () => {
  const LedgerTable = 'arn:aws:dynamodb:eu-central-1:111111111111:table/ledger';
  await expect(handle(request('kept', 'Create', keptCaProperties(caId, { LedgerTable })))).rejects.toThrow(
    `KeptCa: ledgerTable must be the name of a table in the account and the Region of the stack, got "${LedgerTable}"`);
});

describe('a CA from elsewhere that another resource has taken over', () => {
  const ca = cas.root({ days: 30 });
  const properties = (changes: Properties = {}) => existingCaProperties({ LedgerTable: 'elsewhere', CertificatePem: ca.certificatePem, ...changes });
  const DAY = 86_400_000;
  let existing: string;

  beforeEach(async () => {
    world = new MemoryWorld();
    world.now = new Date(Date.now() + 60_000);
    world.secretValues.set(EXISTING_KEY, ca.privateKeyPem);
    existing = (await handle(request('existing', 'Create', properties()))).physicalResourceId;
    world.stackResources.push({ type: 'Custom::ExistingIotCa', logicalResourceId: 'Existing', physicalResourceId: existing });
    await handle(request('kept', 'Create', keptCaProperties(existing, { LedgerTable: 'elsewhere' })));
  });

  test('does not go back while that one declares it', async () => {
    await handle(request('existing', 'Delete', properties(), existing));
    world.now = new Date(world.now.getTime() + 60_000);
    await expect(handle(request('existing', 'Create', properties()))).rejects.toThrow(`Existing: the ledger elsewhere must have ${existing} for this resource, got the `
      + 'resource KeptCa');
    expect(world.entry(existing, 'elsewhere')).toMatchObject({ status: 'ISSUED', logicalResourceId: 'KeptCa' });
  });

  test('is not checked as a new one at each update once it is back, so that one which has ended can be updated', async () => {
    await handle(request('kept', 'Delete', keptCaProperties(existing, { LedgerTable: 'elsewhere' }), `${existing}/elsewhere`));
    world.now = new Date(world.now.getTime() + 31 * DAY);
    expect((await handle(request('existing', 'Update', properties({ Platforms: ['aws-iot-core'] }), existing))).physicalResourceId).toBe(existing);
  });
});

describe('a CA whose stack is gone without its removal', () => {
  const other = STACK_ID.replace('stack/Iot/5', 'stack/Iot/6');
  const takeAway = (changes: Properties = {}) => handle({ ...request('kept', 'Create', keptCaProperties(caId, changes)), stackId: other });

  beforeEach(() => {
    world.stackResources.splice(0, Infinity);
    world.declaredCas.splice(0, Infinity, 'KeptCa');
  });

  test('is refused with the id of that stack, and the way to vouch for it', async () => {
    await expect(takeAway()).rejects.toThrow(`KeptCa: caId must name a CA that no other resource declares, got "${caId}", which belongs to Ca of the stack ${STACK_ID}; remove it `
      + 'there, or use it here with PrivateIotCa.fromPrivateIotCaAttributes; if that stack was deleted, or has retained the resource, declare the id of the stack as formerStackId');
    await expect(takeAway({ FormerStackId: other })).rejects.toThrow('caId must name a CA that no other resource declares');
    await expect(takeAway({ FormerStackId: 'Iot' })).rejects.toThrow('KeptCa: formerStackId must be a stack id');
  });

  test('goes on in another stack that names it, and a removal of the former resource takes nothing away', async () => {
    await takeAway({ FormerStackId: STACK_ID });
    world.now = new Date(world.now.getTime() + 60_000);
    await expect(changeCa()).rejects.toThrow('the ledger ledger must have');
    world.now = new Date(world.now.getTime() + 60_000);
    await handle(request('ca', 'Delete', caProperties({ RetainKey: 'false' }), caId));
    expect(world.entry(caId)).toMatchObject({ status: 'ISSUED', stackId: other, logicalResourceId: 'KeptCa' });
    const KeyStorage = { Type: 'SecretsManager', SecretArn: `${SECRET}Other-AbCdEf` };
    const device = await handle({ ...request('device', 'Create', deviceProperties(caId, { KeyStorage })), stackId: other });
    expect(device.data!.CertificatePem).toContain('BEGIN CERTIFICATE');
  });
});

test('a CA that the template of the stack declares is not taken from it by its own id', async () => {
  world.declaredCas.push('Ca', 'KeptCa');
  await expect(handle(request('kept', 'Create', keptCaProperties(caId, { FormerStackId: STACK_ID })))).rejects.toThrow(
    `caId must name a CA that no other resource declares, got "${caId}"`);
});

describe('a CA stays with its resource', () => {
  beforeEach(() => {
    world.declaredCas.push('Ca', 'KeptCa');
  });

  test('while it is being replaced, because a rollback brings it back', async () => {
    const next = await changeCa({ Generation: '2', Replaces: caId });
    await expect(takeOver()).rejects.toThrow(`caId must name a CA that no other resource declares, got "${caId}", which belongs to Ca of the stack`);
    expect((await handle(request('ca', 'Update', caProperties(), next.physicalResourceId))).physicalResourceId).toBe(caId);
  });

  test('if a second resource looked at it before the first one\'s takeover', async () => {
    world.declaredCas.splice(0, Infinity, 'KeptCa', 'KeptToo');
    const ports = world.ports();
    let isTaken = false;
    const slow: Ports = {
      ...ports,
      ledger: table => ({
        ...ports.ledger(table),
        resource: async requester => {
          const record = await ports.ledger(table).resource(requester);
          if (!isTaken && requester.logicalResourceId === 'Ca') {
            isTaken = true;
            await takeOver();
          }
          return record;
        },
      }),
    };
    await expect(handle({ ...request('kept', 'Create', keptCaProperties(caId)), logicalResourceId: 'KeptToo' }, slow)).rejects.toThrow(
      'caId must name a CA that no other resource declares');
    expect(world.entry(caId)).toMatchObject({ status: 'ISSUED', logicalResourceId: 'KeptCa' });
  });

  test('in an old ledger, if the CA above it has a later one of the same declaration', async () => {
    const root = await changeCa({ PathLength: '1', Replaces: caId });
    const below = subordinateProperties(root.physicalResourceId, 'below', { PathLength: '0' });
    const { physicalResourceId } = await handle(request('subordinate', 'Create', below));
    await handle(request('subordinate', 'Delete', below, physicalResourceId));
    world.now = new Date(world.now.getTime() + 60_000);
    const again = { ...below, LedgerTable: 'again', KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Again-AbCdEf` } };
    await handle(request('subordinate', 'Create', again));
    await expect(handle(request('kept', 'Create', keptCaProperties(physicalResourceId, { LedgerTable: 'below', IssuerLedgerTable: 'ledger' })))).rejects.toThrow(
      `KeptCa: ledgerTableArn must be the ARN of the ledger with the latest certificate of the CA ${physicalResourceId}`);
    expect(world.entry(physicalResourceId)).toMatchObject({ status: 'ISSUED', logicalResourceId: 'Factory' });
  });
});

describe('a CA of the same declaration, with a ledger and a key of its own,', () => {
  const anew = (changes: Properties = {}) => handle(request('ca', 'Create', caProperties({
    LedgerTable: 'second', KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Second-AbCdEf` }, ...changes,
  })));

  beforeEach(async () => {
    world.declaredCas.push('KeptCa');
    const { physicalResourceId } = await takeOver();
    await handle(request('ca', 'Delete', caProperties(), caId));
    world.stackResources.splice(0, Infinity, { type: 'Custom::KeptIotCa', logicalResourceId: 'KeptCa', physicalResourceId });
    world.declaredCas.splice(0, Infinity, 'Ca');
    world.now = new Date(world.now.getTime() + 60_000);
  });

  test('does not take the place of the kept one without its name', async () => {
    await expect(anew()).rejects.toThrow(`Ca: this update would remove the CA ${caId}, which has living certificates`);
  });

  test('does not get back the certificate of the kept one when that is removed', async () => {
    const { physicalResourceId } = await anew({ Replaces: caId });
    world.stackResources.push({ type: 'Custom::PrivateIotCa', logicalResourceId: 'Ca', physicalResourceId });
    await removeKept();
    expect(world.entry(caId)).toMatchObject({ status: 'WITHDRAWN', logicalResourceId: 'KeptCa' });
    expect(world.entry(caId, 'second')).toMatchObject({ status: 'ISSUED', logicalResourceId: 'Ca' });
  });
});

test('another CA can be added in the update in which a CA is taken over', async () => {
  world.declaredCas.push('KeptCa', 'Other');
  await takeOver();
  const other = caProperties({ LedgerTable: 'other', KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Other-AbCdEf` } });
  expect((await handle({ ...request('ca', 'Create', other), logicalResourceId: 'Other' })).physicalResourceId).toMatch(/^ca-/);
});

test('a CA that is signed elsewhere comes back to its resource after another one had taken it over', async () => {
  const above = cas.root();
  world = new MemoryWorld();
  world.now = new Date(Date.now() + 60_000);
  const later = (): void => { world.now = new Date(world.now.getTime() + 60_000); };
  const { physicalResourceId, data } = await handle(request('ca', 'Create', signedElsewhereProperties()));
  const SignedCertificatePem = cas.sign(data!.CertificateSigningRequestPem, above, undefined, { extensions: ['basicConstraints=critical,CA:TRUE,pathlen:0', ...CA_EXTENSIONS.slice(1)] })
    + above.certificatePem;
  const signed = signedElsewhereProperties({ SignedCertificatePem });
  await handle(request('ca', 'Update', signed, physicalResourceId));
  await handle(request('kept', 'Create', keptCaProperties(physicalResourceId)));
  await handle(request('ca', 'Delete', signed, physicalResourceId));
  await handle(request('kept', 'Delete', keptCaProperties(physicalResourceId), `${physicalResourceId}/ledger`));
  later();
  await handle(request('ca', 'Create', signed));
  expect(world.entry(physicalResourceId)).toMatchObject({ status: 'ISSUED', logicalResourceId: 'Ca' });
  later();
  await handle(request('ca', 'Delete', signed, physicalResourceId));
  expect(world.entry(physicalResourceId)).toMatchObject({ status: 'WITHDRAWN' });
});
