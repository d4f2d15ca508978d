import { X509Certificate } from 'node:crypto';
import { RevocationReason } from '../../../src/contract/revocation';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { CaCrl, makeCrl, recordPublished } from '../../../src/issuing/revocation/make-crl';
import { revokeCertificate } from '../../../src/issuing/revocation/revoke-certificate';
import { parseCertificate } from '../../../src/pki/certificate';
import { issue, selfIssuer } from '../../../src/pki/issue';
import { publicKeyOf } from '../../../src/pki/keys';
import { toPem } from '../../../src/pki/pem';
import { PROFILES } from '../../../src/pki/profile';
import { parseCrl, revokedIn } from '../../../src/pki/revocation/crl';
import { signatureAlgorithm } from '../../../src/pki/signature-algorithms';
import { signerOf } from '../../../src/pki/signer';
import { CA_KEYS, DEVICE_KEYS } from '../../pki/fixtures';
import { caProperties, deviceProperties, request, SECRET } from '../../support/events';
import { MemoryWorld } from '../../support/memory-ports';
import { openssl, temporaryFiles } from '../../support/openssl';

const file = temporaryFiles();
const DAY = 86_400_000;

let world: MemoryWorld;
let caId: string;
let caPem: string;

beforeEach(async () => {
  world = new MemoryWorld();
  const ca = await handleLifecycleEvent(request('ca', 'Create', caProperties()), world.ports());
  caId = ca.physicalResourceId;
  caPem = ca.data!.CertificatePem!;
});

async function device(name: string, days = 30): Promise<{ serialNumber: string; pem: string }> {
  const { data } = await handleLifecycleEvent({
    ...request('device', 'Create', deviceProperties(caId, {
      Subject: { CommonName: name }, ValidityDays: String(days), KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}${name}-AbCdEf` },
    })),
    requestId: name,
    logicalResourceId: name,
  }, world.ports());
  return { serialNumber: data!.SerialNumber!, pem: data!.CertificatePem! };
}

async function revoke(serialNumber: string, reason: RevocationReason = 'keyCompromise'): Promise<void> {
  await revokeCertificate({ issuer: caId, serialNumber, reason, orderedBy: 'anna' }, world.ports().revocations('ledger'), world.now);
}

async function publish(): Promise<CaCrl> {
  const crl = await makeCrl(caId, 'ledger', 7 * DAY, world.ports());
  await recordPublished(crl, caId, 'ledger', world.ports());
  return crl;
}

const serialNumbers = ({ der }: CaCrl) => [...revokedIn(parseCrl(der))].map(({ serialNumber }) => serialNumber);

test('the list of a CA makes OpenSSL refuse what is revoked, and nothing else', async () => {
  const [bad, held, good] = [await device('bad'), await device('held'), await device('good')];
  await revoke(bad.serialNumber);
  await revoke(held.serialNumber, 'certificateHold');
  const crl = file('ca.crl', toPem('X509 CRL', (await publish()).der));
  const files = [bad, held, good].map(({ pem }, index) => file(`${index}.pem`, pem));
  const time = String(world.now.getTime() / 1000);
  const { stdout, stderr } = openssl(['verify', '-x509_strict', '-crl_check_all', '-attime', time, '-CAfile', file('ca.pem', caPem), '-CRLfile', crl, ...files]);
  expect(stdout).toBe(`${files[2]}: OK\n`);
  expect(stderr.match(/error \d+ at 0 depth lookup: .*/g)).toEqual(Array(2).fill('error 23 at 0 depth lookup: certificate revoked'));
});

test('a list begins an hour before it is made, because clocks differ, and lasts as long as it should', async () => {
  world.now = new Date('2026-04-01T10:00:00.789Z');
  expect(await publish()).toMatchObject({ thisUpdate: new Date('2026-04-01T09:00:00Z'), nextUpdate: new Date('2026-04-08T10:00:00Z') });
});

test('each list has a greater number than the one before, and none has a number twice', async () => {
  const numbers = (await Promise.all([publish(), publish(), publish()])).map(({ number }) => number);
  expect([...numbers].sort()).toEqual([1, 2, 3]);
  expect((await publish()).number).toBe(4);
});

test('a CA that may not sign lists makes none', async () => {
  const [entry] = world.issued().filter(({ identity }) => identity === caId);
  const signer = signerOf([...world.versions.entries()].find(([name]) => name.endsWith(entry.serialNumber))![1]);
  const { subject, serialNumber } = parseCertificate(entry.certificate!);
  const profile = { ...PROFILES.ca, keyUsage: ['keyCertSign' as const] };
  const validity = { notBefore: new Date(entry.notBefore), notAfter: new Date(entry.notAfter) };
  const certificate = await issue(profile, { serialNumber, validity, subject, publicKey: signer.publicKey, hashAlgorithm: 'SHA-256' }, selfIssuer(subject, signer));
  world.entries.set(`${caId}/${entry.serialNumber}`, { ...entry, certificate });
  await expect(publish()).rejects.toThrow(/must have the key usage cRLSign in its certificate/);
});

test('a list says when a key was compromised, if that is known', async () => {
  const [known, unknown] = [(await device('known')).serialNumber, (await device('unknown')).serialNumber];
  const invalidityDate = new Date('2026-02-01T00:00:00Z');
  const order = { issuer: caId, reason: 'keyCompromise' as const, orderedBy: 'anna' };
  await revokeCertificate({ ...order, serialNumber: known, invalidityDate }, world.ports().revocations('ledger'), world.now);
  await revokeCertificate({ ...order, serialNumber: unknown }, world.ports().revocations('ledger'), world.now);
  const entries = new Map([...revokedIn(parseCrl((await publish()).der))].map(entry => [entry.serialNumber, entry.invalidityDate]));
  expect([entries.get(known), entries.get(unknown)]).toEqual([invalidityDate, undefined]);
});

test('a CA whose key is in KMS signs lists over the digest of its key, and a list that another key has signed is refused', async () => {
  const keyArn = 'arn:aws:kms:eu-central-1:111111111111:key/0a1b';
  world.hsmKeys.set(keyArn, CA_KEYS.EC_P384);
  const declared = caProperties({ KeyStorage: { Type: 'Kms', KeyArn: keyArn }, KeyAlgorithm: 'EC_P384', HashAlgorithm: 'SHA-384' });
  caId = (await handleLifecycleEvent({ ...request('ca', 'Create', declared), logicalResourceId: 'KmsCa' }, world.ports())).physicalResourceId;
  expect(parseCrl((await publish()).der).signatureAlgorithm).toEqual(signatureAlgorithm('EC', 'SHA-384'));

  const { sign } = signerOf(DEVICE_KEYS.EC_P384);
  const ports = { ...world.ports(), hsm: async () => ({ publicKey: publicKeyOf(CA_KEYS.EC_P384), sign }) };
  await expect(makeCrl(caId, 'ledger', 7 * DAY, ports)).rejects.toThrow(
    /got a signature that does not verify; the signer did not return a signature, or signed with another key$/);
});

test('a hold that has ended leaves the list', async () => {
  const { serialNumber } = await device('held');
  await revoke(serialNumber, 'certificateHold');
  expect(serialNumbers(await publish())).toEqual([serialNumber]);
  await revoke(serialNumber, 'removeFromCRL');
  expect(serialNumbers(await publish())).toEqual([]);
});

test('an expired certificate stays until it was on one list that began after its end', async () => {
  const { serialNumber } = await device('short', 10);
  await revoke(serialNumber);
  await publish();
  world.now = new Date(world.now.getTime() + 11 * DAY);
  expect(serialNumbers(await publish())).toEqual([serialNumber]);
  expect(serialNumbers(await publish())).toEqual([]);
});

test('an expired certificate stays if the newest list began in its last second', async () => {
  const { serialNumber, pem } = await device('short', 10);
  await revoke(serialNumber);
  world.now = new Date(Date.parse(new X509Certificate(pem).validTo) + 3_600_000); // the list begins an hour before
  await publish();
  expect(serialNumbers(await publish())).toEqual([serialNumber]);
});

test('an expired certificate stays while no list that began after its end was published', async () => {
  const { serialNumber } = await device('short', 10);
  await revoke(serialNumber);
  world.now = new Date(world.now.getTime() + 11 * DAY);
  await makeCrl(caId, 'ledger', 7 * DAY, world.ports()); // lost before it was published
  expect(serialNumbers(await publish())).toEqual([serialNumber]);
});

test('an older list that is published later does not count as the newest', async () => {
  const { serialNumber } = await device('short', 10);
  await revoke(serialNumber);
  const older = await makeCrl(caId, 'ledger', 7 * DAY, world.ports());
  world.now = new Date(world.now.getTime() + 11 * DAY);
  await publish();
  await recordPublished(older, caId, 'ledger', world.ports());
  expect(serialNumbers(await publish())).toEqual([]);
});
