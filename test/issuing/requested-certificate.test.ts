import { X509Certificate } from 'node:crypto';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';
import { crashEverywhere } from '../support/crashes';
import { caProperties, deviceProperties, Properties, request, requestedProperties, SECRET, signedElsewhereProperties } from '../support/events';
import { MemoryWorld } from '../support/memory-ports';
import { opensslOutput } from '../support/openssl';
import { OpensslCas, P256 } from '../support/openssl-ca';

const cas = new OpensslCas();
const REQUEST_SECRET = `${SECRET}Request-AbCdEf`;
const NAMES = ['DNS:press.plant.example', 'DNS:evil.example', 'IP:10.1.2.3', 'URI:urn:acme:sensor-007', 'email:a@b.example'];

let world: MemoryWorld;
let caId: string;
let caPem: string;

const handle = (event: LifecycleEvent) => handleLifecycleEvent(event, world.ports());
const properties = (certificateSigningRequest: string | undefined, changes: Properties = {}) =>
  requestedProperties(caId, { CertificateSigningRequest: certificateSigningRequest, ...changes });
const create = (csr: string | undefined, changes: Properties = {}) => handle(request('device', 'Create', properties(csr, changes)));
const SENSORS = { Type: 'Pattern', Subject: { CommonName: 'sensor-*', Organization: 'Acme' } };
const fromSecret = (changes: Properties = {}) =>
  properties(undefined, { CertificateSigningRequestSecretArn: REQUEST_SECRET, AllowedSubject: SENSORS, ...changes });
const text = (pem: string) => opensslOutput(['x509', '-noout', '-text'], pem);

/** A request of a device, as OpenSSL makes it. */
function deviceRequest(extensions: readonly string[] = [], subject = '/O=Acme/CN=sensor-007', key = cas.key()): string {
  return cas.request(key, { subject }, extensions);
}

async function newWorld(): Promise<void> {
  world = new MemoryWorld();
  world.now = new Date();
  const ca = await handle(request('ca', 'Create', caProperties({ PathLength: '1' })));
  [caId, caPem] = [ca.physicalResourceId, ca.data!.CertificatePem];
}

beforeEach(newWorld);

describe('a device certificate from a request', () => {
  test('has the key in the request, passes OpenSSL, and no key is made or kept for it', async () => {
    const { privateKeyPem, csr } = keyAndRequest();
    const keysBefore = world.versions.size;
    const { data, physicalResourceId } = await create(csr);
    expect(cas.verify(data!.CertificatePem, '', caPem, ['-purpose', 'sslclient'])).toBe('certificate: OK');
    expect(opensslOutput(['x509', '-noout', '-pubkey'], data!.CertificatePem)).toBe(opensslOutput(['pkey', '-pubout'], privateKeyPem));
    expect([world.versions.size, world.parameters.size]).toEqual([keysBefore, 0]);
    expect(world.entry(physicalResourceId)).toMatchObject({ status: 'ISSUED', keyAlgorithm: 'EC_P256', subject: 'CN=sensor-007,O=Acme' });
    expect(world.entry(physicalResourceId)!.keyStorage).toBeUndefined();
    expect(data!.IgnoredRequests).toBe('none');
  });

  function keyAndRequest(): { privateKeyPem: string; csr: string } {
    const privateKeyPem = cas.key(P256);
    return { privateKeyPem, csr: deviceRequest([], '/O=Acme/CN=sensor-007', privateKeyPem) };
  }

  test('is the same for a request in PEM and in base64 of DER, with any line ends', async () => {
    const { csr } = keyAndRequest();
    const { physicalResourceId, data } = await create(csr);
    const base64 = csr.replace(/-----[^-]+-----|\s/g, '');
    for (const form of [base64, `${base64}\n`, csr.replaceAll('\n', '\r\n')]) {
      expect(await handle(request('device', 'Update', properties(form), physicalResourceId))).toEqual({ physicalResourceId, data });
    }
  });

  test.each([['text', (csr: string) => csr], ['octets', (csr: string) => Buffer.from(csr.replace(/-----[^-]+-----|\s/g, ''), 'base64')]])(
    'can have the request in a secret, as %s', async (_, stored) => {
      await expect(handle(request('device', 'Create', fromSecret()))).rejects.toThrow(`certificateSigningRequest must be in the secret ${REQUEST_SECRET}, which has no value`);
      world.secretValues.set(REQUEST_SECRET, stored(deviceRequest()));
      const { data } = await handle(request('device', 'Create', fromSecret()));
      expect(cas.verify(data!.CertificatePem, '', caPem)).toBe('certificate: OK');
      expect(new X509Certificate(data!.CertificatePem).subject).toBe('O=Acme\nCN=sensor-007');
    });

  test('has the subject of the request as it is encoded there, or the declared one', async () => {
    const csr = deviceRequest();
    const dump = (args: string[], pem: string) => opensslOutput([...args, '-noout', '-subject', '-nameopt', 'multiline,show_type'], pem);
    const { data } = await create(csr);
    expect(dump(['x509'], data!.CertificatePem)).toBe(dump(['req'], csr));
    expect(dump(['x509'], data!.CertificatePem)).toMatch(/commonName\s+= UTF8STRING:sensor-007/);
    const overridden = await create(csr, { Subject: { CommonName: 'gateway-1' } });
    expect(dump(['x509'], overridden.data!.CertificatePem)).toMatch(/commonName\s+= PRINTABLESTRING:gateway-1/);
    expect(overridden.data!.CertificatePem).not.toContain('sensor-007');
  });

  test('has names of the request only if a rule allows them, and says which it does not have', async () => {
    const csr = deviceRequest([`subjectAltName=${NAMES.join(',')}`]);
    const none = await create(csr);
    expect(text(none.data!.CertificatePem)).not.toMatch(/Alternative Name/);
    expect(none.data!.IgnoredRequests).toBe('subjectAltName dns:"press.plant.example", subjectAltName dns:"evil.example", subjectAltName ip, '
      + 'subjectAltName uri:"urn:acme:sensor-007", subjectAltName email:"a@b.example"');
    const some = await create(csr, {
      AllowedNames: { Dns: ['plant.example'], Ip: ['10.0.0.0/8'], Uri: ['urn:acme:'] }, Extensions: { SubjectAlternativeNames: { Dns: ['declared.example'] } },
    });
    expect(some.physicalResourceId).not.toBe(none.physicalResourceId);
    expect(text(some.data!.CertificatePem)).toMatch(/DNS:declared\.example, DNS:press\.plant\.example, IP Address:10\.1\.2\.3, URI:urn:acme:sensor-007\n/);
    expect(some.data!.IgnoredRequests).toBe('subjectAltName dns:"evil.example", subjectAltName email:"a@b.example"');
  });

  test('is never a CA, and has none of the other extensions that the request asks for', async () => {
    const csr = deviceRequest([
      'basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign', 'extendedKeyUsage=serverAuth', '1.3.6.1.4.1.99999.1=critical,ASN1:NULL',
    ]);
    const { data } = await create(csr);
    const shown = text(data!.CertificatePem);
    expect(shown).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
    expect(shown).toMatch(/Key Usage: critical\s+Digital Signature\n/);
    expect(shown).toMatch(/Extended Key Usage:\s+TLS Web Client Authentication\n/);
    expect(shown).not.toContain('1.3.6.1.4.1.99999');
    expect(data!.IgnoredRequests).toBe('basicConstraints, keyUsage, extKeyUsage, 1.3.6.1.4.1.99999.1');
  });

  test('comes back with the same bytes after a removal, since no key went with it', async () => {
    const csr = deviceRequest();
    const created = await create(csr);
    await handle(request('device', 'Delete', properties(csr), created.physicalResourceId));
    expect(world.issued()).toHaveLength(1);
    world.now = new Date(world.now.getTime() + 1000);
    expect(await create(csr)).toEqual(created);
  });
});

describe('the identity of a certificate from a request', () => {
  const key = cas.key();
  const asked = (names: string, subject?: string, of = key) => deviceRequest(names === '' ? [] : [`subjectAltName=${names}`], subject, of);
  const identity = async (csr: string, changes: Properties = {}) => (await create(csr, changes)).physicalResourceId;
  const rule = { AllowedNames: { Dns: ['plant.example'] } };

  test('stays if the same is asked for by the same key, even if the request was signed again', async () => {
    const [one, other] = [asked('DNS:a.plant.example'), asked('DNS:a.plant.example')];
    expect(one).not.toBe(other);
    const created = await create(one, rule);
    expect(await handle(request('device', 'Update', properties(other, rule), created.physicalResourceId))).toEqual(created);
    // What does not enter the certificate does not count either: names without a rule, and a rule without such names.
    expect(await identity(asked('DNS:a.plant.example, DNS:other.example'), rule)).toBe(created.physicalResourceId);
    expect(await identity(asked('DNS:a.plant.example'), { AllowedNames: { Dns: ['plant.example', 'office.example'] } })).toBe(created.physicalResourceId);
  });

  test('differs for another key, subject or accepted name', async () => {
    const identities = [
      await identity(asked('DNS:a.plant.example'), rule),
      await identity(asked('DNS:a.plant.example', undefined, cas.key()), rule),
      await identity(asked('DNS:a.plant.example', '/CN=sensor-008'), rule),
      await identity(asked('DNS:b.plant.example'), rule),
      await identity(asked('DNS:a.plant.example')),
    ];
    expect(new Set(identities).size).toBe(5);
  });

  test('is that of the secret if the request is in one: another request there is read when the generation is raised', async () => {
    world.secretValues.set(REQUEST_SECRET, asked('DNS:evil.example'));
    const created = await handle(request('device', 'Create', fromSecret(rule)));
    const update = (changes: Properties) => handle(request('device', 'Update', fromSecret(changes), created.physicalResourceId));
    world.secretValues.set(REQUEST_SECRET, asked('', undefined, cas.key()));
    expect(await update(rule)).toEqual(created);
    world.secretValues.delete(REQUEST_SECRET);
    expect(await update(rule)).toEqual(created);
    world.secretValues.set(REQUEST_SECRET, asked('', undefined, cas.key()));
    const next = await update({ ...rule, Generation: '2' });
    expect(next.physicalResourceId).not.toBe(created.physicalResourceId);
    expect(next.data!.IgnoredRequests).toBe('none');
  });
});

describe('a list of what a certificate does not have from its request', () => {
  const forge = (physicalResourceId: string): void => {
    const entry = world.entry(physicalResourceId)!;
    world.entries.set(`${entry.issuer}/${entry.serialNumber}`, { ...entry, ignoredRequests: `forged\n\u202e${'x'.repeat(5_000)}` });
  };

  test('comes from the request itself, whatever the ledger says', async () => {
    const csr = deviceRequest(['subjectAltName=DNS:evil.example']);
    const created = await create(csr);
    forge(created.physicalResourceId);
    const again = await handle(request('device', 'Update', properties(csr), created.physicalResourceId));
    expect(again).toEqual(created);
    expect(again.data!.IgnoredRequests).toContain('evil.example');
  });

  test('comes from the ledger if the request is in a secret, on one short line', async () => {
    world.secretValues.set(REQUEST_SECRET, deviceRequest(['subjectAltName=DNS:evil.example']));
    const { physicalResourceId } = await handle(request('device', 'Create', fromSecret()));
    forge(physicalResourceId);
    const again = await handle(request('device', 'Update', fromSecret(), physicalResourceId));
    expect(again.data!.IgnoredRequests).toMatch(/^forged x{2000,2048}…$/);
  });

  test('is there only for a certificate from a request', async () => {
    const { physicalResourceId } = await handle(request('device', 'Create', deviceProperties(caId)));
    forge(physicalResourceId);
    const again = await handle(request('device', 'Update', deviceProperties(caId), physicalResourceId));
    expect(again.data).not.toHaveProperty('IgnoredRequests');
  });
});

describe('a request', () => {
  const CASES: [string, () => Properties, string][] = [
    ['a request whose signature is not by its key', () => {
      const der = Buffer.from(deviceRequest().replace(/-----[^-]+-----|\s/g, ''), 'base64');
      der[der.indexOf('sensor-007')] = 'S'.charCodeAt(0);
      return properties(der.toString('base64'));
    }, 'must be signed with the private key of its own public key (proof of possession)'],
    ['a weak key', () => properties(cas.request(cas.key(['RSA', '-pkeyopt', 'rsa_keygen_bits:1024']), { subject: '/CN=a' })), 'certificateSigningRequest'],
    ['an empty request, as the default of a parameter is', () => properties(''), 'certificateSigningRequest must be a non-empty string, got ""'],
    ['a request without a common name', () => properties(deviceRequest([], '/O=Acme')), 'subject.commonName must be 1 to 64 characters long'],
    ['a key that the platform does not take', () => properties(deviceRequest([], '/CN=a', cas.key(['ED25519'])), { Platforms: ['aws-iot-core'] }),
      'the key of certificateSigningRequest must be one of RSA_2048'],
    ['a key in a secret that the platform does not take', () => {
      world.secretValues.set(REQUEST_SECRET, deviceRequest([], '/CN=a', cas.key(['ED25519'])));
      return fromSecret({ Platforms: ['aws-iot-core'], Subject: { CommonName: 'a' }, AllowedSubject: undefined });
    }, 'the key of certificateSigningRequest must be one of RSA_2048'],
    ['a name that the platform does not take', () => properties(deviceRequest([], '/CN=a b'), { Platforms: ['azure-dps'] }), 'subject.commonName must be letters, digits'],
    ['a name below that of another device, for a broker that grants topics by names', () => {
      world.secretValues.set(REQUEST_SECRET, deviceRequest([], '/CN=victim\\/commands'));
      return fromSecret({ Platforms: ['mosquitto'], AllowedSubject: { Type: 'Pattern', Subject: { CommonName: 'victim/*' } } });
    }, 'subject.commonName must be text without / + # and control characters, and without a leading $ for Eclipse Mosquitto, got "victim/commands"'],
    ['a device identity without a serial number in the request', () => {
      world.secretValues.set(REQUEST_SECRET, deviceRequest());
      return fromSecret({ Profile: 'devid' });
    }, 'subject.serialNumber must be given for the profile devid'],
    ['a subject that the rule does not allow', () => properties(deviceRequest([], '/O=Acme/CN=victim'), { AllowedSubject: SENSORS }),
      'subject.commonName of certificateSigningRequest must be "sensor-*", as allowedSubject requires (* stands for one or more letters, digits and - . _ :; every other character stands for itself), got "victim"'],
    ['a subject in a secret that the rule does not allow', () => {
      world.secretValues.set(REQUEST_SECRET, deviceRequest([], '/O=Acme/CN=victim'));
      return fromSecret();
    }, 'subject.commonName of certificateSigningRequest must be "sensor-*", as allowedSubject requires (* stands for one or more letters, digits and - . _ :; every other character stands for itself), got "victim"'],
    ['a request in a secret whose name nobody decides on', () => fromSecret({ AllowedSubject: undefined }), 'subject or allowedSubject must be given'],
    ['a rule beside a subject', () => fromSecret({ Subject: { CommonName: 'sensor-1' } }), 'allowedSubject must be left out if subject is given'],
    ['a rule that is none', () => fromSecret({ AllowedSubject: 'sensor-*' }), 'allowedSubject must be a map, got "sensor-*"'],
    ['a rule without a common name', () => fromSecret({ AllowedSubject: { Type: 'Exact', Subject: {} } }), 'allowedSubject.commonName must be given'],
    ['a form of delivery, which would hold the key', () => properties(deviceRequest(), { Bundles: [{ Type: 'Der', SecretArn: `${SECRET}Der-AbCdEf` }] }),
      'deliveryFormats must be left out if the private key is not held here'],
    ['a private key in place of the request, without showing it', () => properties(cas.key()), 'private key'],
  ];
  test.each(CASES)('is refused before anything is written for %s', async (_, declared, message) => {
    const event = request('device', 'Create', declared());
    const before = world.snapshot();
    const error = await handle(event).catch(caught => caught);
    expect(error.message).toContain(message);
    expect(error.message).not.toMatch(/-----BEGIN|MIG/);
    expect(world.snapshot()).toBe(before);
  });
});

describe('the two halves of a hierarchy', () => {
  /** A CA in another stack, with a ledger of its own. */
  const factory = (changes: Properties = {}) => ({
    ...signedElsewhereProperties({ LedgerTable: 'factory', Subject: { Organization: 'Acme', CommonName: 'Acme Factory' }, ...changes }),
    KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Factory-AbCdEf` },
  });
  const inFactory = (event: LifecycleEvent) => handle({ ...event, stackId: event.stackId.replace('stack/Iot', 'stack/Factory') });
  const above = (csr: string, changes: Properties = {}) => requestedProperties(caId, { CertificateSigningRequest: csr, PathLength: '0', ValidityDays: '1000', ...changes });

  test('join: the root signs the request of the factory\'s CA, which then issues certificates that OpenSSL accepts', async () => {
    const pending = await inFactory(request('ca', 'Create', factory()));
    const signed = await handle(request('caCertificate', 'Create', above(pending.data!.CertificateSigningRequestPem!)));
    expect(signed.physicalResourceId).toMatch(/^ca-/);
    expect(signed.data!.IgnoredRequests).toBe('basicConstraints, keyUsage'); // they are what the profile says, not what was asked for
    const SignedCertificatePem = signed.data!.CertificatePem + caPem;
    const active = await inFactory(request('ca', 'Update', factory({ SignedCertificatePem }), pending.physicalResourceId));
    expect(active).toMatchObject({ physicalResourceId: pending.physicalResourceId, data: { CertificatePem: signed.data!.CertificatePem } });
    const device = await inFactory(request('device', 'Create', deviceProperties(active.physicalResourceId, { LedgerTable: 'factory' })));
    expect(cas.verify(device.data!.CertificatePem, signed.data!.CertificatePem, caPem, ['-purpose', 'sslclient'])).toBe('certificate: OK');
    expect(world.versions.size).toBe(3); // root, factory, device: the certificate of the CA has no key of its own
    expect(world.entry(signed.physicalResourceId)!.chain).toEqual(new X509Certificate(caPem).raw);
  });

  test('keep the limits of the root, which are checked before anything is written', async () => {
    const { data } = await inFactory(request('ca', 'Create', factory()));
    const before = world.snapshot();
    await expect(handle(request('caCertificate', 'Create', above(data!.CertificateSigningRequestPem!, { PathLength: '1' })))).rejects.toThrow('pathLength must be 0');
    await expect(handle(request('caCertificate', 'Create', above(data!.CertificateSigningRequestPem!, { Platforms: ['alibaba-cloud-iot'] }))))
      .rejects.toThrow('the key of certificateSigningRequest must be one of RSA_2048, RSA_3072, RSA_4096 for Alibaba Cloud IoT Platform, got "EC_P256"');
    await expect(handle(request('caCertificate', 'Create', above(data!.CertificateSigningRequestPem!, { CertificateSigningRequest: undefined }))))
      .rejects.toThrow('certificateSigningRequest must be given');
    expect(world.snapshot()).toBe(before);
  });

  test('can\'t issue with the half that has no key', async () => {
    const { data } = await inFactory(request('ca', 'Create', factory()));
    const signed = await handle(request('caCertificate', 'Create', above(data!.CertificateSigningRequestPem!)));
    await expect(handle(request('device', 'Create', deviceProperties(signed.physicalResourceId)))).rejects.toThrow('ca must be a CA in this ledger');
  });
});

test('a creation from a request that dies anywhere is ended by the next delivery, with one certificate and no key', async () => {
  const csr = deviceRequest();
  await crashEverywhere(async () => {
    await newWorld();
    world.secretValues.set(REQUEST_SECRET, csr);
    return { world, event: request('device', 'Create', fromSecret()) };
  }, ({ world: after, result, reserved }) => {
    expect(after.issued()).toHaveLength(2);
    expect(after.entries.size).toBe(2);
    expect(reserved.length === 1 || reserved.includes(result.data!.SerialNumber)).toBe(true);
    expect(after.versions.size).toBe(1);
  });
});

test('two requests for one common name in one deployment never get a certificate each', async () => {
  const ask = (logicalResourceId: string) => handle({ ...request('device', 'Create', properties(deviceRequest())), logicalResourceId });
  const outcomes = await Promise.allSettled([ask('Device'), ask('Impostor')]);
  expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThan(2);
  expect(world.issued().filter(({ commonName }) => commonName === 'sensor-007').length).toBeLessThan(2);
  world.now = new Date(world.now.getTime() + 60_000);
  await expect(handle({ ...request('device', 'Update', properties(deviceRequest())), logicalResourceId: 'Device' })).resolves.toBeDefined();
});
