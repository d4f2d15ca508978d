import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role } from 'aws-cdk-lib/aws-iam';
import { PrivateIotCaFunctions } from '../../src';
import { registeredStack } from '../support/registered-stack';
import { statementsOf } from '../support/stacks';

const ROLES = [
  'PrivateIotCaProvider/Role', 'PrivateIotCaAwsIotRegistrar/Role', 'PrivateIotCaAzureRegistrar/Role', 'PrivateIotCaHuaweiRegistrar/Role',
  'PrivateIotCaApsaraMqttRegistrar/Role', 'PrivateIotCaTencentRegistrar/Role', 'Jitp/ProvisioningRole',
  'Ca/Revocation/Role', 'Ca/Revocation/Ocsp/Role', 'Ca/RevokeFunction/Role', 'InKms/Revocation/Role', 'Existing/Revocation/Role', 'Expiry/Role',
].map(path => `Stack/${path}`);

interface ReportedRole {
  readonly roleConstructPath: string;
  readonly managedPolicyStatements: { Action: string | string[] }[];
  readonly identityPolicyStatements: { Action: string | string[] }[];
}

/** The actions that the report lists for each role. */
function reportedActions(outdir: string): Map<string, string[]> {
  const { roles } = JSON.parse(readFileSync(join(outdir, 'iam-policy-report.json'), 'utf8')) as { roles: ReportedRole[] };
  return new Map(roles.map(role => [role.roleConstructPath, actionsOf([...role.managedPolicyStatements, ...role.identityPolicyStatements])]));
}

/** The actions that the policies of a template allow, in order. */
function actionsOf(statements: readonly { Action: string | string[] }[]): string[] {
  return [...new Set(statements.flatMap(({ Action }) => Action))].sort();
}

function typesOf(stack: Stack, outdir: string): string[] {
  const { Resources } = JSON.parse(readFileSync(join(outdir, stack.templateFile), 'utf8')) as { Resources: { [id: string]: { Type: string } } };
  return Object.values(Resources).map(({ Type }) => Type);
}

/** What the functions and the provisioning are allowed in an app that customizes nothing. */
const granted = actionsOf(statementsOf(registeredStack()));

test('an app whose roles were made beforehand synthesizes, without a role or a policy in its template, and reports all rights', () => {
  const app = new App();
  Role.customizeRoles(app, { usePrecreatedRoles: Object.fromEntries(ROLES.map((path, index) => [path, `corp-${index}`])) });
  const stack = registeredStack(app);
  const { directory } = app.synth();

  expect(typesOf(stack, directory).filter(type => type.startsWith('AWS::IAM::'))).toEqual([]);
  const reported = reportedActions(directory);
  expect([...reported.keys()].sort()).toEqual([...ROLES].sort());
  expect([...new Set([...reported.values()].flat())].sort()).toEqual(granted);
  expect(reported.get('Stack/PrivateIotCaProvider/Role')).toEqual(expect.arrayContaining([
    'logs:PutLogEvents', 'dynamodb:PutItem', 'kms:Sign', 'secretsmanager:PutSecretValue', 'ssm:PutParameter',
  ]));
  expect(reported.get('Stack/Jitp/ProvisioningRole')).toEqual(expect.arrayContaining(['iot:RegisterThing', 'iot:AddThingToThingGroup']));
  expect(reported.get('Stack/PrivateIotCaAwsIotRegistrar/Role')).toContain('iot:GetRegistrationCode');
  expect(readFileSync(join(directory, 'iam-policy-report.txt'), 'utf8')).toContain('<corp-0> (Stack/PrivateIotCaProvider/Role)');
});

test('a role that is not named among those made beforehand is an error that gives its path, and no stray one', () => {
  const app = new App();
  Role.customizeRoles(app, { usePrecreatedRoles: Object.fromEntries(ROLES.slice(1).map(path => [path, 'corp'])) });
  const stack = registeredStack(app);
  const messages = app.synth().getStackArtifact(stack.artifactId).messages.filter(({ level }) => level === 'error');
  expect([...new Set(messages.map(({ entry }) => String(entry.data)))]).toEqual([
    expect.stringContaining('IAM Role is being created at path "Stack/PrivateIotCaProvider/Role"'),
  ]);
});

test('an app that only has its roles reported gets the report, and the same policies as without it', () => {
  const app = new App();
  Role.customizeRoles(app, { preventSynthesis: false });
  const stack = registeredStack(app);
  const { directory } = app.synth();

  expect([...new Set([...reportedActions(directory).values()].flat())].sort()).toEqual(granted);
  expect(actionsOf(statementsOf(stack))).toEqual(granted);
});

test('roles that were made beforehand keep their names, and the report has the rights that options of functions need', () => {
  const app = new App();
  Role.customizeRoles(app, { usePrecreatedRoles: Object.fromEntries(ROLES.map((path, index) => [path, `corp-${index}`])) });
  const stack = registeredStack(app);
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1', availabilityZones: ['a'], privateSubnetIds: ['subnet-1'], privateSubnetRouteTableIds: ['rtb-1'],
  });
  PrivateIotCaFunctions.of(app).apply({ vpc, rolePath: '/iot/', roleNamePrefix: 'acme-' });
  const { directory } = app.synth();

  expect(typesOf(stack, directory).filter(type => type.startsWith('AWS::IAM::'))).toEqual([]);
  expect(reportedActions(directory).get('Stack/PrivateIotCaProvider/Role')).toContain('ec2:CreateNetworkInterface');
});
