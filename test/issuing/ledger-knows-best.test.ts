import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { parseCertificate } from '../../src/pki/certificate';
import { splitCertificates } from '../../src/pki/certificate-list';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';
import {
  caProperties, deviceProperties, Properties, request, requestedProperties, SECRET, signatureProperties, signedElsewhereProperties,
  subordinateProperties, verificationProperties,
} from '../support/events';
import { Gate, MemoryWorld } from '../support/memory-ports';
import { OpensslCas } from '../support/openssl-ca';

const cas = new OpensslCas();
const CA_SECRET = `${SECRET}Ca-AbCdEf`;
const DEVICE_SECRET = `${SECRET}Device-AbCdEf`;

let world: MemoryWorld;
let caId: string;

const handle = (event: LifecycleEvent) => handleLifecycleEvent(event, world.ports());
const named = (event: LifecycleEvent, logicalResourceId: string): LifecycleEvent => ({ ...event, logicalResourceId });
const otherDevice = (changes: Properties = {}) => deviceProperties(caId, { KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Other-AbCdEf` }, ...changes });

beforeEach(async () => {
  world = new MemoryWorld();
  world.now = new Date();
  caId = (await handle(request('ca', 'Create', caProperties()))).physicalResourceId;
});

/** Exchanges what the ledger has of a certificate, as who may write to the table could. */
function exchange(identity: string, changes: object): void {
  const entry = world.entry(identity)!;
  world.entries.set(`${entry.issuer}/${entry.serialNumber}`, { ...entry, ...changes });
}

describe('an event from anyone with the right to invoke the function', () => {
  test('gets no bundle of a CA, or of a verification certificate', async () => {
    const Bundles = [{ Type: 'CombinedPem', SecretArn: DEVICE_SECRET }];
    for (const event of [
      request('ca', 'Update', caProperties({ Bundles }), caId), request('ca', 'Create', caProperties({ Bundles })),
      request('verification', 'Create', verificationProperties(caId, { Bundles })),
    ]) {
      await expect(handle(event)).rejects.toThrow('deliveryFormats must be left out for a CA and for a verification certificate');
    }
    expect([...world.versions.keys()].every(key => key.startsWith(CA_SECRET))).toBe(true);
  });

  test('can\'t release the key of a retained CA', async () => {
    await handle(request('ca', 'Delete', caProperties({ RetainKey: 'false' }), caId));
    expect([...world.versions.keys()]).toEqual([`${CA_SECRET}/${world.entry(caId)!.serialNumber}`]);
  });

  test('can\'t put a key in the place of another certificate, even of the CA', async () => {
    const versions = [...world.versions];
    await expect(handle(request('device', 'Create', deviceProperties(caId, { KeyStorage: { Type: 'SecretsManager', SecretArn: CA_SECRET } }))))
      .rejects.toThrow(`the secret ${CA_SECRET} must hold only keys of this resource`);
    expect([...world.versions]).toEqual(versions);
    expect(world.currentVersion.get(CA_SECRET)).toBe(world.entry(caId)!.serialNumber);
  });

  test('can\'t put a bundle in the place of another certificate\'s key', async () => {
    await handle(request('device', 'Create', deviceProperties(caId)));
    const before = world.versions.get(`${DEVICE_SECRET}/${[...world.entries.values()].at(-1)!.serialNumber}`);
    const Bundles = [{ Type: 'CombinedPem', SecretArn: DEVICE_SECRET }];
    await expect(handle(named(request('device', 'Create', otherDevice({ Bundles })), 'Other'))).rejects.toThrow('must hold only keys of this resource');
    expect([...world.versions].filter(([key]) => key.startsWith(DEVICE_SECRET)).map(([, value]) => value)).toEqual([before]);
  });
});

describe('a certificate that was exchanged in the ledger', () => {
  const unchanged = (device: { physicalResourceId: string }) => request('device', 'Update', deviceProperties(caId), device.physicalResourceId);

  test('is not answered if another CA has signed it', async () => {
    const device = await handle(request('device', 'Create', deviceProperties(caId)));
    const other = await handle(named(request('ca', 'Create', caProperties({
      LedgerTable: 'other', KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}OtherCa-AbCdEf` },
    })), 'OtherCa'));
    exchange(device.physicalResourceId, { certificate: world.entry(other.physicalResourceId, 'other')!.certificate });
    await expect(handle(unchanged(device))).rejects.toThrow('the table was changed from outside this library; restore it from its point-in-time recovery');
  });

  test('is not answered if it is a genuine one of another device', async () => {
    const device = await handle(request('device', 'Create', deviceProperties(caId)));
    const other = await handle(named(request('device', 'Create', otherDevice()), 'Other'));
    const { certificate, serialNumber } = world.entry(other.physicalResourceId)!;
    exchange(device.physicalResourceId, { certificate });
    await expect(handle(unchanged(device))).rejects.toThrow('got a certificate with another serial number');
    world.entries.set(`${caId}/${serialNumber}`, { ...world.entry(other.physicalResourceId)!, identity: device.physicalResourceId });
    world.current.set(device.physicalResourceId, `${caId}/${serialNumber}`);
    await expect(handle(unchanged(device))).rejects.toThrow('must have ');
  });

  test('is not answered for a CA whose declaration shows another certificate', async () => {
    const claim = (IssuerKeyIdentifier: string) => handle(request('device', 'Create', deviceProperties(caId, { IssuerKeyIdentifier })));
    const own = parseCertificate(world.entry(caId)!.certificate!).keyIdentifier.toString('hex');
    await expect(claim('00'.repeat(20))).rejects.toThrow(`the key identifier of the CA ${caId} must be the one in its ledger, ${own}, got "${'00'.repeat(20)}"; `
      + 'if the CA is declared with fromPrivateIotCaAttributes, take its certificatePem from the outputs of its stack');
    await expect(claim(own)).resolves.toMatchObject({ physicalResourceId: expect.stringMatching(/^device-/) });
  });

  test('is not answered if it is an older one of the same resource, from another request for the same name', async () => {
    const REQUEST = `${SECRET}Request-AbCdEf`;
    const fromSecret = (Generation: string): Properties => requestedProperties(caId, {
      CertificateSigningRequestSecretArn: REQUEST, AllowedSubject: { Type: 'Exact', Subject: { CommonName: 'sensor-001' } }, Generation,
    });
    const ask = () => world.secretValues.set(REQUEST, cas.request(cas.key(), { subject: '/CN=sensor-001' }, []));
    ask();
    const older = await handle(request('device', 'Create', fromSecret('1')));
    ask();
    const device = await handle(request('device', 'Update', fromSecret('2'), older.physicalResourceId));
    await handle(request('device', 'Delete', fromSecret('1'), older.physicalResourceId));
    const { physicalResourceId: identity } = device;
    const { serialNumber } = world.entry(older.physicalResourceId)!;
    world.entries.set(`${caId}/${serialNumber}`, { ...world.entry(older.physicalResourceId)!, identity, status: 'ISSUED' });
    world.current.set(identity, `${caId}/${serialNumber}`);
    await expect(handle(request('device', 'Update', fromSecret('2'), identity))).rejects.toThrow('got a certificate that was issued for another resource');
  });

  test('is not answered for a CA if it is that of another CA with the place of its key', async () => {
    const keyIdentifier = (identity: string): string => parseCertificate(world.entry(identity)!.certificate!).keyIdentifier.toString('hex');
    const other = await handle(named(request('ca', 'Create', caProperties({ KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}OtherCa-AbCdEf` } })), 'OtherCa'));
    const IssuerKeyIdentifier = keyIdentifier(caId);
    const { certificate, keyStorage, serialNumber, issuer } = world.entry(other.physicalResourceId)!;
    world.entries.set(`${issuer}/${serialNumber}`, { ...world.entry(caId)!, certificate, keyStorage, serialNumber });
    world.current.set(caId, `${issuer}/${serialNumber}`);
    await expect(handle(request('device', 'Create', deviceProperties(caId, { IssuerKeyIdentifier })))).rejects.toThrow(
      `the key identifier of the CA ${caId} must be the one in its ledger, ${keyIdentifier(caId)}, got "${IssuerKeyIdentifier}"`);
  });

  test('is not answered for a CA below another one: its chain is the one of the CA that signed it', async () => {
    const root = await handle(named(request('ca', 'Create', caProperties({
      LedgerTable: 'root', PathLength: '1', KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Root-AbCdEf` },
    })), 'Root'));
    const properties = subordinateProperties(root.physicalResourceId, 'below', { IssuerLedgerTable: 'root' });
    const { physicalResourceId: below } = await handle(request('subordinate', 'Create', properties));
    const { chain } = world.entry(below, 'below')!;
    const { entries } = world.ledgers.get('root')!;
    const [key, entry] = [...entries].find(([, { identity }]) => identity === below)!;
    entries.set(key, { ...entry, chain: world.entry(caId)!.certificate });
    await handle(request('subordinate', 'Update', properties, below));
    expect(world.entry(below, 'below')!.chain).toEqual(chain);
    await expect(handle(request('device', 'Create', deviceProperties(below, { LedgerTable: 'below' })))).resolves.toMatchObject({
      physicalResourceId: expect.stringMatching(/^device-/),
    });
  });

  test('is not answered for a CA high above, which sets limits too', async () => {
    const above = async (kind: 'ca' | 'subordinate', properties: Properties, name: string) => (await handle(named(request(kind, 'Create', properties), name))).physicalResourceId;
    const root = await above('ca', caProperties({ LedgerTable: 'root', PathLength: '2', KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Root-AbCdEf` } }), 'Root');
    const middle = await above('subordinate', subordinateProperties(root, 'middle', { IssuerLedgerTable: 'root', PathLength: '1' }), 'Middle');
    const lowest = await above('subordinate', subordinateProperties(middle, 'lowest', { IssuerLedgerTable: 'middle', PathLength: '0', ValidityDays: '1000' }), 'Lowest');
    const forged = cas.root({ subject: '/CN=Acme IoT Root CA' });
    const { entries } = world.ledgers.get('lowest')!;
    const [key, entry] = [...entries].find(([, { identity }]) => identity === lowest)!;
    const chain = splitCertificates(entry.chain!);
    entries.set(key, { ...entry, chain: Buffer.concat([chain[0], Buffer.from(forged.certificatePem.replace(/-----[^-]+-----|\s/g, ''), 'base64')]) });
    await expect(handle(request('device', 'Create', deviceProperties(lowest, { LedgerTable: 'lowest' })))).rejects.toThrow(
      `the ledger must hold the issued certificates of the CA ${lowest} and of the CAs above it`);
  });

  test('is not answered if it is mere octets', async () => {
    const device = await handle(request('device', 'Create', deviceProperties(caId)));
    exchange(device.physicalResourceId, { certificate: Buffer.from('no certificate') });
    await expect(handle(unchanged(device))).rejects.toThrow('got a certificate that can\'t be read');
  });

  test('is not answered for a CA that signs itself, for which its own key vouches', async () => {
    const forged = cas.root({ subject: '/CN=Acme IoT Root CA' });
    exchange(caId, { certificate: Buffer.from(forged.certificatePem.replace(/-----[^-]+-----|\s/g, ''), 'base64') });
    await expect(handle(request('ca', 'Update', caProperties(), caId))).rejects.toThrow('the table was changed from outside this library');
    await expect(handle(request('device', 'Create', deviceProperties(caId)))).rejects.toThrow(/does not hold the key of the CA's certificate/);
  });

  test('is not answered, and neither is the request of a CA that is for another key', async () => {
    const pending = await handle(named(request('ca', 'Create', signedElsewhereProperties({
      LedgerTable: 'factory', KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Factory-AbCdEf` },
    })), 'Factory'));
    const entry = world.entry(pending.physicalResourceId, 'factory')!;
    const csr = Buffer.from(cas.request(cas.key(), { subject: '/CN=Acme IoT Root CA' }, []).replace(/-----[^-]+-----|\s/g, ''), 'base64');
    world.ledgers.get('factory')!.entries.set(`${entry.issuer}/${entry.serialNumber}`, { ...entry, certificateSigningRequest: csr });
    await expect(handle(named(request('ca', 'Update', signedElsewhereProperties({
      LedgerTable: 'factory', KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Factory-AbCdEf` },
    }), pending.physicalResourceId), 'Factory'))).rejects.toThrow('must hold the certificate signing request for the CA\'s key, got another request');
  });

  test('is not answered, and neither is a signature that the CA has not made', async () => {
    const proof = await handle(request('signature', 'Create', signatureProperties(caId)));
    exchange(proof.physicalResourceId, { signature: Buffer.alloc(64) });
    await expect(handle(request('signature', 'Update', signatureProperties(caId), proof.physicalResourceId))).rejects.toThrow('has a different signature than the one that was made');
  });
});

test('the key of another device is not released, even if the entry of a device that goes names it', async () => {
  const inParameter = (path: string) => ({ KeyStorage: { Type: 'Parameter', Path: path } });
  const going = await handle(request('device', 'Create', deviceProperties(caId, inParameter('/iot/going'))));
  const staying = await handle(named(request('device', 'Create', deviceProperties(caId, { ...inParameter('/iot/staying'), Subject: { CommonName: 'b' } })), 'B'));
  const { serialNumber, keyStorage } = world.entry(staying.physicalResourceId)!;
  const entry = world.entry(going.physicalResourceId)!;
  world.entries.set(`${entry.issuer}/${entry.serialNumber}`, { ...entry, status: 'WITHDRAWN', serialNumber, keyStorage });
  await handle(request('device', 'Delete', deviceProperties(caId, inParameter('/iot/going')), going.physicalResourceId));
  expect([...world.parameters.keys()]).toContain(`/iot/staying/${serialNumber}`);
});

test('a key whose release is denied is released by the next request for its resource, and the log tells', async () => {
  const device = await handle(request('device', 'Create', deviceProperties(caId)));
  const next = deviceProperties(caId, { Generation: '2' });
  const updated = await handle({ ...request('device', 'Update', next, device.physicalResourceId), oldProperties: deviceProperties(caId) });
  const removal = { ...request('device', 'Delete', deviceProperties(caId), device.physicalResourceId), requestId: 'cleanup' };
  const denied: Gate = async (operation, effect) => (operation === 'release' ? false : effect()) as never;
  expect(await handleLifecycleEvent(removal, world.ports(denied))).toEqual({
    physicalResourceId: device.physicalResourceId,
    unfinished: `the keys of ${device.physicalResourceId} still have their staging labels in their secrets, because secretsmanager:UpdateSecretVersionStage is denied`,
  });
  expect(world.versions.has(`${DEVICE_SECRET}/${device.data!.SerialNumber}`)).toBe(true);
  const again = { ...request('device', 'Update', { ...next, Remark: 'x' }, updated.physicalResourceId), requestId: 'next', oldProperties: next };
  expect(await handle(again)).toEqual({ ...updated, unfinished: undefined });
  expect([...world.versions.keys()].filter(key => key.startsWith(DEVICE_SECRET))).toEqual([`${DEVICE_SECRET}/${updated.data!.SerialNumber}`]);
});

test('an update that changes nothing fails if the key is gone, and the message says so', async () => {
  const device = await handle(request('device', 'Create', deviceProperties(caId)));
  world.versions.delete(`${DEVICE_SECRET}/${device.data!.SerialNumber}`);
  await expect(handle(request('device', 'Update', deviceProperties(caId), device.physicalResourceId)))
    .rejects.toThrow(`the secret ${DEVICE_SECRET} no longer holds the key of the certificate ${device.data!.SerialNumber}; restore it, or raise \`generation\``);
});

describe('a request with its own subject', () => {
  const asking = (subject: string, changes: Properties = {}) =>
    requestedProperties(caId, { CertificateSigningRequest: cas.request(cas.key(), { subject }, []), ...changes });

  test('does not get the common name of another living certificate, however it is written', async () => {
    await handle(request('device', 'Create', deviceProperties(caId, { Subject: { CommonName: 'Schöne Pumpe' } })));
    for (const twin of ['Schöne Pumpe', 'SCHÖNE PUMPE', 'scho\u0308ne  Pumpe', 'Schöne Ｐumpe']) {
      const csr = { CertificateSigningRequest: cas.request(cas.key(), { subject: `/CN=${twin}`, more: ['-utf8'] }, []) };
      await expect(handle(named(request('device', 'Create', requestedProperties(caId, csr)), 'Impostor'))).rejects.toThrow(
        /certificateSigningRequest must request a common name that no other living certificate of the CA has, got ".*", which Device has/);
    }
  });

  test('gets the name once the other certificate is withdrawn, and keeps it over its own renewals', async () => {
    const device = await handle(request('device', 'Create', deviceProperties(caId)));
    await handle(request('device', 'Delete', deviceProperties(caId), device.physicalResourceId));
    const taken = await handle(named(request('device', 'Create', asking('/CN=sensor-001')), 'Successor'));
    const renewed = await handle(named(request('device', 'Update', asking('/CN=sensor-001', { Generation: '2' }), taken.physicalResourceId), 'Successor'));
    expect(renewed.physicalResourceId).not.toBe(taken.physicalResourceId);
  });
});
