import { RevocationAnswer } from '../../../src/contract/revocation-functions';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { answerRevocation } from '../../../src/issuing/revocation/revoker';
import { caProperties, deviceProperties, request, SECRET, subordinateProperties } from '../../support/events';
import { certificatesOfOneCa } from '../../support/many-certificates';
import { MemoryWorld } from '../../support/memory-ports';

let world: MemoryWorld;
let caId: string;
let serialNumbers: { [name: string]: string };

beforeEach(async () => {
  world = new MemoryWorld();
  caId = (await handleLifecycleEvent(request('ca', 'Create', caProperties()), world.ports())).physicalResourceId;
  serialNumbers = {};
  for (const [stack, name] of [['Iot', 'sensor-1'], ['Iot', 'sensor-2'], ['Plant', 'sensor-3']]) {
    const { data } = await handleLifecycleEvent({
      ...request('device', 'Create', deviceProperties(caId, {
        Subject: { CommonName: name }, KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}${name}-AbCdEf` },
      })),
      stackId: `arn:aws:cloudformation:eu-central-1:123456789012:stack/${stack}/51af3dc0-da77-11e4-872e-1234567890ab`,
      requestId: name,
      logicalResourceId: `Of${name}`,
    }, world.ports());
    serialNumbers[name] = data!.SerialNumber!;
  }
});

/** The CA is registered with two platforms, and its revocations are carried over to one of them. */
const REACH = [{ platform: 'aws-iot-core', carriedOver: true }, { platform: 'azure-dps', carriedOver: false }];

function revoke(event: object): Promise<RevocationAnswer> {
  return answerRevocation({ caId, table: 'ledger', reach: REACH }, event, '8f5c', {
    ...world.ports(), ledger: world.ports().ledger('ledger'), revocations: world.revocations('ledger'),
  });
}

const changed = async (event: object) => (await revoke(event)).certificates.map(({ commonName, state }) => `${commonName} ${state}`).sort();

test('the answer says what has happened to each certificate, and the ledger who has ordered it', async () => {
  const serialNumber = serialNumbers['sensor-1'];
  expect(await revoke({ commonNames: ['Sensor-1'], reason: 'keyCompromise', invalidityDate: '2026-02-01T00:00:00Z', orderedBy: 'anna' })).toEqual({
    ca: caId,
    ledger: 'ledger',
    issuer: { subject: expect.stringMatching(/^CN=/), stack: 'Iot', logicalId: 'Ca', publicKeySha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    dryRun: false,
    changed: 1,
    unchanged: 0,
    failed: 0,
    platforms: expect.any(Array),
    subordinateCas: [],
    certificates: [{
      serialNumber,
      subject: 'CN=sensor-1',
      commonName: 'sensor-1',
      stack: 'Iot',
      logicalId: 'Ofsensor-1',
      changed: true,
      state: 'REVOKED',
      reason: 'keyCompromise',
      revokedAt: '2026-03-01T12:00:00Z',
      invalidityDate: '2026-02-01T00:00:00Z',
      error: undefined,
    }],
  });
  expect(await world.revocations('ledger').find(caId, serialNumber)).toMatchObject({ orderedBy: 'anna, invocation 8f5c' });
});

test.each<[string, () => object, string[]]>([
  ['serial numbers in any notation', () => ({ serialNumbers: [serialNumbers['sensor-2'].toLowerCase().replace(/..(?=.)/g, '$&:')] }), ['sensor-2']],
  ['stacks', () => ({ stacks: ['Iot'] }), ['sensor-1', 'sensor-2']],
  ['resources', () => ({ resources: ['Plant/Ofsensor-3', 'Iot/Ofsensor-1'] }), ['sensor-1', 'sensor-3']],
  ['several kinds, which must all match', () => ({ stacks: ['Iot'], commonNames: ['sensor-1', 'sensor-3'] }), ['sensor-1']],
  ['all', () => ({ all: true }), ['sensor-1', 'sensor-2', 'sensor-3']],
])('certificates can be selected by %s', async (_, event, names) => {
  expect(await changed(event())).toEqual(names.map(name => `${name} REVOKED`));
});

test('a superseded certificate of a device is revoked with its present one', async () => {
  const again = { ...request('device', 'Create', deviceProperties(caId, { Subject: { CommonName: 'sensor-1' }, Generation: '2' })), requestId: 'again', logicalResourceId: 'Other' };
  await handleLifecycleEvent(again, world.ports());
  expect((await revoke({ commonNames: ['sensor-1'] })).changed).toBe(2);
});

test('a hold ends, and what is revoked for good stays revoked', async () => {
  await revoke({ all: true, reason: 'certificateHold' });
  await revoke({ commonNames: ['sensor-1'], reason: 'keyCompromise' });
  expect(await revoke({ all: true, reason: 'removeFromCRL' })).toMatchObject({ changed: 2, failed: 1 });
  expect(await revoke({ all: true })).toMatchObject({ changed: 2, unchanged: 1, failed: 0 });
});

test('a dry run says what would happen, and changes nothing', async () => {
  expect(await revoke({ all: true, dryRun: true })).toMatchObject({ dryRun: true, changed: 3 });
  expect(await revoke({ all: true })).toMatchObject({ changed: 3 });
});

test('a CA below is in the answer of the CA that has signed it, and its own function answers with the same key', async () => {
  const root = (await handleLifecycleEvent({ ...request('ca', 'Create', caProperties({ LedgerTable: 'root', PathLength: '1', KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}root-AbCdEf` } })), logicalResourceId: 'Root' }, world.ports())).physicalResourceId;
  const below = (await handleLifecycleEvent({
    ...request('subordinate', 'Create', subordinateProperties(root, 'factory', { IssuerLedgerTable: 'root' })), logicalResourceId: 'FactoryCa',
  }, world.ports())).physicalResourceId;
  const all = (of: string, table: string): Promise<RevocationAnswer> => answerRevocation({ caId: of, table, reach: [] }, { all: true, dryRun: true }, '8f5c', {
    ...world.ports(), ledger: world.ports().ledger(table), revocations: world.revocations(table),
  });
  const [above, own] = [await all(root, 'root'), await all(below, 'factory')];
  expect(above.subordinateCas).toEqual([{ ...own.issuer, serialNumber: above.certificates[0].serialNumber, notAfter: expect.stringMatching(/^20\d\d-/) }]);
  expect([own.issuer!.stack, own.issuer!.logicalId, own.ledger, own.certificates]).toEqual(['Iot', 'FactoryCa', 'factory', []]);
  expect(own.issuer!.publicKeySha256).not.toBe(above.issuer!.publicKeySha256);
});

test('more certificates than an answer can name are all revoked', async () => {
  const { caId: ca, ports } = await certificatesOfOneCa(6_000);
  const answer = await answerRevocation({ caId: ca, table: 'ledger', reach: [] }, { all: true }, '8f5c', ports);
  let revoked = 0;
  for await (const page of ports.revocations.list(ca)) {
    revoked += page.length;
  }
  expect([answer.changed, revoked, answer.certificates.length]).toEqual([6_000, 6_000, 5_000]);
  expect(JSON.stringify(answer).length).toBeLessThan(6_000_000);
});

test('the answer says what becomes of the revocation at each platform, and what to do for it', async () => {
  const { platforms } = await revoke({ commonNames: ['sensor-1'], dryRun: true });
  expect(platforms).toEqual([
    {
      platform: 'aws-iot-core',
      name: 'AWS IoT Core',
      carriedOver: true,
      note: 'a certificate that AWS IoT Core registers when its device first connects is refused from the next check on, or at once with AwsIotClientCertificateValidation',
    },
    expect.objectContaining({ platform: 'azure-dps', carriedOver: false, note: expect.stringMatching(/^revocations are not carried over: declare AzureRevocation; /) }),
  ]);
});

describe('a mistake changes nothing, and says what is allowed', () => {
  test.each<[string, object, string]>([
    ['a misspelt member', { all: true, dryrun: true }, 'the event must have no members but serialNumbers, commonNames, stacks, resources, all, reason, invalidityDate, dryRun, orderedBy, got "dryrun"'],
    ['a selector in the singular', { stacks: ['Iot'], commonName: ['sensor-1'] }, 'got "commonName"'],
    ['no selector', {}, 'certificates must be selected with serialNumbers, commonNames, stacks, resources, or else with all, got neither'],
    ['all and a selector', { all: true, stacks: ['Iot'] }, 'got all with stacks'],
    ['an empty list', { stacks: [] }, 'stacks must be a list of 1 to 10000 strings, got 0'],
    ['no list', { stacks: 'Iot' }, 'stacks must be a list, got "Iot"'],
    ['a number', { commonNames: [5] }, 'commonNames must be a non-empty string, got 5'],
    ['an unknown serial number', { serialNumbers: ['AB'] }, 'serialNumbers must each be the serial number of a certificate of the CA, got "AB"'],
    ['an unknown device', { commonNames: ['sensor-1', 'sensor-9'] }, 'commonNames must each be the common name of a device or a server with a certificate of the CA, got "sensor-9"'],
    ['selectors that fit no certificate together', { stacks: ['Plant'], commonNames: ['sensor-1'] }, 'must select a certificate together'],
    ['an unknown reason', { all: true, reason: 'lost' }, 'reason must be one of unspecified, keyCompromise,'],
    ['a time that has not come', { all: true, invalidityDate: '2027-01-01T00:00:00Z' }, 'invalidityDate must be in the past, got "2027-01-01T00:00:00Z"'],
    ['a time for the end of a hold', { all: true, reason: 'removeFromCRL', invalidityDate: '2026-01-01T00:00:00Z' }, 'invalidityDate must be left out'],
  ])('%s', async (_, event, message) => {
    await expect(revoke(event)).rejects.toThrow(message);
    expect(await revoke({ all: true, dryRun: true })).toMatchObject({ changed: 3 });
  });
});
