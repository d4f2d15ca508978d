import { X509Certificate } from 'node:crypto';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { splitCertificates } from '../../src/pki/certificate-list';
import { Answer, Resource } from '../support/cloudformation';
import { lifecycle } from '../support/lifecycle';
import { opensslOutput } from '../support/openssl';
import { CA_EXTENSIONS, OpensslCas } from '../support/openssl-ca';
import { existingCa, requested, signedElsewhereCa, subordinateCa } from '../support/resources';

/** So much faster that the wait for a right to come takes a second. */
const set = lifecycle({}, 10);
const cas = new OpensslCas();

const pem = ({ Data }: Answer) => Data!.CertificatePem;
const changed = (resource: Resource, changes: object): Resource => ({ ...resource, properties: { ...resource.properties, ...changes } });
const tableOf = ({ properties }: Resource) => properties.LedgerTable as string;
const statuses = async (table?: string) => (await set.stack.ledger(table)).map(({ status }) => status);

async function deviceOf(ca: Answer, table: string, changes = {}): Promise<Answer> {
  return set.stack.create(await set.stack.device(ca.PhysicalResourceId, { LedgerTable: table, ...changes }));
}

describe('a CA with its key in KMS', () => {
  test('issues, stays the same over updates, and leaves its key alone when it is removed', async () => {
    const { stack, proxy } = set;
    const declared = await stack.ca({ KeyStorage: await stack.kmsKeyStorage('ECC_NIST_P384'), KeyAlgorithm: 'EC_P384', HashAlgorithm: 'SHA-384' });
    const ca = await stack.create(declared);
    const device = await deviceOf(ca, stack.table, { HashAlgorithm: 'SHA-384' });
    expect(cas.verify(pem(device), '', pem(ca), ['-purpose', 'sslclient'])).toBe('certificate: OK');
    expect((await stack.update(changed(declared, { Platforms: ['aws-iot-core'] }), ca.PhysicalResourceId)).Data).toEqual(ca.Data);
    const next = await stack.update(changed(declared, { Generation: 2, Replaces: ca.PhysicalResourceId }), ca.PhysicalResourceId, declared);
    expect(next.Data!.SubjectKeyIdentifier).toBe(ca.Data!.SubjectKeyIdentifier);
    proxy.reset();
    expect(await stack.delete(declared, ca.PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
    expect(new Set(proxy.calls.map(({ operation }) => operation))).toEqual(new Set(['GetItem', 'PutItem', 'TransactWriteItems']));
  });

  test('is refused with the words of synthesis where KMS does not sign over the digest', async () => {
    const answer = await set.stack.create(await set.stack.ca({ KeyStorage: await set.stack.kmsKeyStorage(), HashAlgorithm: 'SHA-512' }));
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: 'Ca: hashAlgorithm must be SHA-256 under a CA with an EC_P256 key in AWS KMS, got "SHA-512"' });
    expect(await set.stack.ledger()).toEqual([]);
  });

  test('leaves neither a certificate nor a key where KMS refuses to sign, and names the key', async () => {
    const { stack, proxy } = set;
    const KeyStorage = await stack.kmsKeyStorage();
    const ca = await stack.create(await stack.ca({ KeyStorage }));
    const device = await stack.device(ca.PhysicalResourceId);
    proxy.faults = (_, { operation }) => operation === 'Sign' ? { kind: 'denied', when: 'before' } : undefined;
    const answer = await stack.create(device);
    proxy.repair();
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(`kms:Sign on ${KeyStorage.KeyArn} failed: AccessDeniedException`) });
    expect((await stack.ledger()).find(({ profile }) => profile === 'device')).toMatchObject({ status: 'WITHDRAWN' });
    expect(await stack.keptVersions(device)).toEqual([]);
    expect(await stack.create(device)).toMatchObject({ Status: 'SUCCESS' });
  });
});

describe('a CA below another one', () => {
  let root: Answer;
  let declared: Resource;
  let factory: Answer;

  beforeEach(async () => {
    root = await set.stack.create(await set.stack.ca({ KeyStorage: await set.stack.kmsKeyStorage() }));
    declared = await subordinateCa(set.stack, root.PhysicalResourceId);
    factory = await set.stack.create(declared);
  });

  test('issues from its own ledger what OpenSSL takes, and is in its issuer\'s too', async () => {
    const device = await deviceOf(factory, tableOf(declared));
    expect(cas.verify(pem(device), pem(factory), pem(root), ['-purpose', 'sslclient'])).toBe('certificate: OK');
    const inBoth = await Promise.all([set.stack.table, tableOf(declared)].map(async table =>
      (await set.stack.ledger(table)).find(({ identity }) => identity === factory.PhysicalResourceId)));
    inBoth.forEach(entry => expect(entry).toMatchObject({ status: 'ISSUED', certificate: new X509Certificate(pem(factory)).raw }));
    expect(splitCertificates(inBoth[1]!.chain!)).toEqual([new X509Certificate(pem(root)).raw]);
  });

  test('is replaced and rolled back with its old bytes, in both ledgers', async () => {
    const next = changed(declared, { Generation: 2 });
    const updated = await set.stack.update(next, factory.PhysicalResourceId, declared);
    expect(updated.PhysicalResourceId).not.toBe(factory.PhysicalResourceId);
    expect((await set.stack.update(declared, updated.PhysicalResourceId, next)).Data).toEqual(factory.Data);
    await set.stack.delete(next, updated.PhysicalResourceId);
    expect((await statuses(tableOf(declared))).sort()).toEqual(['ISSUED', 'WITHDRAWN']);
    expect((await statuses()).sort()).toEqual(['ISSUED', 'ISSUED', 'WITHDRAWN']);
  });

  test('can be removed without its issuer\'s ledger, and without its own', async () => {
    await set.stack.dynamoDb.send(new DeleteTableCommand({ TableName: tableOf(declared) }));
    expect(await set.stack.delete(declared, factory.PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
    expect((await statuses()).sort()).toEqual(['ISSUED', 'WITHDRAWN']);
    const other = await subordinateCa(set.stack, root.PhysicalResourceId, {}, 'Other');
    const { PhysicalResourceId } = await set.stack.create(other);
    await set.stack.dynamoDb.send(new DeleteTableCommand({ TableName: set.stack.table }));
    expect(await set.stack.delete(other, PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
    expect(await statuses(tableOf(other))).toEqual(['WITHDRAWN']);
  });

  test('is refused before anything is written where its issuer has no room for it', async () => {
    const { stack, proxy } = set;
    proxy.reset();
    const below = await subordinateCa(stack, factory.PhysicalResourceId, {
      IssuerLedgerTable: tableOf(declared), ValidityDays: 30, Subject: { CommonName: 'Acme Line 1' },
    }, 'Below');
    expect(await stack.create(below)).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('Below: the signing CA has a pathLength of 0') });
    expect(proxy.calls.filter(({ operation }) => /Write|PutSecret|PutParameter|Update/.test(operation))).toEqual([]);
  });
});

describe('a CA whose certificate is made elsewhere', () => {
  test('waits for it, issues with it, waits again after a rollback, and keeps its key when it is removed', async () => {
    const { stack } = set;
    const root = await stack.create(await stack.ca());
    const declared = await signedElsewhereCa(stack);
    const pending = await stack.create(declared);
    expect(opensslOutput(['req', '-noout', '-subject', '-verify'], pending.Data!.CertificateSigningRequestPem)).toMatch(/Acme Plant/);
    expect(await deviceOf(pending, tableOf(declared)))
      .toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('ca must have its certificate before it can issue') });

    // The other half: what the CA above declares of the request.
    const half = await requested(stack, 'Custom::IotCaCertificate', root.PhysicalResourceId, {
      CertificateSigningRequest: pending.Data!.CertificateSigningRequestPem, PathLength: 0, ValidityDays: 1000,
    });
    const signed = await stack.create(half);
    const active = changed(declared, { SignedCertificatePem: pem(signed) + pem(root) });
    const activated = await stack.update(active, pending.PhysicalResourceId, declared);
    expect(activated).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: pending.PhysicalResourceId, Data: { CertificatePem: pem(signed) } });
    const device = await deviceOf(activated, tableOf(declared), {});
    expect(cas.verify(pem(device), pem(activated), pem(root))).toBe('certificate: OK');

    expect((await stack.update(declared, pending.PhysicalResourceId, active)).Data).toEqual(pending.Data);
    const failed = await stack.update(changed(declared, { SignedCertificatePem: pem(root) }), pending.PhysicalResourceId, declared);
    expect(failed).toMatchObject({ Status: 'FAILED', PhysicalResourceId: pending.PhysicalResourceId, Reason: expect.stringContaining('got a certificate for another key') });
    expect((await stack.update(active, pending.PhysicalResourceId, declared)).Data).toEqual(activated.Data);

    expect(await stack.delete(active, pending.PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
    expect(await stack.keptVersions(declared)).toHaveLength(1);
    expect(await stack.delete(half, signed.PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
    expect((await statuses()).sort()).toEqual(['ISSUED', 'WITHDRAWN']);
  });
});

describe('an existing CA', () => {
  test('is taken over from an encrypted key, issues, moves to KMS no key that is not its own, and is withdrawn', async () => {
    const { stack } = set;
    const ca = cas.root();
    const encrypted = opensslOutput(['pkcs8', '-topk8', '-in', cas.path('key.pem', ca.privateKeyPem), '-passout', 'pass:Tr0ub4dor-and-three']);
    const SecretArn = await stack.secretWithKey(encrypted, ca.privateKeyPem);
    const declared = existingCa(stack, {
      CertificatePem: ca.certificatePem, KeyStorage: { Type: 'ExistingSecret', SecretArn, PassphraseSecretArn: await stack.passphrase('Tr0ub4dor-and-three\n') },
    });
    const adopted = await stack.create(declared);
    expect(adopted).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: expect.stringMatching(/^ca-[0-9a-f]{32}$/), Data: { CertificatePem: ca.certificatePem } });
    const device = await deviceOf(adopted, stack.table);
    expect(cas.verify(pem(device), '', ca.certificatePem)).toBe('certificate: OK');
    expect(await stack.update(changed(declared, { Platforms: ['aws-iot-core'] }), adopted.PhysicalResourceId)).toMatchObject({ Data: adopted.Data });
    expect(await stack.update(changed(declared, { KeyStorage: await stack.kmsKeyStorage() }), adopted.PhysicalResourceId, declared))
      .toMatchObject({ Status: 'FAILED', Reason: 'Existing: privateKey must be the key of the CA\'s certificate, got another key' });
    const der = await stack.secretWithKey(Buffer.from(ca.privateKeyPem.replace(/-----[^-]+-----|\s/g, ''), 'base64'), ca.privateKeyPem);
    const moved = changed(declared, { KeyStorage: { Type: 'ExistingSecret', SecretArn: der } });
    expect(await stack.update(moved, adopted.PhysicalResourceId, declared)).toMatchObject({ Status: 'SUCCESS', Data: adopted.Data });
    expect((await stack.ledger()).find(({ profile }) => profile === 'ca')).toMatchObject({ keyStorage: { Type: 'ExistingSecret', SecretArn: der } });
    expect(await stack.delete(moved, adopted.PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
    expect((await statuses()).sort()).toEqual(['ISSUED', 'WITHDRAWN']);
    expect(await stack.valueOf(SecretArn)).toBe(encrypted);
  });

  test('fails with a reason that shows neither key nor passphrase, and leaves nothing', async () => {
    const { stack } = set;
    const ca = cas.root({ extensions: CA_EXTENSIONS });
    const SecretArn = await stack.secretWithKey(opensslOutput(['pkcs8', '-topk8', '-in', cas.path('key.pem', ca.privateKeyPem), '-passout', 'pass:right']), ca.privateKeyPem);
    const PassphraseSecretArn = await stack.passphrase('not-the-passphrase-at-all');
    const wrong = existingCa(stack, { CertificatePem: ca.certificatePem, KeyStorage: { Type: 'ExistingSecret', SecretArn, PassphraseSecretArn } });
    const answer = await stack.create(wrong);
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('passphrase must be the one that privateKey was encrypted with') });
    const missing = existingCa(stack, { CertificateSecretArn: SecretArn.replace('other', 'nothing'), KeyStorage: { Type: 'ExistingSecret', SecretArn } }, 'Missing');
    expect(await stack.create(missing)).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/does not exist or has no value yet/) });
    const pasted = existingCa(stack, { CertificateSecretArn: SecretArn, KeyStorage: { Type: 'ExistingSecret', SecretArn } }, 'Pasted');
    expect(await stack.create(pasted)).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('must hold certificates only, got a private key (not shown)') });
    expect(await stack.delete(wrong, answer.PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
    expect(await stack.ledger()).toEqual([]);
  });
});
