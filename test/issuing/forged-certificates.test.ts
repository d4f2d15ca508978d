import { LedgerEntry } from '../../src/issuing/ledger/ledger';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { Certificate, parseCertificate } from '../../src/pki/certificate';
import { CertificateContent } from '../../src/pki/certificate-content';
import { issue } from '../../src/pki/issue';
import { publicKeyOf } from '../../src/pki/keys';
import { encodeName } from '../../src/pki/name';
import { PROFILES } from '../../src/pki/profile';
import { Signer, signerOf } from '../../src/pki/signer';
import { LifecycleResult } from '../../src/resource/lifecycle-event';
import { CA_KEYS, DEVICE_KEYS, issuerBy } from '../pki/fixtures';
import { caProperties, deviceProperties, request } from '../support/events';
import { MemoryWorld } from '../support/memory-ports';

let world: MemoryWorld;
let caId: string;
let device: LifecycleResult;
let entry: LedgerEntry;
let genuine: Certificate;

beforeEach(async () => {
  world = new MemoryWorld();
  caId = (await handleLifecycleEvent(request('ca', 'Create', caProperties()), world.ports())).physicalResourceId;
  device = await handleLifecycleEvent(request('device', 'Create', deviceProperties(caId)), world.ports());
  entry = world.entry(device.physicalResourceId)!;
  genuine = parseCertificate(entry.certificate!);
});

function update(): Promise<LifecycleResult> {
  return handleLifecycleEvent(request('device', 'Update', deviceProperties(caId), device.physicalResourceId), world.ports());
}

function exchange(certificate: Buffer | undefined): void {
  world.entries.set(`${caId}/${entry.serialNumber}`, { ...entry, certificate });
}

/** A certificate with the serial number of the device, signed by the key of its CA unless another one is given. */
async function forge(changes: Partial<CertificateContent>, by?: Signer): Promise<Buffer> {
  const { subject, publicKey, validity } = genuine;
  const ca = world.entry(caId)!;
  const own = [...world.versions].find(([name]) => name.endsWith(ca.serialNumber))![1];
  const content = { serialNumber: entry.serialNumber, subject, publicKey, validity, hashAlgorithm: 'SHA-256' as const, ...changes };
  return issue(PROFILES.device, content, issuerBy(ca.certificate!, by ?? signerOf(own)));
}

const refusal = (fault: string) => new RegExp(`^Device: the ledger ledger must hold the certificate that was issued under serial number \\w{40}, got a certificate ${fault}; `
  + 'the table was changed from outside this library; restore it from its point-in-time recovery$');

test('a certificate in the ledger is answered if its CA has signed it for the same key, subject and end', async () => {
  const certificate = await forge({});
  exchange(certificate);
  expect((await update()).data!.SerialNumber).toBe(entry.serialNumber);
});

test.each<[string, () => Promise<Buffer>, string]>([
  ['for another key', () => forge({ publicKey: publicKeyOf(DEVICE_KEYS.EC_P384) }), 'for another key'],
  ['for another subject', () => forge({ subject: encodeName({ commonName: 'sensor-002' }) }), 'for another subject'],
  ['with an earlier end', () => forge({ validity: { ...genuine.validity, notAfter: new Date(genuine.validity.notAfter.getTime() - 1000) } }), 'with another validity'],
  ['that another key has signed in the name of the CA', () => forge({}, signerOf(CA_KEYS.EC_P384)), 'that its CA has not signed'],
])('a certificate in the ledger is not answered if it is one %s', async (_, forged, fault) => {
  exchange(await forged());
  await expect(update()).rejects.toThrow(refusal(fault));
});

test('a certificate that the ledger has lost is not made a second time', async () => {
  exchange(undefined);
  await expect(update()).rejects.toThrow(
    /^Device: the ledger ledger has lost the certificate with serial number \w{40}; restore the table from its point-in-time recovery$/);
});
