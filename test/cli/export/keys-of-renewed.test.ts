import { join } from 'node:path';
import { temporaryFolder, writeJson } from '../../support/cli-assembly';
import { cli, CliResult, filesBelow } from '../../support/cli-run';
import { lifecycle } from '../../support/lifecycle';

// The shipped function issues; AWS is moto behind a proxy.
const set = lifecycle();

let out: string;
let ca: string;
let device: { readonly pem: string; readonly secretArn: string };

/** A device whose key is in the secret, with the certificates of the same resource before it. */
async function replaced(times: number, name = 'Device'): Promise<typeof device> {
  let resource = await set.stack.device(ca, { Subject: { CommonName: name } }, name);
  let { PhysicalResourceId: id, Data } = await set.stack.create(resource);
  const pem: string = Data!.CertificatePem;
  for (let generation = 2; generation < times + 2; generation++) {
    const next = { ...resource, properties: { ...resource.properties, Generation: generation } };
    const { PhysicalResourceId } = await set.stack.update(next, id, resource);
    await set.stack.delete(resource, id); // the cleanup after the update, which releases the key
    [resource, id] = [next, PhysicalResourceId];
  }
  return { pem, secretArn: (resource.properties.KeyStorage as { SecretArn: string }).SecretArn };
}

beforeEach(async () => {
  out = join(temporaryFolder(), 'pem');
  process.env.AWS_ENDPOINT_URL = set.proxy.url;
  ca = (await set.stack.create(await set.stack.ca())).PhysicalResourceId;
  device = await replaced(2); // Secrets Manager keeps one version before the current one
});

afterEach(() => {
  delete process.env.AWS_ENDPOINT_URL;
});

async function exported(outputs: { readonly [output: string]: string }): Promise<CliResult> {
  const file = join(temporaryFolder(), 'outputs.json');
  writeJson(file, { Iot: outputs });
  return cli('export', '--outputs', file, '--out', out, '--private-keys');
}

const outputsOf = ({ pem, secretArn }: typeof device) => ({ OtherCertificate: pem, OtherPrivateKeySecret: secretArn });

const keyFiles = (): string[] => Object.keys(filesBelow(out)).filter(name => name.endsWith('.key.pem'));

describe('a device whose secret has the keys of later certificates alone', () => {
  test('is an error with the way out, and the keys of the others are written', async () => {
    const other = await replaced(0, 'Other');
    const { code, stderr } = await exported({ DeviceCertificate: device.pem, DevicePrivateKeySecret: device.secretArn, ...outputsOf(other) });
    expect([code, stderr]).toEqual([1, 'error: no key from Iot.DevicePrivateKeySecret: the secret has no version with the serial number of one of these certificates, '
      + 'so it holds none of their private keys; Device has later certificates: raise `refresh` of its renewal and deploy, if it has one, and export the outputs of the latest deployment\n']);
    expect(keyFiles()).toEqual(['other.key.pem']);
  });

  test('is an error too if there is no other key', async () => {
    expect(await exported({ DeviceCertificate: device.pem, DevicePrivateKeySecret: device.secretArn })).toMatchObject({
      code: 1, stderr: expect.stringContaining('error: no key from Iot.DevicePrivateKeySecret: '),
    });
  });

  test('is a note if the outputs do not say that the secret is the device\'s', async () => {
    const other = await replaced(0, 'Other');
    expect(await exported({ DeviceCertificate: device.pem, Former: device.secretArn, ...outputsOf(other) })).toMatchObject({ code: 0, stderr: expect.stringMatching(/^note: Iot\.Former: the secret has no version [^;]+; left out\n$/) });
  });
});

test.each<[string, () => Promise<string>]>([
  ['somebody else has filled', () => set.stack.secret('hunter2')],
  ['nobody has filled', async () => (await set.stack.keyStorage() as { SecretArn: string }).SecretArn],
])('a secret beside a certificate that %s stays a note', async (_, secret) => {
  const other = await replaced(0, 'Other');
  expect(await exported({ DeviceCertificate: device.pem, DeviceSecret: await secret(), ...outputsOf(other) })).toMatchObject({ code: 0, stderr: expect.stringMatching(/^note: Iot\.DeviceSecret: the secret has no version [^;]+; left out\n$/) });
});

test('a secret beside a certificate stays a note if it holds the key of a CA', async () => {
  const root = await set.stack.ca();
  const { Data } = await set.stack.create({ ...root, logicalId: 'Another' });
  const other = await replaced(0, 'Other');
  const { SecretArn } = root.properties.KeyStorage as { SecretArn: string };
  expect(await exported({ CaCertificate: Data!.CertificatePem, DeviceCertificate: device.pem, DeviceSecret: SecretArn, ...outputsOf(other) })).toMatchObject({ code: 0, stderr: expect.stringMatching(/^note: Iot\.DeviceSecret: the secret holds the private key of the CA [^;]+; left out\n$/) });
});
