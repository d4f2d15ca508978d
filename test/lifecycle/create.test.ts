import { X509Certificate } from 'node:crypto';
import { DeleteSecretCommand, DescribeSecretCommand, RestoreSecretCommand } from '@aws-sdk/client-secrets-manager';
import { Properties } from '../support/cloudformation';
import { lifecycle } from '../support/lifecycle';

const set = lifecycle({}, 10);

test('a CA, a verification certificate and a device certificate are answered with their attributes', async () => {
  const { stack } = set;
  const ca = await stack.create(await stack.ca({ KeyAlgorithm: 'RSA_2048' }));
  const verification = await stack.create(stack.verification(ca.PhysicalResourceId));
  const device = await stack.create(await stack.device(ca.PhysicalResourceId));
  const issuer = new X509Certificate(ca.Data!.CertificatePem);
  for (const { Status, Data } of [ca, verification, device]) {
    expect(Status).toBe('SUCCESS');
    const certificate = new X509Certificate(Data!.CertificatePem);
    expect(certificate.verify(issuer.publicKey)).toBe(true);
    expect(Data).toEqual({
      CertificatePem: certificate.toString(),
      SerialNumber: certificate.serialNumber,
      NotBefore: new Date(certificate.validFrom).toISOString().replace('.000', ''),
      NotAfter: new Date(certificate.validTo).toISOString().replace('.000', ''),
      Sha256Fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
      Sha1Fingerprint: certificate.fingerprint.replaceAll(':', '').toLowerCase(),
      SubjectKeyIdentifier: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
  }
  expect(new X509Certificate(verification.Data!.CertificatePem).subject).toBe(`CN=${'0123456789abcdef'.repeat(4)}`);
});

test('the current version of a device\'s secret is the key of its certificate, under the certificate\'s serial number', async () => {
  const { stack } = set;
  const ca = await stack.create(await stack.ca());
  const device = await stack.device(ca.PhysicalResourceId);
  const { Data } = await stack.create(device);
  const { SecretArn } = device.properties.KeyStorage as { SecretArn: string };
  const { VersionIdsToStages } = await stack.secretsManager.send(new DescribeSecretCommand({ SecretId: SecretArn }));
  expect(VersionIdsToStages![Data!.SerialNumber].sort()).toEqual(['AWSCURRENT', expect.stringMatching(new RegExp(`^certificate-${Data!.SerialNumber}-of-[0-9a-f]{32}$`))]);
});

test('the same request delivered twice, one after the other, is answered the same to the byte', async () => {
  const { stack, proxy } = set;
  const resource = await stack.ca();
  const event = stack.event('Create', resource);
  await stack.send(event);
  await stack.send(event);
  const [first, second] = proxy.answersTo(event.RequestId as string);
  expect(second.body).toBe(first.body);
  expect(await stack.ledger()).toHaveLength(1);
  expect(await stack.privateKeys()).toHaveLength(1);
});

test('the same request delivered three times at once ends in one certificate, and every delivery answers it', async () => {
  const { stack, proxy } = set;
  const ca = await stack.create(await stack.ca());
  for (const resource of [await stack.ca({ Generation: 2 }, 'Other'), stack.verification(ca.PhysicalResourceId), await stack.device(ca.PhysicalResourceId)]) {
    const event = stack.event('Create', resource);
    await Promise.all([1, 2, 3].map(() => stack.send(event)));
    const bodies = proxy.answersTo(event.RequestId as string).map(({ body }) => body);
    expect(bodies).toHaveLength(3);
    expect(new Set(bodies).size).toBe(1);
    expect(JSON.parse(bodies[0]).Status).toBe('SUCCESS');
    expect((await stack.ledger()).filter(({ logicalResourceId }) => logicalResourceId === resource.logicalId)).toHaveLength(1);
  }
});

test('properties that this version does not know are ignored', async () => {
  const { stack } = set;
  expect(await stack.create(await stack.ca({ Colour: 'blue', Nested: { A: ['b'] } }))).toMatchObject({ Status: 'SUCCESS' });
});

describe('a creation', () => {
  test.each<[Properties, string]>([
    ...['1e3', '0x10', ' 5', '-1', 'NaN', '2147483648', '0', ''].map((ValidityDays): [Properties, string] =>
      [{ ValidityDays }, `validity must be a whole number of days from 1 to 36500, got ${ValidityDays === '0' ? '0' : `a string "${ValidityDays}"`}`]),
    [{ RetainKey: 'no' }, 'removalPolicy must be true or false, got "no"'],
    [{ KeyAlgorithm: 'RSA_1024' }, 'keyAlgorithm must be one of RSA_2048, RSA_3072, RSA_4096, EC_P256, EC_P384, EC_P521, ED25519, got "RSA_1024"'],
    [{ Subject: { CommonName: 'a\nb' } }, 'subject.commonName must not contain control, direction or other invisible characters, or spaces other than the plain space, got "a\\nb"'],
    [{ Platforms: ['alibaba-cloud-iot'] }, 'keyAlgorithm must be one of RSA_2048, RSA_3072, RSA_4096 for Alibaba Cloud IoT Platform, got "EC_P256"'],
  ])('is refused for %j with the words of synthesis, and leaves nothing', async (changes, words) => {
    const { stack, proxy } = set;
    const answer = await stack.create(await stack.ca(changes));
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: `Ca: ${words}`, PhysicalResourceId: expect.stringMatching(/^invalid-[0-9a-f]{32}$/) });
    expect(proxy.calls).toEqual([]);
    expect(await stack.delete(await stack.ca(changes), answer.PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
    expect(await stack.ledger()).toEqual([]);
  });

  test('is refused for a validity that exceeds the end of the CA, which is known only at deployment', async () => {
    const { stack } = set;
    const ca = await stack.create(await stack.ca({ ValidityDays: 30 }));
    const device = await stack.device(ca.PhysicalResourceId);
    const answer = await stack.create(device);
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^Device: validity of 365 days would end on .*; shorten validity, or set clipToIssuer$/) });
    const clipped = await stack.create(await stack.device(ca.PhysicalResourceId, { ClipToIssuer: true }));
    expect(clipped.Data!.NotAfter).toBe(ca.Data!.NotAfter);
  });

  test('is refused for a secret that is scheduled for deletion, which is left as it is', async () => {
    const { stack } = set;
    const ca = await stack.ca();
    const { SecretArn } = ca.properties.KeyStorage as { SecretArn: string };
    await stack.secretsManager.send(new DeleteSecretCommand({ SecretId: SecretArn, RecoveryWindowInDays: 7 }));
    const answer = await stack.create(ca);
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/scheduled for deletion.*RestoreSecret.*deploy again/) });
    await stack.secretsManager.send(new RestoreSecretCommand({ SecretId: SecretArn }));
    expect(await stack.delete(ca, answer.PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
    expect((await stack.ledger()).map(({ status }) => status)).toEqual(['WITHDRAWN']);
    expect(await stack.keptVersions(ca)).toEqual([]);
  });

  test('that fails halfway is followed by a removal that leaves neither a certificate nor a key', async () => {
    const { stack, proxy } = set;
    const ca = await stack.create(await stack.ca());
    const device = await stack.device(ca.PhysicalResourceId);
    proxy.reset();
    proxy.faults = (_, { operation, body }) => operation === 'TransactWriteItems' && body.includes('ISSUED') ? { kind: 'denied', when: 'before' } : undefined;
    const outcome = await stack.send(stack.event('Create', device));
    proxy.repair();
    expect(outcome.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: expect.stringMatching(/^device-[0-9a-f]{32}$/),
      Reason: expect.stringContaining(`dynamodb:TransactWriteItems on the table ${stack.table} failed: AccessDeniedException`),
    });
    expect(await stack.delete(device, outcome.answer!.PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
    const [, entry] = await stack.ledger().then(entries => entries.sort((a, b) => a.logicalResourceId.localeCompare(b.logicalResourceId)));
    expect(entry).toMatchObject({ logicalResourceId: 'Device', status: 'WITHDRAWN' });
    expect(entry.certificate).toBeUndefined();
    expect(await stack.keptVersions(device)).toEqual([]);
  });
});
