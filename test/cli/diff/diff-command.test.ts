import { join } from 'node:path';
import { App, CfnOutput, CfnParameter, CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  DeliveryFormat, DeviceCertificate, DeviceCertificateProps, KeyAlgorithm, KeyStorage, PrivateIotCa, PrivateIotCaProps, ProofOfPossessionSignature,
} from '../../../src';
import { temporaryFolder } from '../../support/cli-assembly';
import { cli, cliError, cliOk, readJson } from '../../support/cli-run';
import { synthesized } from '../../support/synthesized';

const P256 = { keyAlgorithm: KeyAlgorithm.EC_P256 };

interface Declared {
  readonly ca?: Partial<PrivateIotCaProps>;
  readonly caId?: string;
  /** The devices by the ids of their constructs. */
  readonly devices?: { readonly [id: string]: Partial<DeviceCertificateProps> };
  readonly stackName?: string;
}

function app({ ca: caProps, caId = 'Ca', devices = { Sensor: {} }, stackName = 'Iot' }: Declared = {}): string {
  return synthesized((root: App) => {
    const stack = new Stack(root, stackName);
    const ca = new PrivateIotCa(stack, caId, { subject: { commonName: 'Fleet' }, ...P256, ...caProps });
    Object.entries(devices).forEach(([id, props]) =>
      new DeviceCertificate(stack, id, { ca, subject: { commonName: id.toLowerCase() }, ...P256, ...props } as DeviceCertificateProps));
  });
}

let out: string;

beforeEach(() => {
  out = join(temporaryFolder(), 'out');
});

const deploy = (folder: string): Promise<string> => cliOk('local', '--app', folder, '--out', out);
const diff = (folder: string, ...more: string[]) => cli('diff', '--app', folder, '--local', out, ...more);

interface Row {
  readonly resource: string;
  readonly outcome: string;
  readonly serialNumber?: string;
  readonly reasons: readonly string[];
}

async function rows(folder: string, ...more: string[]): Promise<Row[]> {
  return JSON.parse((await diff(folder, '--json', ...more)).stdout).stacks.flatMap((stack: { certificates: Row[] }) => stack.certificates);
}

function serialNumberOf(id: string): string {
  const { resources } = readJson(join(out, 'state.json')).stacks.Iot;
  return resources[Object.keys(resources).find(each => resources[each].name === id && resources[each].type.startsWith('Custom::'))!].attributes.SerialNumber;
}

describe('private-iot-ca diff', () => {
  test('says that everything is issued before the first deployment, and nothing after it', async () => {
    const first = await diff(app());
    expect(first).toMatchObject({ code: 3, stderr: '' });
    expect(first.stdout).toBe(`stack Iot: not deployed yet
  resource  what would happen  certificate  reason
  Ca        issue              (new)
  Sensor    issue              (new)

certificates: 2 issue
`);
    await deploy(app());
    expect(await diff(app())).toEqual({ code: 0, stderr: '', stdout: 'stack Iot\n  unchanged: 2\n\nno certificate changes\n' });
  });

  test('says which property replaces a certificate, with both values and the serial number', async () => {
    await deploy(app());
    const { code, stdout } = await diff(app({ devices: { Sensor: { subject: { commonName: 'sensor-002' }, generation: 2 } } }));
    expect(code).toBe(3);
    expect(stdout).toContain(`  Sensor    replace            ${serialNumberOf('Sensor')} → (new)  subject.commonName: "sensor" → "sensor-002"; generation: "1" → "2"\n`);
    expect(stdout).toContain('\n  unchanged: 1\n\ncertificates: 1 replace\n');
  });

  test('tells an update that keeps the certificate from a replacement', async () => {
    await deploy(app());
    expect(await rows(app({ devices: { Sensor: { deliveryFormats: [DeliveryFormat.combinedPem()] } } }))).toEqual([
      expect.objectContaining({ resource: 'Ca', outcome: 'none' }),
      expect.objectContaining({ resource: 'Sensor', outcome: 'change', serialNumber: serialNumberOf('Sensor'), reasons: ['deliveryFormats'] }),
    ]);
  });

  test('says what is withdrawn, and what is revoked with it', async () => {
    await deploy(app({ devices: { Sensor: {}, Press: { revokeOnRemoval: true } } }));
    expect(await rows(app({ devices: {} }))).toEqual([
      expect.objectContaining({ resource: 'Ca', outcome: 'none' }),
      expect.objectContaining({ resource: 'Press', outcome: 'revoke', serialNumber: serialNumberOf('Press'), reasons: ['no longer declared'] }),
      expect.objectContaining({ resource: 'Sensor', outcome: 'withdraw', serialNumber: serialNumberOf('Sensor'), reasons: ['no longer declared'] }),
    ]);
  });

  test('says that a certificate that comes back is the former one', async () => {
    const kept = { devices: { Sensor: { removalPolicy: RemovalPolicy.RETAIN, keyStorage: KeyStorage.parameterStore() } } };
    await deploy(app(kept));
    const serialNumber = serialNumberOf('Sensor');
    await deploy(app({ devices: {} }));
    expect(await rows(app(kept))).toContainEqual(expect.objectContaining({ resource: 'Sensor', outcome: 'takeBack', nextSerialNumber: serialNumber }));
  });

  test('refuses the replacement of a CA with living certificates as the deployment does, with the way out', async () => {
    await deploy(app());
    const changed = app({ ca: { subject: { commonName: 'Other' } } });
    const { code, stdout } = await diff(changed);
    expect(code).toBe(1);
    const { stderr } = await cli('local', '--app', changed, '--out', out);
    const [, refusal] = /^ {2}Ca +refused +[0-9A-F]{40} +(.*)$/m.exec(stdout)!;
    expect(refusal).toMatch(/^this update would replace the CA ca-[0-9a-f]{32}, which has living certificates: .* declare replaces: 'ca-[0-9a-f]{32}'$/);
    expect(stderr).toContain(refusal);
    const [caId] = /ca-[0-9a-f]{32}/.exec(refusal)!;
    const declared = app({ ca: { subject: { commonName: 'Other' }, replaces: caId } });
    expect((await rows(declared)).map(({ resource, outcome }) => [resource, outcome])).toEqual([['Ca', 'replace'], ['Sensor', 'replace']]);
    expect((await diff(declared)).stdout).toContain(`  issuer: "${caId}" → "ca-`.slice(2));
  });

  test('refuses a signature with a digest that the key of its CA in KMS can\'t sign, as the deployment does', async () => {
    const folder = synthesized((root: App) => {
      const stack = new Stack(root, 'Iot');
      const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Fleet' }, ...P256, keyStorage: KeyStorage.kms() });
      const { node } = new ProofOfPossessionSignature(stack, 'Proof', { ca, verificationCode: 'code-1' });
      (node.defaultChild!.node.defaultChild as CfnResource).addPropertyOverride('HashAlgorithm', 'SHA-512');
    });
    const refusal = 'hashAlgorithm must be SHA-256 under a CA with an EC_P256 key in AWS KMS, got "SHA-512"';
    expect(await rows(folder)).toMatchObject([{ resource: 'Ca', outcome: 'issue' }, { resource: 'Proof', outcome: 'refuse', reasons: [refusal] }]);
    expect((await cli('local', '--app', folder, '--out', out)).stderr).toContain(refusal);
  });

  test('records a signature that it foresees under the CA of a local deployment', async () => {
    const folder = (code: string): string => synthesized((root: App) => {
      const stack = new Stack(root, 'Iot');
      const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Fleet' }, ...P256 });
      new CfnOutput(stack, 'Signature', { value: new ProofOfPossessionSignature(stack, 'Proof', { ca, verificationCode: code }).signature });
    });
    expect(await rows(folder('code-1'))).toMatchObject([{ outcome: 'issue' }, { resource: 'Proof', outcome: 'issue' }]);
    await deploy(folder('code-1'));
    expect(await rows(folder('code-1'))).toMatchObject([{ outcome: 'none' }, { outcome: 'none' }]);
    expect(await rows(folder('code-2'))).toMatchObject([{ outcome: 'none' }, { outcome: 'replace', reasons: ['verificationCode: "code-1" → "code-2"'] }]);
    await deploy(folder('code-2'));
    expect(await rows(folder('code-1'))).toMatchObject([{ outcome: 'none' }, { outcome: 'replace', nextSerialNumber: expect.any(String) }]);
  });

  test('foresees the successor of a CA and the cross-certificate for its key in one deployment', async () => {
    const rolledOver = synthesized((root: App) => {
      const stack = new Stack(root, 'Iot');
      const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Fleet' }, ...P256, pathLength: 1 });
      const next = new PrivateIotCa(stack, 'Next', { subject: { commonName: 'Fleet 2' }, ...P256, predecessor: ca });
      ca.addCrossCertificate('Cross', { subjectCa: next });
    });
    await deploy(app({ ca: { pathLength: 1 }, devices: {} }));
    expect(await rows(rolledOver)).toMatchObject([{ outcome: 'none' }, { resource: 'Ca/Cross', outcome: 'issue' }, { resource: 'Next', outcome: 'issue' }]);
    await deploy(rolledOver);
    expect((await rows(rolledOver)).map(({ outcome }) => outcome)).toEqual(['none', 'none', 'none']);
  });

  test('goes on after a refusal, and says what depends on it', async () => {
    await deploy(app());
    const { code, stdout } = await diff(app({ caId: 'Renamed', devices: { Sensor: {}, Press: {} } }));
    expect(code).toBe(1);
    expect(stdout).toContain('refused');
    expect(stdout).toMatch(/^ {2}Press +refused +it depends on Renamed\w*, which would be refused$/m);
  });

  test('shows what expires soon only if asked', async () => {
    await deploy(app());
    const unasked = expect.not.objectContaining({ expiring: expect.anything() });
    expect(await rows(app())).toEqual([unasked, unasked]);
    expect(await rows(app(), '--expiring', '999d')).toEqual([
      expect.objectContaining({ resource: 'Ca', outcome: 'none', expiring: false }), expect.objectContaining({ resource: 'Sensor', outcome: 'none', expiring: true }),
    ]);
    const { code, stdout } = await diff(app(), '--expiring', '999d');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}Sensor +nothing +[0-9A-F]{40} +expires 20\d\d-\d\d-\d\d$/m);
    expect(stdout).toMatch(/\nno certificate changes; 1 expiring\n$/);
    expect(await cliError('diff', '--app', app(), '--local', out, '--expiring', 'soon')).toContain('--expiring must be a number of hours, days or weeks');
  });

  test('shows the certificates of a stack that the app no longer has as withdrawn', async () => {
    await deploy(app());
    const { stdout } = await diff(app({ stackName: 'Other' }));
    expect(stdout).toContain('stack Iot: to be removed, because the app no longer has this stack\n');
    expect(stdout).toMatch(/certificates: 2 withdraw, 2 issue\n$/);
  });

  test('takes the values of parameters as the deployment would', async () => {
    const folder = synthesized((root: App) => {
      const stack = new Stack(root, 'Iot');
      const name = new CfnParameter(stack, 'Name', { default: 'sensor-001' });
      new DeviceCertificate(stack, 'Sensor', { ca: new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Fleet' }, ...P256 }), subject: { commonName: name.valueAsString }, ...P256 });
    });
    await deploy(folder);
    expect((await rows(folder, '--parameters', 'Name=sensor-002'))[1]).toMatchObject({ outcome: 'replace', reasons: ['subject.commonName: "sensor-001" → "sensor-002"'] });
    expect(await cliError('diff', '--app', folder, '--local', out, '--parameters', 'Nome=x')).toContain('must name a parameter of a stack');
  });

  test('changes nothing and needs no private key', async () => {
    await deploy(app());
    const { keys, ...state } = readJson(join(out, 'state.json'));
    expect(keys).toBeUndefined();
    await diff(app({ devices: { Sensor: { generation: 2 }, Press: {} } }));
    expect(readJson(join(out, 'state.json'))).toEqual(state);
  });
});
