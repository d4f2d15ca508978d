import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnOutput, CfnParameter, Fn, Stack, Stage } from 'aws-cdk-lib';
import { DeviceCertificate, PemSource, PrivateIotCa, TrustBundle } from '../../../src';
import { temporaryFolder } from '../../support/cli-assembly';
import { cliOk, readJson } from '../../support/cli-run';
import { opensslOutput } from '../../support/openssl';
import { CA_EXTENSIONS, OpensslCas } from '../../support/openssl-ca';

const STRENGTH = '@aws-cdk/core:defaultCrossStackReferences';
const ENV = { account: '111111111111', region: 'eu-central-1' };

const cas = new OpensslCas();

let app: App;
let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

function begin(strength: string | undefined): void {
  app = new App({ outdir: join(folder, 'cdk.out'), context: strength === undefined ? {} : { [STRENGTH]: strength } });
}

/** Deploys the app, and answers the outputs of its stacks. */
async function deploy(...options: string[]): Promise<{ [stack: string]: { [output: string]: string } }> {
  app.synth();
  await cliOk('local', '--app', app.outdir, '--out', folder, ...options);
  return readJson(join(folder, 'outputs.json'));
}

/** What OpenSSL says of a chain whose last certificate is the root. */
function verified(chain: string): string {
  const certificates = chain.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----\n/g)!;
  const file = (name: string, ...pems: string[]): string => {
    writeFileSync(join(folder, name), pems.join(''));
    return join(folder, name);
  };
  return opensslOutput(['verify', '-x509_strict', '-CAfile', file('root.pem', certificates.at(-1)!), '-untrusted', file('chain.pem', ...certificates.slice(1, -1)),
    file('leaf.pem', certificates[0])]);
}

describe.each([undefined, 'strong', 'both', 'weak'])('with references that are %s', strength => {
  test.each([['an environment', ENV], ['none', undefined]])('certificates, chains and bundles of a CA in another stack are deployed locally, where stacks have %s', async (_, env) => {
    begin(strength);
    const own = new Stack(app, 'CaStack', { env });
    const root = new PrivateIotCa(own, 'Root', { subject: { commonName: 'Root' }, pathLength: 1 });
    const ca = new PrivateIotCa(own, 'Ca', { subject: { commonName: 'Factory' }, issuer: root });
    new CfnOutput(own, 'Root0', { value: root.certificatePem });
    new CfnOutput(own, 'Ca0', { value: ca.certificatePem });
    const devices = new Stack(app, 'DevStack', { env });
    const device = new DeviceCertificate(devices, 'Dev', { ca, subject: { commonName: 'pump-1' } });
    new CfnOutput(devices, 'Pem', { value: device.certificatePem });
    new CfnOutput(devices, 'Chain', { value: device.certificateChainPem });
    new CfnOutput(devices, 'ChainWithoutRoot', { value: device.certificateChainWithoutRootPem });
    const broker = new Stack(app, 'BrokerStack', { env });
    new CfnOutput(broker, 'Trust', { value: new TrustBundle([ca, root]).pemFor(broker) });

    const { CaStack: { Root0, Ca0 }, DevStack, BrokerStack } = await deploy();
    expect(DevStack).toMatchObject({ Chain: DevStack.Pem + Ca0 + Root0, ChainWithoutRoot: DevStack.Pem + Ca0 });
    expect(BrokerStack).toEqual({ Trust: Ca0 + Root0 });
    expect(verified(DevStack.Chain)).toContain(': OK');
    expect(await cliOk('local', '--app', app.outdir, '--out', folder)).toContain('no changes');
  }, 60_000);
});

test('outputs are read across Regions, accounts and stages of one app', async () => {
  begin('weak');
  const own = new Stack(new Stage(app, 'Shared', { env: ENV }), 'CaStack');
  const ca = new PrivateIotCa(own, 'Ca', { subject: { commonName: 'Fleet Root' } });
  new CfnOutput(own, 'Ca0', { value: ca.certificatePem });
  const account = new Stack(new Stage(app, 'Accounts'), 'Account', { env: { ...ENV, account: '222222222222' } });
  new CfnOutput(account, 'Pem', { value: ca.certificatePemFor(account) });
  const region = new Stack(own.node.scope!, 'Region', { env: { ...ENV, region: 'us-east-1' } });
  new CfnOutput(region, 'Pem', { value: ca.certificatePemFor(region) });

  const outputs = await deploy('--stack', 'Accounts/Account', '--stack', 'Shared/Region');
  expect(outputs['Accounts-Account']).toEqual({ Pem: outputs['Shared-CaStack'].Ca0 });
  expect(outputs['Shared-Region']).toEqual({ Pem: outputs['Shared-CaStack'].Ca0 });
}, 60_000);

test('a CA that is signed elsewhere is a note in other stacks at first, then its certificate and chain, and after a renewal the new one, in place', async () => {
  const root = cas.root();
  const deployWith = async (signedCertificate: string): Promise<{ [stack: string]: { [output: string]: string } }> => {
    begin('weak');
    const own = new Stack(app, 'CaStack');
    const ca = new PrivateIotCa(own, 'Ca', {
      subject: { commonName: 'Fleet' },
      signedElsewhere: true,
      signedCertificate: PemSource.inline(new CfnParameter(own, 'Signed', { default: '' }).valueAsString),
    });
    new CfnOutput(own, 'Request', { value: ca.certificateSigningRequestPem });
    const other = new Stack(app, 'Other');
    new CfnOutput(other, 'Pem', { value: ca.certificatePemFor(other) });
    new CfnOutput(other, 'Chain', { value: Fn.join('', ca.caCertificatesFor(other)) });
    return deploy('--parameters', `Signed=${signedCertificate}`);
  };
  const lookUp = (): { physicalId: string } => Object.values<{ type: string; physicalId: string }>(readJson(join(folder, 'state.json')).stacks.Other.resources)
    .find(({ type }) => type === 'Custom::IotCaLookup')!;

  const { CaStack: { Request }, Other } = await deployWith('');
  expect(Other.Pem).toMatch(/^\(not signed yet/);
  const before = lookUp().physicalId;
  for (const days of [1000, 2000]) {
    const signed = cas.sign(Request, root, undefined, { days, extensions: ['basicConstraints=critical,CA:TRUE,pathlen:0', ...CA_EXTENSIONS.slice(1)] });
    expect((await deployWith(signed + root.certificatePem)).Other).toEqual({ Pem: signed, Chain: signed + root.certificatePem });
  }
  expect(lookUp().physicalId).toBe(before);
}, 60_000);

test('a CA that goes under weak references is reported to leave its certificates behind in other stacks', async () => {
  const declare = (hasCa: boolean): void => {
    begin('weak');
    const own = new Stack(app, 'CaStack', { env: ENV });
    const devices = new Stack(app, 'DevStack', { env: ENV });
    new CfnOutput(own, 'Nothing', { value: 'here' });
    if (hasCa) {
      const ca = new PrivateIotCa(own, 'Ca', { subject: { commonName: 'Factory' } });
      ['pump-1', 'pump-2'].forEach(commonName => new DeviceCertificate(devices, commonName, { ca, subject: { commonName } }));
    }
    app.synth();
  };
  declare(true);
  await cliOk('local', '--app', app.outdir, '--out', folder);
  declare(false);
  expect(await cliOk('local', '--app', app.outdir, '--out', folder, '--stack', 'CaStack')).toMatch(
    /^warning: stack CaStack: the CA Ca\w+ will be removed; 2 device certificates of stack DevStack will be left without their CA\n/);
});
