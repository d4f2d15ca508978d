import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as ts from 'typescript';
import * as library from '../src';

const ROOT = resolve(__dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** What a snippet that imports nothing can take for granted: all of the library, and what the text speaks of. */
const FIXTURE = `
import { readFileSync } from 'node:fs';
import { App, CfnOutput, CfnParameter, Duration, Stack, Tags } from 'aws-cdk-lib';
import { AccountPrincipal, IRole } from 'aws-cdk-lib/aws-iam';
import { CfnCACertificate } from 'aws-cdk-lib/aws-iot';
import { Key } from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { ${Object.keys(library).join(', ')} } from 'cdk-private-iot-ca';
declare const attributesOfOldCa: PrivateIotCaAttributes;
declare const app: App, stack: Stack, ca: PrivateIotCa, verification: VerificationCertificate, device: DeviceCertificate, provisioningRole: IRole;
declare const caRegistration: AwsIotCaRegistration, decisionFunction: IFunction;
`;

const snippets = new Map([...README.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code], n) =>
  [join(ROOT, `README-${n + 1}.ts`), /^import /m.test(code) ? code : `${FIXTURE}{\n${code}}\n`]));

/** What the TypeScript compiler says of these files, snippets among them. */
function complaintsAbout(files: string[]): string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'examples', 'tsconfig.json'), path => readFileSync(path, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, join(ROOT, 'examples'));
  const host = ts.createCompilerHost({ ...options, noUnusedLocals: false });
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = file => snippets.has(file) || fileExists(file);
  host.readFile = file => snippets.get(file) ?? readFile(file);
  host.getSourceFile = (file, target) => snippets.has(file) ? ts.createSourceFile(file, snippets.get(file)!, target) : getSourceFile(file, target);
  const program = ts.createProgram(files, { ...options, noUnusedLocals: false, noEmit: true }, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) =>
    `${file?.fileName}:${file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : ''} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

test('every TypeScript snippet of the README compiles, and so do the examples and the benchmark', () => {
  expect(snippets.size).toBeGreaterThan(8);
  const programs = ['examples', 'bench'].flatMap(folder => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.includes('node_modules')).map(file => join(ROOT, folder, file)));
  expect(complaintsAbout([...snippets.keys(), ...programs])).toEqual([]);
}, 60_000);

test('every file and folder that the README links to is there', () => {
  const links = [...README.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, path]) => path);
  expect(links.length).toBeGreaterThan(5);
  for (const link of links) {
    expect(ts.sys.fileExists(join(ROOT, link)) || ts.sys.directoryExists(join(ROOT, link)) ? '' : link).toBe('');
  }
});

/** The errors that the platforms' users meet, each in the words in which they meet it. */
test.each([
  'RegistrationCodeValidationException', 'CertificateValidationException', 'does not have the basicConstraints extension as true', 'ResourceAlreadyExistsException',
  'The key in the certificate is not valid', 'LimitExceededException', 'CertificateConflictException', 'CertificateStateException (406)', 'DeleteConflictException',
  'PENDING_ACTIVATION', 'Cannot resolve reference value', 'Neither policyName nor policyDocument', 'AccessDeniedException', 'ThrottlingException',
  'IH400053', 'a code that has expired', 'Invalid ETag', 'Transitioning', '401002 CA certificate not found', '`Unauthorized` from DPS',
  'AADSTS7000215', 'AADSTS700016', 'AuthorizationFailed', 'ResourceNotFound', 'SubscriptionNotFound', 'The number of certificates exceeds the quota',
  'IOTDA.000022', 'IOTDA.001006', 'APIGW.0302', 'APIGW.0303', 'UnauthorizedOperation', 'UnsupportedRegion',
  'answered no JSON', 'answered without its list', 'ANSWER_TOO_LONG', 'visible characters of ASCII alone',
  'IOTDA.014300', 'IOTDA.014301', 'IOTDA.014304', 'IOTDA.014308', 'APIGW.0301', '100226 cert commonName is null', '100217 certificate already exists',
  'RegisterCodeError', 'ParameterFieldCheckFailed', 'InstancePermissionCheckFailed', 'MqttInstanceNotFound',
  'InvalidParameterValue.CACertInvalid', 'InvalidParameterValue.CACertNotMatch', 'LimitExceeded (…); an account takes at most 10 CA certificates', 'LimitExceeded.CARepeat', 'LimitExceeded.CACertNameRepeat',
  'LimitExceeded.CAAlreadyBindProduct', 'LimitExceeded.CACertNotSupport', 'ResourceNotFound.CACertNotExist', 'AuthFailure.SignatureFailure', 'SignatureDoesNotMatch',
])('troubleshooting has a heading for %s', error => {
  expect(README.split('\n').filter(line => line.startsWith('#### ') && line.includes(error))).not.toEqual([]);
});
