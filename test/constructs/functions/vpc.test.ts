import { App, Aspects, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  GatewayVpcEndpointAwsService, InterfaceVpcEndpoint, InterfaceVpcEndpointAwsService, SecurityGroup, SubnetType, Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { AwsIotCaRegistration, AwsIotCertificateMode, PrivateIotCa, PrivateIotCaFunctions, Renewal } from '../../../src';
import { CONTEXTS } from '../../support/feature-flags';
import { registeredStack } from '../../support/registered-stack';

type Resource = { Type: string; Properties: any; DependsOn?: string[] };

function resources(stack: Stack): [string, Resource][] {
  return Object.entries(Template.fromStack(stack).toJSON().Resources);
}

function functionsOf(stack: Stack): [string, Resource][] {
  return resources(stack).filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
}

const ISOLATED = { maxAzs: 2, natGateways: 0, subnetConfiguration: [{ name: 'iot', subnetType: SubnetType.PRIVATE_ISOLATED }] };

/** A stack with a CA that runs in a VPC. */
function stackInVpc(app: App, declare: (stack: Stack) => Vpc = stack => new Vpc(stack, 'Vpc', { maxAzs: 2 })) {
  const stack = new Stack(app, 'Iot');
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
  const vpc = declare(stack);
  PrivateIotCaFunctions.of(stack).apply({ vpc });
  return { stack, ca, vpc };
}

test.each(CONTEXTS)('every function of the library runs in the private subnets of the VPC, with a security group that lets only HTTPS out, with %s', (_, context) => {
  const app = new App({ context });
  const network = new Stack(app, 'Network');
  const vpc = new Vpc(network, 'Vpc', { maxAzs: 2 });
  const stack = registeredStack(app);
  PrivateIotCaFunctions.of(app).apply({ vpc });
  const functions = functionsOf(stack);
  expect(functions.length).toBeGreaterThan(8);
  functions.forEach(([, { Properties }]) => expect(Properties.VpcConfig.SubnetIds).toHaveLength(2));
  const groups = resources(stack).filter(([, { Type }]) => Type === 'AWS::EC2::SecurityGroup');
  expect(groups).toHaveLength(functions.length);
  groups.forEach(([, { Properties }]) => {
    expect(Properties.SecurityGroupEgress).toEqual([expect.objectContaining({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0' })]);
    expect(Properties.SecurityGroupIngress).toBeUndefined();
  });
});

test('Lambda can manage network interfaces for a function before the function is made, and its code can not', () => {
  const { stack } = stackInVpc(new App());
  const [[, { Properties, DependsOn }]] = functionsOf(stack);
  const all = Object.fromEntries(resources(stack));
  const network = all[DependsOn!.find(id => id.includes('Network'))!];
  expect(network.Properties.Roles).toEqual([{ Ref: Properties.Role['Fn::GetAtt'][0] }]);
  const [allowed, denied] = network.Properties.PolicyDocument.Statement;
  expect(allowed).toMatchObject({ Effect: 'Allow', Action: expect.arrayContaining(['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface']) });
  expect(denied).toMatchObject({ Effect: 'Deny', Action: allowed.Action, Condition: { ArnLike: { 'lambda:SourceFunctionArn': expect.anything() } } });
});

test('the way out of the VPC is there as long as the function, so that the certificates can be removed with the stack', () => {
  const { stack } = stackInVpc(new App(), scope => {
    const vpc = new Vpc(scope, 'Vpc', { maxAzs: 1 });
    vpc.addGatewayEndpoint('Tables', { service: GatewayVpcEndpointAwsService.DYNAMODB });
    return vpc;
  });
  const [[, { DependsOn }]] = functionsOf(stack);
  const types = DependsOn!.map(id => Object.fromEntries(resources(stack))[id].Type);
  expect(types).toEqual(expect.arrayContaining(['AWS::EC2::Route', 'AWS::EC2::VPCEndpoint']));
});

test('subnets and security groups of the user are used, and no other security group is made', () => {
  const app = new App();
  const stack = new Stack(app, 'Iot', { env: { account: '111111111111', region: 'eu-central-1' } });
  new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1', availabilityZones: ['eu-central-1a', 'eu-central-1b'], privateSubnetIds: ['subnet-1', 'subnet-2'], isolatedSubnetIds: ['subnet-3', 'subnet-4'],
  });
  PrivateIotCaFunctions.of(app).apply({ vpc, vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED } });
  PrivateIotCaFunctions.of(stack).apply({ securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')] });
  const [[, { Properties }]] = functionsOf(stack);
  expect(Properties.VpcConfig).toEqual({ SubnetIds: ['subnet-3', 'subnet-4'], SecurityGroupIds: ['sg-1'] });
  Template.fromStack(stack).resourceCountIs('AWS::EC2::SecurityGroup', 0);
});

test('a stack with a VPC of its own takes no subnets and security groups of the VPC around it', () => {
  const app = new App();
  const network = new Stack(app, 'Network');
  const vpc = new Vpc(network, 'Vpc', { maxAzs: 2 });
  PrivateIotCaFunctions.of(app).apply({
    vpc, vpcSubnets: { subnets: [vpc.privateSubnets[0]!] }, securityGroups: [new SecurityGroup(network, 'Group', { vpc })],
  });
  const stack = new Stack(app, 'Iot');
  new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
  PrivateIotCaFunctions.of(stack).apply({ vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
  const [[, { Properties }]] = functionsOf(stack).filter(([id]) => id.startsWith('PrivateIotCaProvider'));
  expect(Properties.VpcConfig.SubnetIds).toEqual([{ Ref: expect.stringContaining('VpcPrivateSubnet1') }, { Ref: expect.stringContaining('VpcPrivateSubnet2') }]);
  expect(Properties.VpcConfig.SecurityGroupIds).toEqual([{ 'Fn::GetAtt': [expect.stringContaining('PrivateIotCaProviderSecurityGroup'), 'GroupId'] }]);
});

test('a VPC that is looked up synthesizes before its subnets are known', () => {
  const app = new App();
  const stack = new Stack(app, 'Iot', { env: { account: '111111111111', region: 'eu-central-1' } });
  new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
  PrivateIotCaFunctions.of(stack).apply({ vpc: Vpc.fromLookup(stack, 'Vpc', { vpcName: 'corporate' }) });
  const { missing } = app.synth().manifest;
  expect(missing).toEqual([expect.objectContaining({ provider: 'vpc-provider' })]);
});

test('an Aspect that demands a VPC of every function finds it', () => {
  const app = new App();
  const { stack, ca } = stackInVpc(app);
  ca.publishRevocation({ ocsp: true });
  const without: string[] = [];
  Aspects.of(app).add({ visit: node => void (node instanceof CfnFunction && !node.vpcConfig && without.push(node.node.path)) });
  expect(functionsOf(stack)).toHaveLength(3);
  expect(without).toEqual([]);
});

test.each<[string, object, string]>([
  ['subnets', { vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED } }, 'vpc must be given with vpcSubnets, got none'],
  ['security groups', { securityGroups: [{ securityGroupId: 'sg-1' }] }, 'vpc must be given with securityGroups, got none'],
])('%s without a VPC are an error', (_, options, message) => {
  const stack = new Stack(new App(), 'Iot');
  new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
  PrivateIotCaFunctions.of(stack).apply(options);
  expect(() => Template.fromStack(stack)).toThrow(`Iot/PrivateIotCaProvider: ${message}`);
});

test('public subnets are an error, because a function has no public address there', () => {
  const app = new App();
  const { stack } = stackInVpc(app);
  PrivateIotCaFunctions.of(stack).apply({ vpcSubnets: { subnetType: SubnetType.PUBLIC } });
  expect(() => app.synth()).toThrow('Iot/PrivateIotCaProvider: vpcSubnets must be private or isolated subnets, because a function has no public address, got public subnets of Iot/Vpc');
});

describe('isolated subnets', () => {
  const services = {
    cloudformation: InterfaceVpcEndpointAwsService.CLOUDFORMATION, secretsmanager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  };
  const gateways = { dynamodb: GatewayVpcEndpointAwsService.DYNAMODB, s3: GatewayVpcEndpointAwsService.S3 };

  /** An isolated VPC with endpoints for these services. */
  const vpcWith = (names: string[]) => (stack: Stack): Vpc => {
    const vpc = new Vpc(stack, 'Vpc', ISOLATED);
    Object.entries(gateways).filter(([name]) => names.includes(name)).forEach(([name, service]) => vpc.addGatewayEndpoint(name, { service }));
    Object.entries(services).filter(([name]) => names.includes(name)).forEach(([name, service]) => vpc.addInterfaceEndpoint(name, { service }));
    return vpc;
  };
  const ALL = [...Object.keys(services), ...Object.keys(gateways)];

  test('with an endpoint for each service that the function calls are good', () => {
    const app = new App();
    stackInVpc(app, vpcWith(ALL));
    expect(() => app.synth()).not.toThrow();
  });

  test.each(ALL)('without an endpoint for %s are an error that names the service', missing => {
    const app = new App();
    stackInVpc(app, vpcWith(ALL.filter(name => name !== missing)));
    expect(() => app.synth()).toThrow(`[Iot/PrivateIotCaProvider] vpc must lead to ${missing}, which the function calls, got the isolated subnets of Iot/Vpc; `
      + 'add VPC endpoints for them, or select other subnets');
  });

  test.each(['eu-central-1', 'cn-north-1', 'us-gov-west-1'])('know the endpoints of %s, whose names have other beginnings', region => {
    const app = new App();
    const stack = new Stack(app, 'Iot', { env: { account: '111111111111', region } });
    new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
    PrivateIotCaFunctions.of(stack).apply({ vpc: vpcWith(ALL)(stack) });
    expect(() => app.synth()).not.toThrow();
  });

  test('find an endpoint that another construct makes in the VPC', () => {
    const app = new App();
    const { stack, vpc } = stackInVpc(app, vpcWith(ALL.filter(name => name !== 'secretsmanager')));
    new InterfaceVpcEndpoint(stack, 'Secrets', { vpc, service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER });
    expect(() => app.synth()).not.toThrow();
  });

  test('are an error for a function whose role is that of another function, with the rights of both', () => {
    const app = new App();
    const { ca } = stackInVpc(app, vpcWith(ALL.filter(name => name !== 'secretsmanager')));
    ca.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001' }, renewal: Renewal.beforeExpiry(Duration.days(30)) });
    expect(() => app.synth()).toThrow('[Iot/PrivateIotCaRenewals] vpc must lead to secretsmanager, which the function calls, got the isolated subnets of Iot/Vpc');
  });

  test('are an error for a function that calls an API without an endpoint', () => {
    const app = new App();
    const { stack, ca } = stackInVpc(app, vpcWith(ALL));
    new AwsIotCaRegistration(stack, 'Registration', { ca, mode: AwsIotCertificateMode.DEFAULT });
    expect(() => app.synth()).toThrow('[Iot/PrivateIotCaAwsIotRegistrar] vpc must lead to the internet, which the function calls, got the isolated subnets of Iot/Vpc; '
      + 'add a NAT gateway, or select other subnets');
  });
});
