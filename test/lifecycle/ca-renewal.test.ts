import { X509Certificate } from 'node:crypto';
import { Answer, Resource } from '../support/cloudformation';
import { CloudFormationFunction } from '../support/cloudformation-function';
import { lifecycle } from '../support/lifecycle';
import { makeDue } from '../support/renewals';

const set = lifecycle({}, 10);

/** What the schedule sends. */
const SCHEDULE = { 'source': 'aws.events', 'detail-type': 'Scheduled Event', 'detail': {} };

let root: Answer;
let factory: Resource;
let first: Answer;
let renewer: CloudFormationFunction;
let table: string;

beforeEach(async () => {
  table = await set.stack.newTable();
  root = await set.stack.create(await set.stack.ca({ PathLength: 1 }, 'Root'));
  factory = await set.stack.ca({
    LedgerTable: table,
    IssuerLedgerTable: set.stack.table,
    Issuer: root.PhysicalResourceId,
    Subject: { CommonName: 'Factory' },
    ValidityDays: 1825,
    ClipToIssuer: false,
    Renewal: { BeforeDays: 365, KeepKey: true },
  }, 'Factory');
  first = await set.stack.create(factory);
  renewer = await CloudFormationFunction.start(set.proxy.url, {
    RENEWED_CAS: JSON.stringify([{ caId: root.PhysicalResourceId, ledgerTable: set.stack.table, beforeDays: 365 }]),
  }, 10, { bundle: 'handler', handler: 'renew' });
  await makeDue(set.stack.dynamoDb, set.stack.table, root.PhysicalResourceId, first.Data!.SerialNumber, 'Custom::PrivateIotCa');
});

afterEach(() => renewer?.stop());

const issued = async (ledger: string) => (await set.stack.ledger(ledger)).filter(({ identity, status }) => identity === first.PhysicalResourceId && status === 'ISSUED');

/** Each ledger has the first certificate and the renewed one, the same in both, and the secret has one key. */
async function expectRenewedOnce(): Promise<string> {
  const [of, own] = await Promise.all([issued(set.stack.table), issued(table)]);
  const numbered = (entries: typeof of) => entries.map(({ serialNumber, renewalNumber = 0 }) => `${renewalNumber} ${serialNumber}`).sort();
  expect(numbered(of)).toEqual([`0 ${first.Data!.SerialNumber}`, expect.stringMatching(/^1 /)]);
  expect(numbered(own)).toEqual(numbered(of));
  expect(await set.stack.keptVersions(factory)).toHaveLength(1);
  return numbered(of)[1].slice(2);
}

test('the CA is renewed in both ledgers with its key, issues with the renewed certificate, and a deployment answers it', async () => {
  expect((await renewer.invoke(SCHEDULE)).error).toBeUndefined();
  const serialNumber = await expectRenewedOnce();
  const changed = { ...factory, properties: { ...factory.properties, Renewal: { BeforeDays: 364, KeepKey: true } } };
  const deployed = await set.stack.update(changed, first.PhysicalResourceId, factory);
  expect(deployed).toMatchObject({
    PhysicalResourceId: first.PhysicalResourceId,
    Data: { SerialNumber: serialNumber, RenewalNumber: '1', SubjectKeyIdentifier: first.Data!.SubjectKeyIdentifier },
  });
  const device = await set.stack.create(await set.stack.device(first.PhysicalResourceId, { LedgerTable: table }));
  const [former, present] = [first, deployed].map(({ Data }) => new X509Certificate(Data!.CertificatePem));
  [former, present].forEach(({ publicKey }) => expect(new X509Certificate(device.Data!.CertificatePem).verify(publicKey)).toBe(true));
  expect(present.subject).toBe(former.subject);
  const lookUp = { logicalId: 'Lookup', type: 'Custom::IotCaLookup', properties: { LedgerTable: table, CaId: first.PhysicalResourceId, Depth: 0, Sha256Fingerprint: first.Data!.Sha256Fingerprint } };
  expect(await set.stack.create(lookUp)).toMatchObject({ Status: 'SUCCESS', Data: { SerialNumber: serialNumber } });
});

test('two runs at the same time renew it once', async () => {
  await Promise.all([renewer.invoke(SCHEDULE), renewer.invoke(SCHEDULE)]);
  expect((await renewer.invoke(SCHEDULE)).error).toBeUndefined();
  await expectRenewedOnce();
});

test.each([1, 2, 3, 4, 5])('a lost answer to the write number %i neither loses the renewal nor makes a second one', async number => {
  let writes = 0;
  set.proxy.faults = (_, { operation }) => operation === 'TransactWriteItems' && ++writes === number ? { kind: 'reset', when: 'after' } : undefined;
  await renewer.invoke(SCHEDULE);
  set.proxy.repair();
  expect((await renewer.invoke(SCHEDULE)).error).toBeUndefined();
  await expectRenewedOnce();
});
