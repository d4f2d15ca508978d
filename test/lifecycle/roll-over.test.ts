import { X509Certificate } from 'node:crypto';
import { Answer, Resource } from '../support/cloudformation';
import { lifecycle } from '../support/lifecycle';
import { OpensslCas } from '../support/openssl-ca';

const set = lifecycle({}, 10);
const cas = new OpensslCas();

const pem = ({ Data }: Answer) => Data!.CertificatePem;
const changed = (resource: Resource, changes: object): Resource => ({ ...resource, properties: { ...resource.properties, ...changes } });

let declared: Resource;
let root: Answer;
let successor: Resource;
let next: Answer;
let cross: Resource;

/** A CA and its successor, with their keys in these places. */
async function prepare(oldKey: object = {}, newKey: object = {}): Promise<void> {
  const { stack } = set;
  declared = await stack.ca({ PathLength: 1, ...oldKey });
  root = await stack.create(declared);
  successor = await stack.ca({ LedgerTable: await stack.newTable(), Subject: { CommonName: 'Acme IoT Root CA 2036' }, ...newKey }, 'Ca2036');
  next = await stack.create(successor);
  cross = {
    logicalId: 'Cross',
    type: 'Custom::IotCrossCertificate',
    properties: {
      LedgerTable: stack.table,
      Issuer: root.PhysicalResourceId,
      IssuerKeyIdentifier: root.Data!.SubjectKeyIdentifier,
      SubjectCaId: next.PhysicalResourceId,
      SubjectCaLedgerTable: successor.properties.LedgerTable,
      SubjectCaSha256Fingerprint: next.Data!.Sha256Fingerprint,
      HashAlgorithm: 'SHA-256',
      Generation: 1,
    },
  };
}

test.each<[string, () => Promise<[object, object]>]>([
  ['secrets', async () => [{}, {}]],
  ['KMS', async () => [{ KeyStorage: await set.stack.kmsKeyStorage() }, { KeyStorage: await set.stack.kmsKeyStorage() }]],
])('a cross-certificate between CAs with their keys in %s is a link of a chain for OpenSSL, and comes back as it was', async (_, keys) => {
  await prepare(...await keys());
  const { stack } = set;
  const answer = await stack.create(cross);
  const device = await stack.create(await stack.device(next.PhysicalResourceId, { LedgerTable: successor.properties.LedgerTable }));
  expect(cas.verify(pem(device), pem(answer), pem(root), ['-purpose', 'sslclient'])).toBe('certificate: OK');
  expect(answer.Data!.SubjectKeyIdentifier).toBe(next.Data!.SubjectKeyIdentifier);
  expect(await stack.delete(cross, answer.PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
  expect((await stack.create(cross)).Data).toEqual(answer.Data);
  expect((await stack.ledger()).filter(({ profile }) => profile === 'cross')).toMatchObject([{ status: 'ISSUED', certificate: new X509Certificate(pem(answer)).raw }]);
});

test('a cross-certificate for another certificate than the one that crossed fails, and leaves nothing', async () => {
  await prepare();
  const answer = await set.stack.create(changed(cross, { SubjectCaSha256Fingerprint: root.Data!.Sha256Fingerprint }));
  expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('must hold the certificate whose SHA-256 fingerprint begins with') });
  expect((await set.stack.ledger()).map(({ profile }) => profile)).toEqual(['ca']);
});

test('a CA is retired once nothing depends on it, issues nothing then, and is taken back by a rollback', async () => {
  await prepare();
  const { stack } = set;
  const device = await stack.device(root.PhysicalResourceId);
  const { PhysicalResourceId } = await stack.create(device);
  await stack.create(cross);
  const retired = changed(declared, { Retired: true });
  const refused = await stack.update(retired, root.PhysicalResourceId, declared);
  expect(refused).toMatchObject({ Status: 'FAILED', PhysicalResourceId: root.PhysicalResourceId });
  expect(refused.Reason).toMatch(/^Ca: retirement must wait until nothing depends on the CA ca-[0-9a-f]{32}, got 1 living certificate: device CN=[^;]+; list them with /);
  expect(await stack.update(declared, root.PhysicalResourceId, retired)).toMatchObject({ Status: 'SUCCESS', Data: root.Data });
  await stack.delete(device, PhysicalResourceId);

  expect(await stack.update(retired, root.PhysicalResourceId, declared)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: root.PhysicalResourceId, Data: root.Data });
  const another = await stack.device(root.PhysicalResourceId, {}, 'Another');
  expect(await stack.create(another)).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('is retired: it issues no certificate of the profile device any more') });
  expect(await stack.keptVersions(another)).toEqual([]);

  expect(await stack.update(declared, root.PhysicalResourceId, retired)).toMatchObject({ Status: 'SUCCESS', Data: root.Data });
  expect(await stack.create(another)).toMatchObject({ Status: 'SUCCESS' });
});
