import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lifecycle, outside } from '../../../src/cli/local/engine';
import { localCommand } from '../../../src/cli/local-command';
import { silentProgress } from '../../../src/cli/terminal';
import { HashAlgorithmName } from '../../../src/contract/key-algorithms';
import { certificateAttributes } from '../../../src/pki/certificate';
import { Attributes } from '../../../src/resource/lifecycle-event';
import { testCa } from '../../pki/fixtures';
import { temporaryFolder, writeAssembly } from '../../support/cli-assembly';
import { generatedPath, readJson } from '../../support/cli-run';

let app: string;
let out: string;

beforeEach(() => {
  app = temporaryFolder();
  out = join(temporaryFolder(), 'local-out');
});

/** The file that stands in for the key. */
function keyFile(): string {
  return generatedPath(join(out, 'keys', 'kms'), 'Iot-CaKey.pem');
}

/** Signs a CA with the key whose ARN its resource declares: the part of a use case that matters here. */
const lifecycle: Lifecycle = async ({ requestType, physicalResourceId, properties }, ports) => {
  if (requestType === 'Delete') {
    return { physicalResourceId: physicalResourceId! };
  }
  const signer = await ports.hsm(String(properties.KeyArn));
  const ca = await testCa({ signer, hash: properties.HashAlgorithm as HashAlgorithmName });
  return { physicalResourceId: `ca-${String(properties.Generation)}`, data: { ...certificateAttributes(ca.certificate) } as Attributes };
};

interface Props {
  readonly key?: object;
  readonly deletionPolicy?: string;
  readonly hash?: string;
  readonly keyArn?: unknown;
  readonly generation?: number;
}

function synth({ key, deletionPolicy = 'Delete', hash = 'SHA-384', keyArn, generation = 1 }: Props = {}): void {
  writeAssembly(app, {
    Iot: {
      template: {
        Parameters: { Spec: { Type: 'String', Default: 'ECC_NIST_P384' } },
        Resources: {
          CaKey: { Type: 'AWS::KMS::Key', Properties: key ?? { KeyUsage: 'SIGN_VERIFY', KeySpec: { Ref: 'Spec' } }, DeletionPolicy: deletionPolicy },
          EncryptionKey: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: {} } },
          Ca: {
            Type: 'Custom::PrivateIotCa',
            Properties: { KeyArn: keyArn ?? { 'Fn::GetAtt': ['CaKey', 'Arn'] }, HashAlgorithm: hash, Generation: generation },
          },
        },
        Outputs: { CaCertificate: { Value: { 'Fn::GetAtt': ['Ca', 'CertificatePem'] } } },
      },
    },
  });
}

/** Runs `private-iot-ca local`, and answers what it warned of. */
async function local(): Promise<string> {
  let warned = '';
  const terminal = { progress: silentProgress, print: () => undefined, warn: (text: string) => { warned += text; } };
  await localCommand({ app, out }, terminal, { ...outside, lifecycle });
  return warned;
}

function certificate(): X509Certificate {
  return new X509Certificate(readJson(join(out, 'outputs.json')).Iot.CaCertificate);
}

describe('a KMS key for signing, deployed locally', () => {
  test('is a file that signs, and the run says plainly that it is one, once', async () => {
    synth();
    expect(await local()).toBe(`note: stack Iot, resource CaKey (AWS::KMS::Key): this key is the file ${keyFile()}, which stands in for AWS KMS; `
      + 'anyone who can read the file can copy the key, whereas a key in KMS can\'t be copied\n');
    expect(certificate().verify(certificate().publicKey)).toBe(true);
    expect(certificate().publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'secp384r1' });
    expect(await local()).toBe('');
  });

  test('stays the same key when its certificates change', async () => {
    synth();
    await local();
    const [key, before] = [readFileSync(keyFile(), 'utf8'), certificate()];
    synth({ generation: 2 });
    expect(await local()).toBe('');
    expect(readFileSync(keyFile(), 'utf8')).toBe(key);
    expect(certificate().raw.equals(before.raw)).toBe(false);
    expect(certificate().verify(before.publicKey)).toBe(true);
  });

  test.each([['Delete', false], ['Retain', true], ['RetainExceptOnCreate', true]])('with the DeletionPolicy %s, once its stack is gone: kept is %s', async (policy, kept) => {
    synth({ deletionPolicy: policy });
    await local();
    writeAssembly(app, { Other: { template: { Resources: {} } } });
    await local();
    expect(existsSync(keyFile())).toBe(kept);
    expect(Object.keys(readJson(join(out, 'state.json')).kmsKeys)).toHaveLength(kept ? 1 : 0);
  });

  test.each([['Delete', false], ['RetainExceptOnCreate', false], ['Retain', true]])('with the DeletionPolicy %s, after a failed creation: kept is %s', async (policy, kept) => {
    synth({ deletionPolicy: policy, hash: 'SHA-256' });
    await expect(local()).rejects.toThrow(
      'resource Ca (Custom::PrivateIotCa): hashAlgorithm must be SHA-384 under a CA with an EC_P384 key in AWS KMS, got "SHA-256"; the stack was rolled back');
    expect(existsSync(keyFile())).toBe(kept);
  });

  test('does not change its KeySpec, as in CloudFormation', async () => {
    synth();
    await local();
    const key = readFileSync(keyFile(), 'utf8');
    synth({ key: { KeyUsage: 'SIGN_VERIFY', KeySpec: 'RSA_2048' } });
    await expect(local()).rejects.toThrow('was created as EC_P384, and CloudFormation does not allow the KeySpec of a key to change, got RSA_2048');
    expect(readFileSync(keyFile(), 'utf8')).toBe(key);
    synth();
    expect(await local()).toBe('');
  });

  test.each([
    ['encrypts', {}], ['encrypts by RSA', { KeyUsage: 'ENCRYPT_DECRYPT', KeySpec: 'RSA_2048' }], ['signs on another curve', { KeyUsage: 'SIGN_VERIFY', KeySpec: 'ECC_SECG_P256K1' }],
  ])('has no file if it %s, and no CA can sign with it', async (_, key) => {
    synth({ key });
    await expect(local()).rejects.toThrow('must be declared for signing (KeyUsage SIGN_VERIFY) in a stack that is deployed here');
    expect(existsSync(keyFile())).toBe(false);
  });

  test('of AWS can\'t be used', async () => {
    synth({ keyArn: 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab' });
    await expect(local()).rejects.toThrow('must belong to this local deployment (arn:aws:kms:local:000000000000:key/…), because a key in AWS can\'t be used locally');
  });
});
