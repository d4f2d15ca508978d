import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { makeCrl } from '../../src/issuing/revocation/make-crl';
import { renewResponder } from '../../src/issuing/revocation/ocsp-responder';
import { revokeCertificate } from '../../src/issuing/revocation/revoke-certificate';
import { parseCertificate } from '../../src/pki/certificate';
import { parseCrl, revokedIn } from '../../src/pki/revocation/crl';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';
import { caProperties, crossProperties, deviceProperties, Properties, request, SECRET } from '../support/events';
import { MemoryWorld } from '../support/memory-ports';
import { derOf } from '../support/openssl-ca';

const NEXT = caProperties({
  LedgerTable: 'next', Subject: { CommonName: 'Acme IoT Root CA 2036' }, KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Next-AbCdEf` },
});
const OLD = caProperties({ PathLength: '1' });
const DAY = 86_400_000;

let world: MemoryWorld;
let old: string;
let next: string;

const named = (event: LifecycleEvent, logicalResourceId: string): LifecycleEvent => ({ ...event, logicalResourceId });

/** Each request comes a second after the one before it, as those of CloudFormation do. */
async function handle(event: LifecycleEvent) {
  world.now = new Date(world.now.getTime() + 1000);
  return handleLifecycleEvent(event, world.ports());
}

/** Everything that resources declare now, by identity, with the octets. */
const issued = () => ['ledger', 'next'].flatMap(table => world.ledgers.has(table) ? world.issued(table) : [])
  .map(({ identity, certificate, retirement }) => ({ identity, certificate, isRetired: retirement === 'retired' }))
  .sort((one, other) => one.identity.localeCompare(other.identity));

const deviceOf = (ca: string, LedgerTable: string): Properties => deviceProperties(ca, { LedgerTable });
const createNext = async () => { next = (await handle(named(request('ca', 'Create', NEXT), 'Next'))).physicalResourceId; };
const createCross = () => handle(request('cross', 'Create', crossProperties(old, next)));

beforeEach(async () => {
  world = new MemoryWorld();
  old = (await handle(request('ca', 'Create', OLD))).physicalResourceId;
});

test('each step of a roll-over can be rolled back, to the same certificates, and taken again', async () => {
  const device = await handle(request('device', 'Create', deviceOf(old, 'ledger')));
  const today = issued();

  await createNext();
  const cross = await createCross();
  const both = issued();
  await handle(request('cross', 'Delete', crossProperties(old, next), cross.physicalResourceId));
  await handle(named(request('ca', 'Delete', NEXT, next), 'Next'));
  expect(issued()).toEqual(today);
  await createNext();
  await createCross();
  expect(issued()).toEqual(both);

  const move = { ...request('device', 'Update', deviceOf(next, 'next'), device.physicalResourceId), oldProperties: deviceOf(old, 'ledger') };
  const moved = await handle(move);
  await handle({ ...request('device', 'Update', deviceOf(old, 'ledger'), moved.physicalResourceId), oldProperties: deviceOf(next, 'next') });
  await handle(request('device', 'Delete', deviceOf(next, 'next'), moved.physicalResourceId));
  expect(issued()).toEqual(both);
  expect((await handle({ ...move, requestId: 'again' })).physicalResourceId).toBe(moved.physicalResourceId); // with a new key: the rollback has released the first
  await handle(request('device', 'Delete', deviceOf(old, 'ledger'), device.physicalResourceId));
  const after = issued();

  await handle(request('ca', 'Update', { ...OLD, Retired: 'true' }, old));
  expect(issued()).toEqual(after.map(each => each.identity === old ? { ...each, isRetired: true } : each));
  await handle(request('ca', 'Update', OLD, old));
  expect(issued()).toEqual(after);
});

test('a successor beside its predecessor needs no word of what it replaces', async () => {
  world.stackResources.push(
    { type: 'Custom::PrivateIotCa', logicalResourceId: 'Ca', physicalResourceId: old },
    { type: 'AWS::DynamoDB::GlobalTable', logicalResourceId: 'CaLedger', physicalResourceId: 'ledger' },
  );
  world.declaredCas.push('Ca', 'Next');
  await handle(request('device', 'Create', deviceOf(old, 'ledger')));
  await createNext();
  expect(next).toMatch(/^ca-/);
});

test('a cross-certificate names the revocation list of its signer, which a retired CA still signs, as it does the certificate of its OCSP responder', async () => {
  await createNext();
  const sites = [{ url: 'http://pki.acme.example/ca', partitions: 1 }];
  await world.revocations('ledger').publishAt(old, { sites, active: true, revision: 1, owner: 'stack/Publication', requestId: 'create' }, undefined);
  const cross = await createCross();
  expect(cross.data!.CertificatePem).toBeDefined();
  expect(derOf(cross.data!.CertificatePem).includes('http://pki.acme.example/ca/')).toBe(true);

  await handle(request('ca', 'Update', { ...OLD, Retired: 'true' }, old));
  const order = { issuer: old, serialNumber: cross.data!.SerialNumber, reason: 'cACompromise' as const, orderedBy: 'a test' };
  await revokeCertificate(order, world.revocations('ledger'), world.now);
  const crl = await makeCrl(old, 'ledger', 7 * DAY, world.ports());
  const { serialNumber } = parseCertificate(derOf(cross.data!.CertificatePem));
  expect([...revokedIn(parseCrl(crl.der))].map(each => each.serialNumber)).toEqual([serialNumber]);
  let value: string | undefined;
  const responder = { read: async () => value, write: async (written: string) => { value = written; } };
  await renewResponder(old, 'ledger', { ...world.ports(), responder });
  expect(value).toContain('BEGIN CERTIFICATE');
});
