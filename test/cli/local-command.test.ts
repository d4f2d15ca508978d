import { createPublicKey, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../src/cli/program';
import { Progress } from '../../src/cli/terminal';
import { TemplateJson, temporaryFolder, writeAssembly, writeJson } from '../support/cli-assembly';
import { caIdIn, cli, cliError, cliFailure, cliOk, filesBelow, generatedPath, ledgerOf, readJson, stem } from '../support/cli-run';
import { iotTemplate, IotTemplateProps } from '../support/cli-templates';

let app: string;
let out: string;

beforeEach(() => {
  app = temporaryFolder();
  out = join(temporaryFolder(), 'local-out');
});

function synth(props: IotTemplateProps = {}): void {
  writeAssembly(app, { Iot: { template: iotTemplate(props) } });
}

function local(...more: string[]): Promise<string> {
  return cliOk('local', '--app', app, '--out', out, ...more);
}

/** A template whose CA has another expression for the hash algorithm. */
function withHash(HashAlgorithm: object): TemplateJson {
  const template = iotTemplate();
  const { Ca, ...others } = template.Resources as { Ca: { Properties: object } };
  return { ...template, Resources: { ...others, Ca: { ...Ca, Properties: { ...Ca.Properties, HashAlgorithm } } } };
}

function outputs(): { [key: string]: string } {
  return readJson(join(out, 'outputs.json')).Iot;
}

function certificate(output: string): X509Certificate {
  return new X509Certificate(outputs()[output]);
}

describe('a first run', () => {
  test('makes the CA, the verification certificate and the device certificate, and writes their outputs', async () => {
    synth();
    const said = await local();
    const ca = certificate('CaCertificate');
    expect(ca.subject).toBe('O=Acme\nCN=Acme IoT Root CA');
    for (const output of ['VerificationCertificate', 'Device0CertificatePem']) {
      expect(certificate(output).verify(ca.publicKey)).toBe(true);
      expect(certificate(output).checkIssued(ca)).toBe(true);
    }
    expect(certificate('VerificationCertificate').subject).toBe('CN=a1b2c3');
    expect(outputs().Device0CertificateChain).toBe(outputs().Device0CertificatePem + outputs().CaCertificate);
    expect(stem(outputs().CaKeySecret)).toBe('arn:aws:secretsmanager:local:000000000000:secret:Iot-CaKey');
    expect(said).toMatch(/Ca +Custom::PrivateIotCa +created +\d{4}-\d\d-\d\d\n/);
    expect(said).toContain('1 × AWS::Lambda::Function');
    expect(said).toContain('  output FunctionArn of stack Iot: it refers to Function (AWS::Lambda::Function), which a local deployment leaves out');
    expect(said).toContain(`outputs: ${join(out, 'outputs.json')}`);
  });

  test('keeps each private key in a file that only its owner can read, and nowhere else', async () => {
    synth();
    await local();
    const keys = join(out, 'keys');
    expect(readdirSync(keys).map(stem).sort()).toEqual(['Iot-CaKey', 'Iot-Device0Key']);
    expect([keys, generatedPath(keys, 'Iot-CaKey')].map(folder => statSync(folder).mode.toString(8))).toEqual(['40700', '40700']);
    for (const [secret, output] of [['Iot-CaKey', 'CaCertificate'], ['Iot-Device0Key', 'Device0CertificatePem']]) {
      const file = join(generatedPath(keys, secret), `${certificate(output).serialNumber}.pem`);
      expect(statSync(file).mode.toString(8)).toBe('100600');
      const own = createPublicKey(readFileSync(file)).export({ type: 'spki', format: 'der' });
      expect(certificate(output).publicKey.export({ type: 'spki', format: 'der' })).toEqual(own);
    }
    expect(readFileSync(join(out, 'state.json'), 'utf8') + readFileSync(join(out, 'outputs.json'), 'utf8')).not.toContain('PRIVATE KEY');
    expect(statSync(join(out, 'state.json')).mode.toString(8)).toBe('100600');
  });

  test('reports its progress, resource by resource, and the resources that it makes', async () => {
    synth();
    const labels: string[] = [];
    let depth = 0;
    const progress: Progress = {
      during: async (label, work) => {
        labels.push(`${'  '.repeat(depth)}${label}`);
        depth++;
        return work().finally(() => depth--);
      },
    };
    await run(['local', '--app', app, '--out', out], { progress, print: () => undefined, warn: () => undefined });
    expect(labels).toEqual([
      'stack Iot',
      ...['Ledger', 'CaKey', 'Ca', 'Verification', 'Device0Key', 'Device0'].flatMap((name, index) => [
        `  ${index + 1} of 6 resources`,
        ...labels.filter(label => label.startsWith(`    create ${name} (`)),
      ]),
    ]);
    expect(labels).toContain('    create Device0 (Custom::IotDeviceCertificate)');
  });

  test('leaves no lock and no temporary file', async () => {
    synth();
    await local();
    expect(readdirSync(out).sort()).toEqual(['keys', 'outputs.json', 'state.json']);
  });
});

describe('a second run', () => {
  test('says that there is no change, and leaves every file as it is to the byte', async () => {
    synth();
    await local();
    const before = filesBelow(out);
    expect(await local()).toMatch(/^stack Iot\n {2}unchanged: 6 resources\n[^]*\nno changes\noutputs: /);
    expect(filesBelow(out)).toEqual(before);
  });

  test('writes outputs.json again if it is gone or was changed', async () => {
    synth();
    await local();
    const before = filesBelow(out);
    rmSync(join(out, 'outputs.json'));
    await local();
    writeFileSync(join(out, 'outputs.json'), '{}');
    await local();
    expect(filesBelow(out)).toEqual(before);
  });

  test('replaces only the certificates that were declared differently', async () => {
    synth({ devices: ['sensor-001', 'sensor-002'] });
    await local();
    const before = outputs();
    synth({ devices: ['sensor-001', 'sensor-2'] });
    const said = await local();
    const after = outputs();
    expect(after.Device1CertificatePem).not.toBe(before.Device1CertificatePem);
    expect({ ...after, Device1CertificatePem: '', Device1CertificateChain: '' }).toEqual({ ...before, Device1CertificatePem: '', Device1CertificateChain: '' });
    expect(said).toMatch(/Device1 +Custom::IotDeviceCertificate +replaced/);
    expect(readdirSync(generatedPath(join(out, 'keys'), 'Iot-Device1Key'))).toEqual([`${certificate('Device1CertificatePem').serialNumber}.pem`]);
  });

  test('replaces the certificates of a CA together with the CA, and keeps the old CA\'s key', async () => {
    synth();
    await local();
    const before = outputs();
    synth({ caGeneration: 2, replaces: caIdIn(out) });
    await local();
    expect(certificate('Device0CertificatePem').verify(certificate('CaCertificate').publicKey)).toBe(true);
    expect(outputs().Device0CertificatePem).not.toBe(before.Device0CertificatePem);
    expect(readdirSync(generatedPath(join(out, 'keys'), 'Iot-CaKey'))).toHaveLength(2);
  });

  test('brings the old bytes back when a change is taken back', async () => {
    synth();
    await local();
    const before = outputs();
    synth({ caGeneration: 2, replaces: caIdIn(out), devices: [], verification: false });
    await local();
    synth({ devices: [], verification: false });
    await local();
    expect(outputs()).toEqual({ CaCertificate: before.CaCertificate, CaKeySecret: before.CaKeySecret });
  });

  test('removes the certificates that are not declared any more, with the keys of devices', async () => {
    synth({ devices: ['a', 'b'] });
    await local();
    synth({ devices: ['a'], verification: false });
    const said = await local();
    expect(said).toMatch(/Device1 +Custom::IotDeviceCertificate +removed/);
    expect(Object.keys(outputs())).not.toContain('VerificationCertificate');
    expect(readdirSync(join(out, 'keys')).map(stem).sort()).toEqual(['Iot-CaKey', 'Iot-Device0Key']);
    const { latest, entries } = ledgerOf(out, 'Iot-Ledger');
    expect(Object.values<{ status: string }>(entries).map(({ status }) => status).sort()).toEqual(['ISSUED', 'ISSUED', 'WITHDRAWN', 'WITHDRAWN']);
    expect(Object.keys(latest)).toHaveLength(4);
  });

  test('keeps the values of parameters that are not given again', async () => {
    synth();
    await local('--parameters', 'RegistrationCode=code2');
    expect(certificate('VerificationCertificate').subject).toBe('CN=code2');
    expect(await local()).toContain('no changes');
    await local('--parameters', 'Iot:RegistrationCode=code3');
    expect(certificate('VerificationCertificate').subject).toBe('CN=code3');
  });
});

describe('a value that only AWS would know', () => {
  function withStored(Default?: string): void {
    const template = iotTemplate();
    const { Verification, ...others } = template.Resources as { Verification: { Properties: object } };
    writeAssembly(app, {
      Iot: {
        template: {
          ...template,
          Parameters: { StoredCode: { Type: 'AWS::SSM::Parameter::Value<String>', Default } },
          Resources: { ...others, Verification: { ...Verification, Properties: { ...Verification.Properties, RegistrationCode: { Ref: 'StoredCode' } } } },
        },
      },
    });
  }

  test('of a parameter in the Parameter Store can be given, and is remembered', async () => {
    withStored('/iot/registration-code');
    await local('--parameters', 'StoredCode=code2');
    expect(certificate('VerificationCertificate').subject).toBe('CN=code2');
    expect(await local()).toContain('no changes');
  });

  test('of a parameter in the Parameter Store must be given if a certificate needs it', async () => {
    withStored('/iot/registration-code');
    expect(await cliError('local', '--app', app, '--out', out)).toMatch(/stack Iot, resource Verification, property RegistrationCode: Ref: it refers to the parameter StoredCode, whose value is kept in the Systems Manager Parameter Store; give it with --parameters Iot:StoredCode=VALUE$/);
    withStored();
    expect(await cliError('local', '--app', app, '--out', out)).toContain('parameter StoredCode: must have a value; give it with --parameters Iot:StoredCode=VALUE');
    expect(existsSync(join(out, 'outputs.json'))).toBe(false);
  });

  test('of a secret that no certificate reads, such as the credentials of a platform, can be given, which changes nothing', async () => {
    const template = iotTemplate() as { Resources: object };
    writeAssembly(app, { Iot: { template: { ...template, Resources: { ...template.Resources, Credentials: { Type: 'AWS::SecretsManager::Secret' } } } } });
    await local();
    const before = filesBelow(out);
    writeFileSync(join(app, 'secret'), 'very secret');
    expect(await local('--secret', `Credentials=${join(app, 'secret')}`)).toContain('no changes');
    expect(filesBelow(out)).toEqual(before);
  });
});

describe('a run that fails', () => {
  test('on its first deployment names stack, resource and rule, and leaves no certificate declared', async () => {
    synth({ deviceDays: 5000 });
    const error = await cliFailure('local', '--app', app, '--out', out);
    expect(error).toMatch(/^error: stack Iot, resource Device0 \(Custom::IotDeviceCertificate\): validity .*; the stack was rolled back; kept from CaKey: [^;]+Iot-CaKey-[0-9a-f]{6}; kept from Ledger: the ledger Iot-Ledger-[0-9a-f]{6} in [^;]+state.json$/);
    expect(existsSync(join(out, 'outputs.json'))).toBe(false);
    synth();
    await local();
    expect(certificate('Device0CertificatePem').checkIssued(certificate('CaCertificate'))).toBe(true);
  });

  test('on a change brings back the old certificates to the byte, and their keys', async () => {
    synth({ devices: ['a', 'b'] });
    await local();
    const before = filesBelow(out);
    synth({ devices: ['x', 'b'], caGeneration: 2, replaces: caIdIn(out), deviceDays: 5000 });
    const error = await cliFailure('local', '--app', app, '--out', out);
    expect(error).toContain('validity');
    const after = filesBelow(out);
    expect(after['outputs.json']).toBe(before['outputs.json']);
    for (const key of Object.keys(before).filter(file => file.startsWith('keys/Iot-Device'))) {
      expect(after[key]).toBe(before[key]);
    }
    expect(JSON.parse(after['state.json']).stacks).toEqual(JSON.parse(before['state.json']).stacks);
    expect(JSON.parse(after['state.json']).secrets).toEqual(JSON.parse(before['state.json']).secrets);
    synth({ devices: ['a', 'b'] });
    expect(await local()).toContain('no changes');
  });

  test.each<[string, (folder: string) => void, RegExp]>([
    ['there is no assembly', folder => rmSync(folder, { recursive: true }), /manifest\.json: there is no such file; run `cdk synth` first/],
    ['the manifest is not JSON', folder => writeJson(join(folder, 'manifest.json'), '{'), /manifest\.json: this is not JSON$/],
    ['a template is not JSON', folder => writeJson(join(folder, 'Iot.template.json'), ''), /Iot\.template\.json: this is not JSON \(the file is empty\)$/],
    ['a template is a list', folder => writeJson(join(folder, 'Iot.template.json'), []), /Iot\.template\.json: this is JSON, but not a map/],
    ['a resource has no type', folder => writeAssembly(folder, { Iot: { template: { Resources: { Ca: {} } } } }), /Resources\.Ca\.Type must be a string$/],
    ['a certificate refers to what is left out', folder => writeAssembly(folder, { Iot: { template: withHash({ 'Fn::GetAtt': ['Function', 'Arn'] }) } }),
      /stack Iot, resource Ca, property HashAlgorithm: Fn::GetAtt: it refers to Function \(AWS::Lambda::Function\), which a local deployment leaves out$/],
    ['a certificate refers to nothing', folder => writeAssembly(folder, { Iot: { template: withHash({ Ref: 'Nobody' }) } }),
      /stack Iot, resource Ca, property HashAlgorithm: Ref: the template has no parameter or resource "Nobody"$/],
  ])('because %s is reported in one line and writes nothing', async (_, spoil, expected) => {
    synth();
    await local();
    const before = filesBelow(out);
    spoil(app);
    expect(await cliError('local', '--app', app, '--out', out)).toMatch(expected);
    expect(filesBelow(out)).toEqual(before);
  });

  test.each([
    ['is cut off', '{"version":3,"stacks":{'],
    ['has another version', '{"version":1,"stacks":{},"ledgers":{},"secrets":{}}'],
    ['has no stacks', '{"version":3}'],
    ['is empty', ''],
  ])('because state.json %s is reported in one line and writes nothing', async (_, content) => {
    synth();
    await local();
    writeFileSync(join(out, 'state.json'), content);
    const before = filesBelow(out);
    expect(await cliError('local', '--app', app, '--out', out)).toContain(join(out, 'state.json'));
    expect(filesBelow(out)).toEqual(before);
  });

  test('because outputs.json is somebody else\'s writes nothing', async () => {
    synth();
    writeJson(join(out, 'outputs.json'), { Other: { Key: 'value' } });
    expect(await cliError('local', '--app', app, '--out', out)).toContain('this file was not written by a local deployment');
    expect(filesBelow(out)).toEqual({ 'outputs.json': '{"Other":{"Key":"value"}}' });
  });

  test('because the folder can\'t be made is reported', async () => {
    synth();
    writeFileSync(out, 'a file');
    expect(await cliError('local', '--app', app, '--out', out)).toContain(`${out}: can't be created`);
    expect(readFileSync(out, 'utf8')).toBe('a file');
  });

  test('because a private key was damaged names its place, and never shows it', async () => {
    synth();
    await local();
    const file = join(generatedPath(join(out, 'keys'), 'Iot-CaKey'), `${certificate('CaCertificate').serialNumber}.pem`);
    const key = readFileSync(file, 'utf8');
    writeFileSync(file, key.slice(0, 100));
    synth({ devices: ['sensor-001', 'sensor-002'] });
    const error = await cliFailure('local', '--app', app, '--out', out);
    expect(error).toContain('stack Iot, resource Device1');
    expect(error).not.toContain(key.slice(30, 60));
  });
});

describe('several stacks', () => {
  const STAGED = (): void => {
    writeAssembly(join(app, 'assembly-Prod'), { ProdA: { template: iotTemplate({ verification: false }), stackName: 'Prod-A', displayName: 'Prod/A' } });
    writeAssembly(app, { Iot: { template: iotTemplate({ devices: [] }) } }, {
      'assembly-Prod': { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-Prod' } },
    });
  };

  test('are deployed, those of stages too, each with certificates of its own', async () => {
    STAGED();
    await local();
    const all = readJson(join(out, 'outputs.json'));
    expect(Object.keys(all)).toEqual(['Iot', 'Prod-A']);
    expect(all.Iot.CaCertificate).not.toBe(all['Prod-A'].CaCertificate);
  });

  test('can be limited to some, by name or by path, which leaves the others alone', async () => {
    STAGED();
    await local('--stack', 'Prod/A');
    expect(Object.keys(readJson(join(out, 'outputs.json')))).toEqual(['Prod-A']);
    await local('--stack', 'Iot');
    expect(Object.keys(readJson(join(out, 'outputs.json')))).toEqual(['Iot', 'Prod-A']);
    expect(await cliError('local', '--app', app, '--out', out, '--stack', 'Nobody')).toContain('--stack: must be one of Iot, Prod-A, got "Nobody"');
  });

  test('are removed when they have left the app, unless only some were asked for', async () => {
    STAGED();
    await local();
    synth({ devices: [] });
    await local('--stack', 'Iot');
    expect(Object.keys(readJson(join(out, 'outputs.json')))).toEqual(['Iot', 'Prod-A']);
    expect(await local()).toContain('stack Prod-A: removed, because the app no longer has this stack');
    expect(Object.keys(readJson(join(out, 'outputs.json')))).toEqual(['Iot']);
    expect(readdirSync(join(out, 'keys')).map(stem).sort()).toEqual(['Iot-CaKey', 'Prod-A-CaKey']);
  });

  test('keep the stacks that succeeded when a later one fails', async () => {
    writeAssembly(app, { First: { template: iotTemplate({ devices: [] }) }, Second: { template: iotTemplate({ deviceDays: 5000 }) } });
    await cliFailure('local', '--app', app, '--out', out);
    expect(Object.keys(readJson(join(out, 'outputs.json')))).toEqual(['First']);
  });
});

describe('wrong usage', () => {
  test.each([
    [['--parameters', 'novalue'], '--parameters: must be of the form NAME=VALUE'],
    [['--parameters', 'Nobody=1'], '--parameters: must name a parameter of a stack that is deployed ('],
    [['--parameters', 'Other:RegistrationCode=1'], 'got "Other:RegistrationCode"'],
    [['--parameters', 'RegistrationCode=A_B'], 'stack Iot, parameter RegistrationCode: must match the pattern [0-9a-z]+, got "A_B"'],
    [['--secret', 'novalue'], '--secret: must be of the form NAME=FILE'],
    [['--secret', 'CaKey=no-such-file'], '--secret CaKey: there is no such file; the text after the equals sign must be the path of a file (not shown)'],
    [['--secret', 'CaKey=package.json', '--secret', 'Iot-CaKey=package.json', 'Iot-CaKey=package.json'], '--secret Iot-CaKey: this secret must be given only once'],
    [['--secret', 'CaKye=package.json'], '--secret CaKye: no certificate in this deployment reads this secret; this deployment has no secret that can be given'],
    [['--nonsense'], "unknown option '--nonsense'"],
  ])('such as %j is reported in one line, and nothing is made', async (args, expected) => {
    synth();
    expect(await cliError('local', '--app', app, '--out', out, ...args)).toContain(expected);
    expect(existsSync(out)).toBe(false);
  });

  test('such as an empty folder or an unknown command is reported in one line', async () => {
    synth();
    expect(await cliError('local', '--app', app, '--out=')).toContain('--out: must name a folder');
    expect(await cliError('nonsense')).toContain("unknown command 'nonsense'");
  });

  test('is not a question for the version or for help', async () => {
    expect(await cli('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    expect(await cli('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Examples:') });
    expect(await cli('local', '--help')).toMatchObject({ code: 0, stdout: expect.stringMatching(/--parameters[^]*--secret <name=file\.\.\.>/) });
  });
});
