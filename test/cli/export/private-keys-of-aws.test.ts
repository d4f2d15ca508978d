import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, writeJson } from '../../support/cli-assembly';
import { cli, cliOk, CliResult, filesBelow, readJson } from '../../support/cli-run';
import { Answer, Resource } from '../../support/cloudformation';
import { Fault } from '../../support/fault-proxy';
import { opensslCa } from '../../support/foreign-ca';
import { lifecycle } from '../../support/lifecycle';
import { existingCa, requested, signedElsewhereCa } from '../../support/resources';

// The shipped function issues; AWS is moto behind a proxy that has seen every call.
const set = lifecycle();

let out: string;

beforeEach(() => {
  out = join(temporaryFolder(), 'pem');
  process.env.AWS_ENDPOINT_URL = set.proxy.url;
});

afterEach(() => {
  delete process.env.AWS_ENDPOINT_URL;
});

/** A resource that was created, and what it is known by. */
interface Made {
  readonly resource: Resource;
  readonly answer: Answer;
  readonly pem: string;
  readonly secretArn: string;
}

async function made(resource: Resource): Promise<Made> {
  const answer = await set.stack.create(resource);
  return { resource, answer, pem: answer.Data!.CertificatePem, secretArn: (resource.properties.KeyStorage as { SecretArn: string }).SecretArn };
}

async function caAndDevice(changes: object = {}): Promise<{ ca: Made; device: Made }> {
  const ca = await made(await set.stack.ca());
  return { ca, device: await made(await set.stack.device(ca.answer.PhysicalResourceId, { ...changes })) };
}

/** Exports these outputs; only the calls of the command line count from here on. */
async function exported(outputs: { readonly [output: string]: string }, ...more: string[]): Promise<CliResult> {
  const file = join(temporaryFolder(), 'outputs.json');
  writeJson(file, { Iot: outputs });
  set.proxy.calls = [];
  return cli('export', '--outputs', file, '--out', out, ...more);
}

/** The places whose values were asked for. */
function asked(): string[] {
  return set.proxy.calls.filter(({ operation }) => ['GetSecretValue', 'GetParameter'].includes(operation))
    .map(({ body }) => JSON.parse(body)).map(({ SecretId, Name }) => SecretId ?? Name);
}

/** AWS denies an operation on one secret. */
function deny(operation: string, secretArn: string): void {
  const denied: Fault = { kind: 'denied', when: 'before' };
  set.proxy.faults = (_, call) => call.operation === operation && call.body.includes(secretArn) ? denied : undefined;
}

const keyFiles = (): string[] => Object.keys(filesBelow(out)).filter(name => name.endsWith('.key.pem'));

function isKeyOf(file: string, pem: string): boolean {
  return new X509Certificate(pem).checkPrivateKey(createPrivateKey(readFileSync(join(out, file))));
}

describe('the private key of a CA', () => {
  test('is never asked for, whatever the name of the output with the ARN of its secret', async () => {
    const { ca, device } = await caAndDevice();
    const { code, stderr } = await exported({
      CaCertificate: ca.pem, DeviceCertificate: device.pem, DevicePrivateKeySecret: device.secretArn, OtherDevicePrivateKeySecret: ca.secretArn,
    }, '--private-keys');
    expect([code, stderr]).toEqual([0, 'note: Iot.OtherDevicePrivateKeySecret: the secret holds the private key of the CA Acme IoT Root CA, '
      + 'which only --ca-private-key exports; left out\n']);
    expect(asked()).toEqual([device.secretArn]);
    expect(keyFiles()).toEqual(['device.key.pem']);
    expect(isKeyOf('device.key.pem', device.pem)).toBe(true);
  });

  test('is never asked for if the outputs have no certificate of the CA', async () => {
    const { ca, device } = await caAndDevice();
    const { code } = await exported({ DeviceCertificate: device.pem, DevicePrivateKeySecret: device.secretArn, Key: ca.secretArn }, '--private-keys');
    expect([code, asked()]).toEqual([0, [device.secretArn]]);
  });

  test('is never asked for if the CA was made elsewhere, with its key in a secret that somebody has filled', async () => {
    const { certificate, key } = opensslCa('Old Root');
    const secretArn = await set.stack.secretWithKey(key, key);
    const { PhysicalResourceId } = await set.stack.create(existingCa(set.stack, {
      CertificatePem: certificate, KeyStorage: { Type: 'ExistingSecret', SecretArn: secretArn },
    }));
    const device = await made(await set.stack.device(PhysicalResourceId));
    const outputs = {
      CaCertificate: certificate, CaPrivateKeySecret: secretArn, DeviceCertificate: device.pem, DevicePrivateKeySecret: device.secretArn,
    };
    const { code, stderr } = await exported(outputs, '--private-keys');
    expect([code, stderr]).toEqual([0,
      'note: Iot.CaPrivateKeySecret: the secret has no version with the serial number of one of these certificates, so it holds none of their private keys; left out\n']);
    expect(asked()).toEqual([device.secretArn]);
    expect(await exported(outputs, '--ca-private-key', 'CaPrivateKeySecret')).toMatchObject({ code: 0 });
    expect(asked()).toEqual([secretArn]);
    expect(isKeyOf('ca.key.pem', certificate)).toBe(true);
  });

  test('is asked for if it is named, and nothing else is', async () => {
    const { ca, device } = await caAndDevice();
    const outputs = { CaCertificate: ca.pem, CaSecret: ca.secretArn, DeviceCertificate: device.pem, DevicePrivateKeySecret: device.secretArn };
    const { code, stderr } = await exported(outputs, '--ca-private-key', 'Iot.CaSecret');
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^warning: \S+ca\.key\.pem is the private key of the CA Acme IoT Root CA: [^\n]+\n$/)]);
    expect(asked()).toEqual([ca.secretArn]);
    expect(isKeyOf('ca.key.pem', ca.pem)).toBe(true);
  });

  test('that can\'t be read although it was named is reported in the words of AWS, and everything else is written', async () => {
    const { ca, device } = await caAndDevice();
    deny('GetSecretValue', ca.secretArn);
    const outputs = { CaCertificate: ca.pem, CaSecret: ca.secretArn, DeviceCertificate: device.pem, DevicePrivateKeySecret: device.secretArn };
    const { code, stderr } = await exported(outputs, '--ca-private-key', 'CaSecret', '--private-keys');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: no key from Iot\.CaSecret: AWS Secrets Manager did not return the value of the secret: a message of AWS about [^\n]+\n$/)]);
    expect(keyFiles()).toEqual(['device.key.pem']);
  });

  test('is not missed if the keys of all devices are there and its secret can\'t be looked into', async () => {
    const { ca, device } = await caAndDevice();
    deny('DescribeSecret', ca.secretArn);
    const { code, stderr } = await exported({ CaCertificate: ca.pem, CaSecret: ca.secretArn, DeviceCertificate: device.pem, DeviceSecret: device.secretArn }, '--private-keys');
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^note: Iot\.CaSecret: AWS Secrets Manager did not return the versions of the secret: [^\n]+; left out\n$/)]);
    expect(asked()).toEqual([device.secretArn]);
    expect(keyFiles()).toEqual(['device.key.pem']);
  });
});

describe('the private key of a CA that is signed elsewhere', () => {
  test('is asked for only if it is named, although its version has another number than its certificate', async () => {
    const { stack } = set;
    const root = await stack.create(await stack.ca());
    const declared = await signedElsewhereCa(stack);
    const pending = await stack.create(declared);
    const signed = await stack.create(await requested(stack, 'Custom::IotCaCertificate', root.PhysicalResourceId, {
      CertificateSigningRequest: pending.Data!.CertificateSigningRequestPem, PathLength: 0, ValidityDays: 1000,
    }));
    const pem = signed.Data!.CertificatePem;
    const active = { ...declared, properties: { ...declared.properties, SignedCertificatePem: pem + root.Data!.CertificatePem } };
    await stack.update(active, pending.PhysicalResourceId, declared);
    const secret = (declared.properties.KeyStorage as { SecretArn: string }).SecretArn;
    const { code, stderr } = await exported({ CaCertificate: pem, CaSecret: secret }, '--private-keys');
    expect([code, stderr]).toEqual([2, expect.stringContaining('(Iot.CaSecret: the secret has no version with the serial number of one of these certificates, so it holds none of their private keys)')]);
    expect(asked()).toEqual([]);
    expect(await exported({ CaCertificate: pem, CaSecret: secret }, '--ca-private-key', 'CaSecret')).toMatchObject({ code: 0 });
    expect(isKeyOf('ca.key.pem', pem)).toBe(true);
  });
});

describe('the private keys of devices', () => {
  test.each(['DescribeSecret', 'GetSecretValue'])('that %s does not give are reported by output, in the words of AWS, and the others are written', async operation => {
    const { ca, device } = await caAndDevice();
    const other = await made(await set.stack.device(ca.answer.PhysicalResourceId, { Subject: { CommonName: 'sensor-002' } }, 'Other'));
    deny(operation, device.secretArn);
    const { code, stderr } = await exported({
      ACertificate: device.pem, APrivateKeySecret: device.secretArn, BCertificate: other.pem, BPrivateKeySecret: other.secretArn,
    }, '--private-keys');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: no key from Iot\.APrivateKeySecret: AWS Secrets Manager did not [^\n]+: a message of AWS about [^\n]+\n$/);
    expect(Object.keys(filesBelow(out))).toEqual(['a.pem', 'b.key.pem', 'b.pem', 'manifest.json']);
    expect(readJson(join(out, 'manifest.json')).certificates.map(({ privateKeyFile }: { privateKeyFile?: string }) => privateKeyFile)).toEqual([undefined, 'b.key.pem']);
  });

  test('are those of the certificates in the outputs, even if the secret has a newer key already', async () => {
    const { device } = await caAndDevice();
    const next = { ...device.resource, properties: { ...device.resource.properties, Generation: 2 } };
    await set.stack.update(next, device.answer.PhysicalResourceId, device.resource);
    await exported({ DeviceCertificate: device.pem, DevicePrivateKeySecret: device.secretArn }, '--private-keys');
    expect(isKeyOf('device.key.pem', device.pem)).toBe(true);
  });

  test('are one key each if bundles of them are outputs too, which are named and left out', async () => {
    const [combined, der, pkcs12] = [await set.stack.secret(), await set.stack.secret(), await set.stack.secret()];
    const { device } = await caAndDevice({
      Bundles: [
        { Type: 'CombinedPem', SecretArn: combined }, { Type: 'Der', SecretArn: der },
        { Type: 'Pkcs12', SecretArn: pkcs12, PassphraseSecretArn: await set.stack.passphrase('correct horse') },
      ],
    });
    const { code, stderr } = await exported({
      DeviceCertificate: device.pem, DeviceCombined: combined, DeviceDer: der, DevicePkcs12: pkcs12, DevicePrivateKeySecret: device.secretArn,
    }, '--private-keys');
    expect([code, stderr]).toEqual([0, ['Der', 'Pkcs12'].map((form, index) =>
      `note: Iot.Device${form}: the secret holds a key in ${['DER', 'PKCS#12'][index]}; only unencrypted private keys in PEM are exported; left out\n`).join('')]);
    expect(keyFiles()).toEqual(['device.key.pem']);
    expect(readJson(join(out, 'manifest.json')).certificates[0].privateKeyArn).toBe(device.secretArn);
    expect(await exported({ DeviceCertificate: device.pem, DeviceCombined: combined }, '--private-keys')).toMatchObject({ code: 0, stderr: '' });
    expect(isKeyOf('device.key.pem', device.pem)).toBe(true);
  });

  test('in the Parameter Store are asked for by their names, and no parameter of another certificate is', async () => {
    const ca = await set.stack.create(await set.stack.ca());
    const inParameter = async (commonName: string): Promise<Answer> => set.stack.create(
      await set.stack.device(ca.PhysicalResourceId, { Subject: { CommonName: commonName }, KeyStorage: set.stack.parameterStorage() }, commonName.replace('-', '')));
    const [one, other] = [await inParameter('sensor-001'), await inParameter('sensor-002')];
    expect(one.Reason).toBeUndefined();
    const [name, otherName] = [one, other].map(({ Data }) => Data!.PrivateKeyParameter);
    const { code, stderr } = await exported({ OneCertificate: one.Data!.CertificatePem, OneParameter: name, Two: otherName, Url: '/iot/url' }, '--private-keys');
    expect([code, stderr]).toEqual([0, 'note: Iot.Two: the parameter has no version with the serial number of one of these certificates, so it holds none of their private keys; left out\n']);
    expect(asked()).toEqual([name]);
    expect(isKeyOf('one.key.pem', one.Data!.CertificatePem)).toBe(true);
  });

  test('are not asked for without --private-keys, nor is anything else of AWS', async () => {
    const { ca, device } = await caAndDevice();
    const outputs = { CaCertificate: ca.pem, CaSecret: ca.secretArn, DeviceCertificate: device.pem, DeviceSecret: device.secretArn };
    expect(await exported(outputs)).toMatchObject({ code: 0 });
    expect(set.proxy.calls).toEqual([]);
    expect(existsSync(join(out, 'device.pem'))).toBe(true);
  });
});

test('a secret that is not of a certificate, such as a password, is never asked for its value', async () => {
  const { device } = await caAndDevice();
  const password = await set.stack.secret('hunter2');
  const empty = await set.stack.keyStorage() as { SecretArn: string };
  await exported({ DeviceCertificate: device.pem, DeviceSecret: device.secretArn, Password: password, Empty: empty.SecretArn }, '--private-keys');
  expect(asked()).toEqual([device.secretArn]);
  await cliOk('inspect', join(out, 'device.pem'), join(out, 'device.key.pem'));
});
