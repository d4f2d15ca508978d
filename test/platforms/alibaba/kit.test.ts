import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnOutput, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { CertificateOutputs, HashAlgorithm, IIotCertificate, IotPlatform, KeyAlgorithm, PrivateIotCa } from '../../../src';
import { KIT_MARK } from '../../../src/cli/export/kits/kit';
import { caNames } from '../../../src/platforms/alibaba/kit';
import { temporaryFolder, writeJson } from '../../support/cli-assembly';
import { cli, cliError, cliOk, filesBelow, readJson } from '../../support/cli-run';

interface Flow {
  /** `undefined` before there is a code. */
  readonly withVerification?: boolean;
  readonly keyAlgorithm?: KeyAlgorithm;
  readonly platforms?: IotPlatform[];
  readonly devices?: readonly string[];
}

/** Synthesizes the app of the seed, with or without its verification certificate. */
function synth(folder: string, { withVerification = false, keyAlgorithm = KeyAlgorithm.RSA_2048, platforms, devices = ['sensor-001'] }: Flow = {}): string {
  const app = new App({ outdir: join(folder, 'cdk.out') });
  const stack = new Stack(app, 'Iot');
  const ca = new PrivateIotCa(stack, 'Ca', {
    subject: { commonName: 'Acme IoT Root CA', organization: 'Acme', country: 'CN' }, keyAlgorithm, platforms: platforms ?? [IotPlatform.ALIBABA_CLOUD_IOT],
  });
  const named = Object.fromEntries(devices.map((commonName, index) => [`Device${index}`, ca.addDeviceCertificate(`D${index}`, { subject: { commonName } })]));
  const verification: { [name: string]: IIotCertificate } = withVerification ? {
    Verification: ca.addVerificationCertificate('Verification', {
      registrationCode: new CfnParameter(stack, 'RegistrationCode').valueAsString,
      platform: IotPlatform.ALIBABA_CLOUD_IOT,
      validity: Duration.days(300),
      hashAlgorithm: HashAlgorithm.SHA_512,
    }),
  } : {};
  new CertificateOutputs(stack, 'Outputs', { cas: { Ca: ca }, certificates: { ...verification, ...named } });
  new CfnOutput(stack, 'Ledger', { value: ca.ledger.tableName });
  return app.synth().directory;
}

async function deploy(folder: string, flow: Flow, ...parameters: string[]): Promise<{ [output: string]: string }> {
  await cliOk('local', '--app', synth(folder, flow), '--out', folder, ...parameters.flatMap(each => ['--parameters', each]));
  return readJson(join(folder, 'outputs.json')).Iot;
}

async function exportKit(folder: string): Promise<{ [file: string]: string }> {
  await cliOk('export', '--outputs', join(folder, 'outputs.json'), '--out', join(folder, 'pem'), '--platform', 'alibaba-iot');
  return filesBelow(join(folder, 'pem', 'alibaba-iot'));
}

/** Before anything is uploaded, the code of the console is compared with that of the certificate, and deployed where it is another one. */
function expectStepsToBeginWithTheCode(steps: string): void {
  const [english, chinese] = steps.split('# 在阿里云物联网平台注册私有 CA 证书').map(text => text.replace(/\s+/g, ' '));
  for (const [text, ...inOrder] of [
    [english, 'copy the registration code, and compare it', 'If the table has no code or another code, deploy again', '--parameters RegistrationCode=<code>', 'upload the two files'],
    [chinese, '复制注册码，并与下一步的表格核对', '如果表格中没有注册码，或者注册码不同', '--parameters RegistrationCode=<注册码>', '上传两个文件'],
  ]) {
    const places = inOrder.map(words => text.indexOf(words));
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(places).not.toContain(-1);
  }
}

describe('the flow in two deployments', () => {
  test('has the CA first, the code as a parameter later, and never another CA or device', async () => {
    const folder = temporaryFolder();
    const first = await deploy(folder, {});
    const before = await exportKit(folder);
    expect(Object.keys(before)).toEqual(['Acme_IoT_Root_CA.pem', 'devices.csv', 'steps.md']);
    expect(before['steps.md']).toContain('| Acme_IoT_Root_CA | `Acme_IoT_Root_CA.pem` | (not generated yet) |  |');
    expectStepsToBeginWithTheCode(before['steps.md']);

    const second = await deploy(folder, { withVerification: true }, 'RegistrationCode=7dc9a483ebbf7e69');
    expect({ ...second, VerificationCertificate: undefined }).toEqual({ ...first, VerificationCertificate: undefined });
    const after = await exportKit(folder);
    expect(Object.keys(after)).toEqual(['Acme_IoT_Root_CA.pem', 'Acme_IoT_Root_CA_verification.pem', 'devices.csv', 'steps.md']);
    expect(after['Acme_IoT_Root_CA.pem']).toBe(first.CaCertificate);
    expect(after['devices.csv']).toBe(before['devices.csv']);
    expectStepsToBeginWithTheCode(after['steps.md']); // for nobody here knows whether it is the console's code
    expect(after['steps.md']).toContain('| Acme_IoT_Root_CA | `Acme_IoT_Root_CA.pem` | `Acme_IoT_Root_CA_verification.pem` | 7dc9a483ebbf7e69 |');

    const ca = new X509Certificate(after['Acme_IoT_Root_CA.pem']);
    const verification = new X509Certificate(after['Acme_IoT_Root_CA_verification.pem']);
    expect([verification.subject, verification.ca, verification.verify(ca.publicKey)]).toEqual(['CN=7dc9a483ebbf7e69', false, true]);

    const third = await deploy(folder, { withVerification: true }, 'RegistrationCode=another-code');
    expect(third.VerificationCertificate).not.toBe(second.VerificationCertificate);
    expect({ ...third, VerificationCertificate: undefined }).toEqual({ ...first, VerificationCertificate: undefined });
  });
});

describe('the kit', () => {
  let folder: string;
  beforeAll(async () => {
    folder = temporaryFolder();
    await deploy(folder, { withVerification: true, devices: ['sensor-001', '=HYPERLINK("x")', 'a|b `c`'] }, 'RegistrationCode=code_1');
  });

  test('is also made under the name that the library has for the platform', async () => {
    await cliOk('export', '--outputs', join(folder, 'outputs.json'), '--out', join(folder, 'other'), '--platform', 'alibaba-cloud-iot');
    expect(filesBelow(join(folder, 'other', 'alibaba-iot'))).toEqual(await exportKit(folder));
  });

  test('lists the SN of each device, for a program and for a person', async () => {
    const files = await exportKit(folder);
    const { Device0Certificate, Device0SerialNumber, Device1SerialNumber, Device2SerialNumber } = readJson(join(folder, 'outputs.json')).Iot;
    expect(new X509Certificate(Device0Certificate).serialNumber).toBe(Device0SerialNumber);
    expect(files['devices.csv'].split('\n')).toEqual([
      'commonName,sn,file,notAfter',
      expect.stringMatching(`^sensor-001,${Device0SerialNumber},device0.pem,\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$`),
      expect.stringMatching(`^"'=HYPERLINK\\(""x""\\)",${Device1SerialNumber},device1.pem,`), // a spreadsheet does not run it
      expect.stringMatching(`^a\\|b \`c\`,${Device2SerialNumber},device2.pem,`),
      '',
    ]);
    expect(files['steps.md']).toContain(`| a\\|b \\\`c\\\` | ${Device2SerialNumber} | \`device2.pem\` |`);
  });

  test('says the steps in order, in English and in Chinese, with what the form asks for', async () => {
    const { 'steps.md': steps } = await exportKit(folder);
    const [english, chinese] = steps.split('# 在阿里云物联网平台注册私有 CA 证书');
    expect(english.match(/^\d\. \S+/gm)).toEqual(['1. Choose', '2. In', '3. In', '4. Add', '5. Give']);
    expect(chinese.match(/^\d\. /gm)).toEqual(['1. ', '2. ', '3. ', '4. ', '5. ']);
    for (const words of ['China (Shanghai)', 'at most 10 CA certificates', 'directly by MQTT', 'Register CA Certificate', 'bind its certificate by the SN']) {
      expect(english).toContain(words);
    }
    for (const words of ['华东2（上海）', '最多注册 10 个 CA 证书', 'MQTT 直连', '注册 CA 证书', '通过 SN 绑定']) {
      expect(chinese).toContain(words);
    }
    expect(chinese).toContain('code\\_1');
  });

  test('holds no private key, also where keys are exported', async () => {
    await cliOk('export', '--outputs', join(folder, 'outputs.json'), '--out', join(folder, 'pem'), '--platform', 'alibaba-iot', '--private-keys');
    expect(existsSync(join(folder, 'pem', 'device0.key.pem'))).toBe(true);
    expect(Object.values(filesBelow(join(folder, 'pem', 'alibaba-iot'))).join('')).not.toContain('PRIVATE KEY');
  });

  test.each([
    ['are somebody else\'s', 'my own steps'],
    ['quote the first sentence of those of this tool', `my own steps\n\nin place of these:\n${KIT_MARK}\n`],
  ])('does not overwrite steps that %s', async (_, mine) => {
    writeJson(join(folder, 'mine', 'alibaba-iot', 'steps.md'), mine);
    expect(await cliError('export', '--outputs', join(folder, 'outputs.json'), '--out', join(folder, 'mine'), '--platform', 'alibaba-iot'))
      .toContain('steps.md: this file holds something other than a text of this tool');
    expect(Object.keys(filesBelow(join(folder, 'mine')))).toEqual(['alibaba-iot/steps.md']);
  });
});

describe('beside a CA that the platform takes, one that it does not take', () => {
  test('is left out with its devices, in the steps and with a warning', async () => {
    const folder = temporaryFolder();
    const { CaCertificate, Device0Certificate, Device0SerialNumber } = await deploy(folder, {});
    const other = await deploy(temporaryFolder(), { keyAlgorithm: KeyAlgorithm.EC_P256, platforms: [], devices: ['sensor-ec'] });
    const outputs = join(folder, 'both.json');
    writeJson(outputs, { Iot: { CaCertificate, Device0Certificate, OtherCa: other.CaCertificate, OtherDevice: other.Device0Certificate } });
    const { code, stderr } = await cli('export', '--outputs', outputs, '--out', join(folder, 'pem'), '--platform', 'alibaba-iot');
    expect(code).toBe(0);
    expect(stderr).toContain('note: alibaba-iot leaves out the CA Acme IoT Root CA and its devices: the key of a CA must be one of RSA_2048, RSA_3072, RSA_4096 ');
    const files = filesBelow(join(folder, 'pem', 'alibaba-iot'));
    expect(Object.keys(files)).toEqual(['Acme_IoT_Root_CA.pem', 'devices.csv', 'steps.md']);
    expect(files['Acme_IoT_Root_CA.pem']).toBe(CaCertificate);
    expect(files['devices.csv']).toContain(`sensor-001,${Device0SerialNumber},`);
    expect(files['devices.csv']).not.toContain('sensor-ec');
    const [english, chinese] = files['steps.md'].split('# 在阿里云物联网平台注册私有 CA 证书');
    expect(english).toContain('   Left out, with its devices, because the platform does not accept it: Acme IoT Root CA (the key of a CA must be one of RSA\\_2048, ');
    expect(chinese).toContain('已连同其签发的设备证书一并省略：Acme IoT Root CA（规则 `platform-alibaba-cloud-iot-ca-key`）。');
  });

  test('is still an error where the other one only stands above it', async () => {
    const folder = temporaryFolder();
    const app = new App({ outdir: join(folder, 'cdk.out') });
    const stack = new Stack(app, 'Iot');
    const root = new PrivateIotCa(stack, 'Root', { subject: { commonName: 'Acme Root' }, pathLength: 1 });
    const plant = new PrivateIotCa(stack, 'Plant', { subject: { commonName: 'Plant CA' }, keyAlgorithm: KeyAlgorithm.EC_P256, issuer: root });
    const device = plant.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001' } });
    new CertificateOutputs(stack, 'Outputs', { cas: { Root: root, Plant: plant }, certificates: { Device: device } });
    await cliOk('local', '--app', app.synth().directory, '--out', folder);
    expect(await cliError('export', '--outputs', join(folder, 'outputs.json'), '--out', join(folder, 'pem'), '--platform', 'alibaba-iot'))
      .toMatch(/^error: Plant CA: the key of a CA must be .*; --platform alibaba-iot needs a CA that this platform accepts: declare one /);
  });
});

test('a CA on a curve is refused: "only the device certificate signed by the RSA algorithm is supported"', async () => {
  const folder = temporaryFolder();
  await deploy(folder, { keyAlgorithm: KeyAlgorithm.EC_P256, platforms: [] });
  expect(await cliError('export', '--outputs', join(folder, 'outputs.json'), '--out', join(folder, 'pem'), '--platform', 'alibaba-iot')).toContain(
    'Acme IoT Root CA: the key of a CA must be one of RSA_2048, RSA_3072, RSA_4096 for Alibaba Cloud IoT Platform, got EC P-256 (platform-alibaba-cloud-iot-ca-key, https://');
  expect(await cliError('export', '--outputs', join(folder, 'outputs.json'), '--out', join(folder, 'pem'), '--platform', 'alibaba-iot')).toContain(
    'declare one with this platform in its `platforms`, add an output of its certificatePem, and export again; or export without --platform for the PEM files');
  expect(existsSync(join(folder, 'pem'))).toBe(false);
});

test.each<[string[], string[]]>([
  [['Acme IoT Root CA'], ['Acme_IoT_Root_CA']],
  [['CA'], ['IoT_CA_CA']],
  [['艾克米'], ['IoT_CA']],
  [[''], ['IoT_CA']],
  [['A'.repeat(40), 'A'.repeat(50)], ['A'.repeat(30), `${'A'.repeat(28)}_2`]],
  [['Plant-1', 'Plant 1', 'Plant.1'], ['Plant_1', 'Plant_1_2', 'Plant_1_3']],
])('CAs called %j are registered as %j', (commonNames, names) => {
  expect(caNames(commonNames)).toEqual(names);
  names.forEach(name => expect(name).toMatch(/^[A-Za-z0-9_]{4,30}$/));
});
