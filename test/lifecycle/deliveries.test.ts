import { X509Certificate } from 'node:crypto';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { ListTagsForResourceCommand } from '@aws-sdk/client-ssm';
import { publicKeyOf } from '../../src/pki/keys';
import { Answer, Resource } from '../support/cloudformation';
import { lifecycle } from '../support/lifecycle';
import { opensslOutput } from '../support/openssl';
import { OpensslCas } from '../support/openssl-ca';
import { requested } from '../support/resources';

const set = lifecycle();
const cas = new OpensslCas();

let ca: Answer;

beforeEach(async () => {
  ca = await set.stack.create(await set.stack.ca());
});

const pem = ({ Data }: Answer) => Data!.CertificatePem;
const changed = (resource: Resource, changes: object): Resource => ({ ...resource, properties: { ...resource.properties, ...changes } });
const statusOf = async (logicalId: string) =>
  (await set.stack.ledger()).filter(({ logicalResourceId }) => logicalResourceId === logicalId).map(({ status }) => status);

/** The versions of a secret that are kept, the current one first. */
async function versionsOf(SecretId: string): Promise<string[]> {
  const { VersionIdsToStages = {} } = await set.stack.secretsManager.send(new DescribeSecretCommand({ SecretId }));
  const kept = Object.keys(VersionIdsToStages).filter(version => VersionIdsToStages[version].some(label => label.startsWith(`certificate-${version}-of-`)));
  return kept.sort((one, other) => Number(VersionIdsToStages[other].includes('AWSCURRENT')) - Number(VersionIdsToStages[one].includes('AWSCURRENT')));
}

describe('a device whose key is in a parameter', () => {
  test('answers the parameter, gets another one when it is replaced, its old one back by a rollback, and takes all with it', async () => {
    const { stack } = set;
    const KeyStorage = stack.parameterStorage();
    const declared = await stack.device(ca.PhysicalResourceId, { KeyStorage });
    const created = await stack.create(declared);
    const names = async () => [...(await stack.parameters(KeyStorage.Path as string)).keys()];
    expect(await names()).toEqual([created.Data!.PrivateKeyParameter]);
    const key = (await stack.parameters(KeyStorage.Path as string)).get(created.Data!.PrivateKeyParameter)!;
    expect(publicKeyOf(key)).toEqual(new X509Certificate(pem(created)).publicKey.export({ type: 'spki', format: 'der' }));

    const next = changed(declared, { Generation: 2 });
    const updated = await stack.update(next, created.PhysicalResourceId, declared);
    expect((await names()).sort()).toEqual([created, updated].map(({ Data }) => Data!.PrivateKeyParameter).sort());
    expect((await stack.update(declared, updated.PhysicalResourceId, next)).Data).toEqual(created.Data);
    await stack.delete(next, updated.PhysicalResourceId);
    expect(await names()).toEqual([created.Data!.PrivateKeyParameter]);
    await stack.delete(declared, created.PhysicalResourceId);
    expect(await names()).toEqual([]);
  });
});

describe('the tags of a device whose key is in a parameter', () => {
  const tags = (values: { [key: string]: string }) => Object.entries(values).map(([Key, Value]) => ({ Key, Value }));

  async function tagsOf({ Data }: Answer): Promise<{ [key: string]: string }> {
    const { TagList = [] } = await set.stack.systemsManager.send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: Data!.PrivateKeyParameter }));
    return Object.fromEntries(TagList.map(({ Key, Value }) => [Key, Value]));
  }

  test('follow the declaration, back too, and leave the certificate and its parameter as they are', async () => {
    const { stack, proxy } = set;
    const declared = await stack.device(ca.PhysicalResourceId, { KeyStorage: stack.parameterStorage(), Tags: tags({ team: 'iot', stage: 'beta' }) });
    proxy.reset();
    const created = await stack.create(declared);
    expect(await tagsOf(created)).toEqual({ team: 'iot', stage: 'beta' });
    expect(proxy.calls.map(({ operation }) => operation).filter(operation => /Tags/.test(operation))).toEqual([]);

    const next = changed(declared, { Tags: tags({ team: 'plant', owner: '' }) });
    const { PhysicalResourceId, Data } = created;
    expect(await stack.update(next, PhysicalResourceId, declared)).toMatchObject({ PhysicalResourceId, Data });
    expect(await tagsOf(created)).toEqual({ team: 'plant', owner: '' });
    expect((await stack.update(declared, PhysicalResourceId, next)).Data).toEqual(Data); // a rollback
    expect(await tagsOf(created)).toEqual({ team: 'iot', stage: 'beta' });

    const { Tags: _, ...none } = declared.properties;
    expect((await stack.update({ ...declared, properties: none }, created.PhysicalResourceId, declared)).Data).toEqual(created.Data);
    expect(await tagsOf(created)).toEqual({});
    expect(await statusOf(declared.logicalId)).toEqual(['ISSUED']);
  });

  test('are as the rollback has them, even if an update can\'t change them', async () => {
    const { stack, proxy } = set;
    const declared = await stack.device(ca.PhysicalResourceId, { KeyStorage: stack.parameterStorage(), Tags: tags({ team: 'iot', stage: 'beta' }) });
    const created = await stack.create(declared);
    const next = changed(declared, { Tags: tags({ team: 'plant', owner: 'acme' }) });
    proxy.faults = (_, { operation }) => operation === 'AddTagsToResource' ? { kind: 'denied', when: 'before' } : undefined;
    const { answer } = await stack.send(stack.event('Update', next, { PhysicalResourceId: created.PhysicalResourceId }), 10_000);
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('ssm:AddTagsToResource on the parameter ') });
    proxy.repair();
    expect((await stack.update(declared, created.PhysicalResourceId, next)).Data).toEqual(created.Data);
    expect(await tagsOf(created)).toEqual({ team: 'iot', stage: 'beta' });
  });
});

describe('a server', () => {
  test('has the names that are declared, stays the same over updates, and is withdrawn', async () => {
    const { stack } = set;
    const device = await stack.device(ca.PhysicalResourceId, { Extensions: { SubjectAlternativeNames: { Dns: ['broker.example.com'], Ip: ['10.0.0.1'] } } }, 'Server');
    const declared = { ...device, type: 'Custom::IotServerCertificate' };
    const created = await stack.create(declared);
    expect(created.PhysicalResourceId).toMatch(/^server-[0-9a-f]{32}$/);
    expect(cas.verify(pem(created), '', pem(ca), ['-purpose', 'sslserver', '-verify_hostname', 'broker.example.com'])).toBe('certificate: OK');
    expect((await stack.update(changed(declared, { Colour: 'blue' }), created.PhysicalResourceId)).Data).toEqual(created.Data);
    await stack.delete(declared, created.PhysicalResourceId);
    expect(await statusOf('Server')).toEqual(['WITHDRAWN']);
    expect(await stack.keptVersions(declared)).toEqual([]);
  });

  test('is refused with the name that is wrong, however long it is', async () => {
    const name = 'Broker-Of-The-Plant-In-Hangzhou-Line-4-Controller-1.example.com';
    const device = await set.stack.device(ca.PhysicalResourceId, { Extensions: { SubjectAlternativeNames: { Dns: [name] } } }, 'Server');
    expect(await set.stack.create({ ...device, type: 'Custom::IotServerCertificate' }))
      .toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(new RegExp(`^Server: subjectAlternativeNames\\.dns must be a host name in lower case.*got "${name}"$`)) });
  });
});

describe('a device from a request', () => {
  const key = cas.key();
  const csr = cas.request(key, { subject: '/O=Acme/CN=sensor-007' }, ['subjectAltName=DNS:a.plant.example,DNS:evil.example', 'basicConstraints=CA:TRUE']);

  test('is made without a key, names what it did not get, and comes back with its bytes after a removal', async () => {
    const { stack, proxy } = set;
    const declared = await requested(stack, 'Custom::IotDeviceCertificate', ca.PhysicalResourceId, { CertificateSigningRequest: csr, AllowedNames: { Dns: ['plant.example'] } });
    proxy.reset();
    const created = await stack.create(declared);
    expect(proxy.calls.map(({ operation }) => operation).filter(operation => /PutSecret|PutParameter/.test(operation))).toEqual([]);
    expect(created.Data!.IgnoredRequests).toBe('subjectAltName dns:"evil.example", basicConstraints');
    expect(cas.verify(pem(created), '', pem(ca), ['-purpose', 'sslclient', '-verify_hostname', 'a.plant.example'])).toBe('certificate: OK');
    expect((await stack.update(declared, created.PhysicalResourceId)).Data).toEqual(created.Data);
    await stack.delete(declared, created.PhysicalResourceId);
    expect(await statusOf('Requested')).toEqual(['WITHDRAWN']);
    expect((await stack.create(declared)).Data).toEqual(created.Data);
  });

  test('in a secret is read once', async () => {
    const { stack } = set;
    const CertificateSigningRequestSecretArn = await stack.secret(csr);
    const declared = await requested(stack, 'Custom::IotDeviceCertificate', ca.PhysicalResourceId, {
      CertificateSigningRequestSecretArn, AllowedSubject: { Type: 'Pattern', Subject: { CommonName: 'sensor-*', Organization: 'Acme' } },
    });
    const created = await stack.create(declared);
    set.proxy.reset();
    expect((await stack.update(declared, created.PhysicalResourceId)).Data).toEqual(created.Data);
    expect(set.proxy.calls.filter(({ body }) => body.includes(CertificateSigningRequestSecretArn))).toEqual([]);
    expect((await stack.ledger()).find(({ profile }) => profile === 'device')).toMatchObject({ subject: 'CN=sensor-007,O=Acme', ignoredRequests: created.Data!.IgnoredRequests });
  });
});

describe('other forms of delivery', () => {
  const PASSPHRASE = 'passphrase-of-the-bundles';

  test('hold the certificate, are written once, go back with a rollback, and go with the key', async () => {
    const { stack } = set;
    const [p12, combined, PassphraseSecretArn] = [await stack.secret(), await stack.secret(), await stack.passphrase(`${PASSPHRASE}\n`)];
    const Bundles = [{ Type: 'Pkcs12', SecretArn: p12, PassphraseSecretArn }, { Type: 'CombinedPem', SecretArn: combined }];
    const plain = await stack.device(ca.PhysicalResourceId);
    const created = await stack.create(plain);
    const declared = changed(plain, { Bundles });
    expect((await stack.update(declared, created.PhysicalResourceId, plain)).Data).toEqual(created.Data);
    const file = cas.path('device.p12', Buffer.from(await stack.valueOf(p12), 'base64'));
    expect(opensslOutput(['pkcs12', '-in', file, '-passin', `pass:${PASSPHRASE}`, '-nokeys', '-clcerts'])).toContain(pem(created));
    expect((await stack.valueOf(combined)).endsWith(pem(created) + pem(ca))).toBe(true);

    const before = await Promise.all([p12, combined].map(arn => stack.valueOf(arn)));
    const next = changed(declared, { Generation: 2 });
    const updated = await stack.update(next, created.PhysicalResourceId, declared);
    expect(await stack.valueOf(combined)).toContain(pem(updated));
    await stack.update(declared, updated.PhysicalResourceId, next);
    expect(await Promise.all([p12, combined].map(arn => stack.valueOf(arn)))).toEqual(before);
    await stack.delete(next, updated.PhysicalResourceId);
    expect(await Promise.all([p12, combined].map(versionsOf))).toEqual([[created.Data!.SerialNumber], [created.Data!.SerialNumber]]);
    await stack.delete(declared, created.PhysicalResourceId);
    expect(await Promise.all([p12, combined].map(versionsOf))).toEqual([[], []]);
  });

  test('without their passphrase are refused before anything is made, and the message says where it is missing', async () => {
    const { stack, proxy } = set;
    const PassphraseSecretArn = await stack.secret();
    const declared = await stack.device(ca.PhysicalResourceId, { Bundles: [{ Type: 'Pkcs12', SecretArn: await stack.secret(), PassphraseSecretArn }] });
    proxy.reset();
    const answer = await stack.create(declared);
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(PassphraseSecretArn) });
    expect(proxy.calls.filter(({ operation }) => /Write|PutSecret|PutParameter|Update/.test(operation))).toEqual([]);
    expect(await stack.delete(declared, answer.PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
  });
});
