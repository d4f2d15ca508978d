import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import * as library from '../../src';
import { ROOT, snippets } from '../support/documents';

/** What a snippet that imports nothing can take for granted: all of the library, and what the text speaks of. */
const FIXTURE = `
import { readFileSync } from 'node:fs';
import { Annotations, App, CfnOutput, CfnParameter, Duration, RemovalPolicies, Stack, Tags } from 'aws-cdk-lib';
import { IVpc, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { AccountPrincipal, IRole } from 'aws-cdk-lib/aws-iam';
import { CfnCACertificate, CfnDomainConfiguration } from 'aws-cdk-lib/aws-iot';
import { TrustStore } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnTrustAnchor } from 'aws-cdk-lib/aws-rolesanywhere';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { ${Object.keys(library).join(', ')} } from 'cdk-private-iot-ca';
declare const attributesOfOldCa: PrivateIotCaAttributes;
declare const app: App, stack: Stack, ca: PrivateIotCa, verification: VerificationCertificate, device: DeviceCertificate, provisioningRole: IRole;
declare const caRegistration: AwsIotCaRegistration, decisionFunction: IFunction, vpc: IVpc;
`;

const sources = new Map(snippets().map(({ document, code }, n) =>
  [join(ROOT, `${document.replace(/\W/g, '-')}-${n + 1}.ts`), /^import /m.test(code) ? code : `${FIXTURE}{\n${code}}\n`]));

/** That a name is not used, which a snippet may declare for the reader. */
const UNUSED = [6133, 6192, 6196, 6198];

/** What the TypeScript compiler says of these files, snippets among them. */
function complaintsAbout(files: string[]): string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'examples', 'tsconfig.json'), path => readFileSync(path, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, join(ROOT, 'examples'));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = file => sources.has(file) || fileExists(file);
  host.readFile = file => sources.get(file) ?? readFile(file);
  host.getSourceFile = (file, target) => sources.has(file) ? ts.createSourceFile(file, sources.get(file)!, target) : getSourceFile(file, target);
  const program = ts.createProgram(files, { ...options, declaration: false, noEmit: true }, host);
  const complaints = ts.getPreEmitDiagnostics(program).filter(({ file, code }) => !UNUSED.includes(code) || !sources.has(file!.fileName));
  return complaints.map(({ file, start, messageText }) =>
    `${file?.fileName}:${file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : ''} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

// Jest compiles the tests without a look at their types. All is one program here: it takes longer to read aws-cdk-lib than to check what uses it.
test('every TypeScript snippet of README.md and of the documentation compiles, and so do the tests, the examples and the benchmark', () => {
  expect(sources.size).toBeGreaterThan(30);
  const programs = ['test', 'projenrc', 'examples', 'bench'].flatMap(folder => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.includes('node_modules')).map(file => join(ROOT, folder, file)));
  expect(complaintsAbout([...sources.keys(), ...programs])).toEqual([]);
}, 600_000);
