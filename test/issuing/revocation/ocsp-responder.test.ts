import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { renewResponder, responderIn, responderLeft, ResponderPorts } from '../../../src/issuing/revocation/ocsp-responder';
import { OID } from '../../../src/pki/object-identifiers';
import { isSerialNumberOf } from '../../../src/pki/serial-number';
import { signatureAlgorithm } from '../../../src/pki/signature-algorithms';
import { signerOf } from '../../../src/pki/signer';
import { CA_KEYS, DEVICE_KEYS } from '../../pki/fixtures';
import { caProperties, Properties, request, SECRET } from '../../support/events';
import { MemoryWorld } from '../../support/memory-ports';

const DAY = 86_400_000;
const KEY_ARN = 'arn:aws:kms:eu-central-1:111111111111:key/0a1b';

/** Half of the validity of a responder: it begins an hour before it is made, and ends 14 days after that. */
const HALF = 7 * DAY - 1_800_000;

let world: MemoryWorld;
let secret: string | undefined;

beforeEach(() => {
  world = new MemoryWorld();
  secret = undefined;
});

async function declareCa(changes: Properties = {}, logicalResourceId = 'Ca'): Promise<{ caId: string; pem: string }> {
  const { physicalResourceId, data } = await handleLifecycleEvent({
    ...request('ca', 'Create', caProperties({ KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}${logicalResourceId}-AbCdEf` }, ...changes })),
    logicalResourceId,
  }, world.ports());
  return { caId: physicalResourceId, pem: data!.CertificatePem! };
}

function ports(changes: Partial<ResponderPorts> = {}): ResponderPorts {
  return {
    ...world.ports(),
    responder: { read: async () => secret, write: async value => { secret = value; } },
    ...changes,
  };
}

const renew = (caId: string, changes?: Partial<ResponderPorts>) => renewResponder(caId, 'ledger', ports(changes));
const certificatePem = () => JSON.parse(secret!).certificate as string;

describe('a responder of a CA', () => {
  test('has a key of its own, in the secret only, and a certificate that lets it answer for 14 days', async () => {
    const { caId, pem } = await declareCa();
    const before = world.snapshot();
    await renew(caId);
    const { privateKey, certificate } = JSON.parse(secret!);
    const read = new X509Certificate(certificate);
    expect(read.verify(new X509Certificate(pem).publicKey)).toBe(true);
    expect(read.publicKey.equals(createPublicKey(createPrivateKey(privateKey)))).toBe(true);
    expect(read.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect([read.subject, read.issuer]).toEqual(['CN=OCSP Responder', 'CN=Acme IoT Root CA']);
    expect([read.validFrom, read.validTo]).toEqual(['Mar  1 11:00:00 2026 GMT', 'Mar 15 12:00:00 2026 GMT']);
    expect(read.keyUsage).toEqual([OID.OCSPSigning]); // the extended usages, whatever Node.js calls them
    expect(isSerialNumberOf(read.serialNumber, caId)).toBe(true);
    expect(world.snapshot()).toBe(before);
  });

  test('ends with its CA, if the CA ends before', async () => {
    const { caId, pem } = await declareCa({ ValidityDays: '5' });
    await renew(caId);
    expect(new X509Certificate(certificatePem()).validTo).toBe(new X509Certificate(pem).validTo);
  });

  test.each([
    ['that KMS ties to its curve, if the key of the CA is in KMS', 'SHA-384', { Type: 'Kms', KeyArn: KEY_ARN }],
    ['of all other certificates, if the key of the CA is in a secret', 'SHA-256', { Type: 'SecretsManager', SecretArn: `${SECRET}Ca-AbCdEf` }],
  ] as const)('is signed over the digest %s', async (_, hash, KeyStorage) => {
    world.hsmKeys.set(KEY_ARN, CA_KEYS.EC_P384);
    const { caId } = await declareCa({ KeyAlgorithm: 'EC_P384', HashAlgorithm: 'SHA-384', KeyStorage });
    await renew(caId);
    expect(responderIn(secret)!.certificate.signatureAlgorithm).toEqual(signatureAlgorithm('EC', hash));
  });

  test('stays until half of its validity is over, and then gives way to another one with another key', async () => {
    const { caId } = await declareCa();
    await renew(caId);
    const [first, made] = [secret, world.now.getTime()];
    world.now = new Date(made + HALF - 1);
    await renew(caId);
    expect(secret).toBe(first);
    world.now = new Date(made + HALF);
    await renew(caId);
    const { privateKey, certificate } = JSON.parse(first!);
    expect(JSON.parse(secret!).privateKey).not.toBe(privateKey);
    expect(new X509Certificate(certificatePem()).validTo).toBe('Mar 22 11:30:00 2026 GMT');
    expect(new X509Certificate(certificatePem()).serialNumber).not.toBe(new X509Certificate(certificate).serialNumber);
  });

  test('gives way at once if another CA has signed its certificate', async () => {
    const [{ caId: other }, { caId, pem }] = [await declareCa({ Subject: { CommonName: 'Other CA' } }, 'Other'), await declareCa()];
    await renew(other);
    await renew(caId);
    expect(new X509Certificate(certificatePem()).verify(new X509Certificate(pem).publicKey)).toBe(true);
  });

  test('is not written if the CA\'s key signs with another key than it shows', async () => {
    world.hsmKeys.set(KEY_ARN, CA_KEYS.EC_P256);
    const { caId } = await declareCa({ KeyStorage: { Type: 'Kms', KeyArn: KEY_ARN } });
    const [shown, other] = [signerOf(CA_KEYS.EC_P256), signerOf(DEVICE_KEYS.EC_P256)];
    await expect(renew(caId, { hsm: async () => ({ publicKey: shown.publicKey, sign: other.sign }) })).rejects.toThrow('signature');
    expect(secret).toBeUndefined();
  });

  test('is made for a CA of the ledger only', async () => {
    await expect(renew('unknown')).rejects.toThrow('ca must be a CA in this ledger, got "unknown", which is unknown');
    expect(secret).toBeUndefined();
  });
});

describe('the secret of a responder', () => {
  const parts = async () => {
    await renew((await declareCa()).caId);
    return JSON.parse(secret!) as { privateKey: string; certificate: string };
  };

  test('that has no value yet holds no responder', () => {
    expect(responderIn(undefined)).toBeUndefined();
  });

  test('gives the key that its certificate certifies', async () => {
    const { privateKey, certificate } = await parts();
    const { signer, certificate: read } = responderIn(secret)!;
    expect(signer.publicKey).toEqual(signerOf(privateKey).publicKey);
    expect(read.der).toEqual(new X509Certificate(certificate).raw);
  });

  test.each<[string, (parts: { privateKey: string; certificate: string }) => string]>([
    ['an empty text', () => ''],
    ['what is no JSON, such as a key by itself', ({ privateKey }) => privateKey],
    ['no certificate', ({ privateKey }) => JSON.stringify({ privateKey })],
    ['no key', ({ certificate }) => JSON.stringify({ certificate })],
    ['the key of another certificate', ({ certificate }) => JSON.stringify({ certificate, privateKey: DEVICE_KEYS.EC_P256 })],
  ])('that holds %s is refused, and nothing of it is shown', async (_, changed) => {
    const value = changed(await parts());
    let refusal = '';
    try {
      responderIn(value);
    } catch (error) {
      refusal = String((error as Error).stack);
    }
    expect(refusal).toMatch(/^Error: the secret of the OCSP responder must hold its key and its certificate, got something else; remove its value, and deploy again\n/);
    expect(refusal).not.toMatch(/BEGIN|MI[GI]/);
  });
});

test('a responder tells the share of its validity that is left', async () => {
  expect(await responderLeft(ports())).toBe(0);
  const { caId } = await declareCa();
  await renew(caId);
  const { notBefore, notAfter } = responderIn(secret)!.certificate.validity;
  const leftAt = async (time: number) => responderLeft(ports({ clock: () => new Date(time) }));
  const [from, to] = [notBefore.getTime(), notAfter.getTime()];
  expect(await Promise.all([from - DAY, from, from + (to - from) / 4, to, to + DAY].map(leftAt))).toEqual([1, 1, 0.75, 0, 0]);
});
