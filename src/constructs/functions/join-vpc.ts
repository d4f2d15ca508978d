import { Stack } from 'aws-cdk-lib';
import { CfnVPCEndpoint, ISecurityGroup, IVpc, Peer, Port, SecurityGroup, SelectedSubnets } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct, IConstruct } from 'constructs';
import type { ConfigurableFunction } from './apply-options';
import { PrivateIotCaFunctionOptions } from './function-options';
import { PrivateIotCaFunctionProxy } from './function-proxy';
import { missingEndpoints } from './missing-endpoints';
import { portOf } from './proxy-rules';
import { acknowledge } from '../provider/nag';
import { rolePolicy } from '../provider/role-policy';

/** With which Lambda manages network interfaces. https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
const NETWORK_INTERFACES = [
  'ec2:AssignPrivateIpAddresses', 'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

const HTTPS = 443;

/** Runs a function in the VPC of its options, if they have one. The ids of the constructs are final. */
export function joinVpc(scope: Construct, made: ConfigurableFunction, { vpc, vpcSubnets, securityGroups, proxy }: PrivateIotCaFunctionOptions): void {
  if (!vpc) {
    const useless = vpcSubnets ? 'vpcSubnets' : securityGroups && 'securityGroups';
    if (useless) {
      throw new Error(`${scope.node.path}: vpc must be given with ${useless}, got none; set vpc for the same scope or for one around it`);
    }
    return;
  }
  const subnets = vpc.selectSubnets(vpcSubnets);
  if (subnets.hasPublic) {
    throw new Error(`${scope.node.path}: vpcSubnets must be private or isolated subnets, because a function has no public address, got public subnets of ${vpc.node.path}`);
  }
  const groups = securityGroups ?? [onlyOut(scope, vpc, proxy)];
  (made.function.node.defaultChild as CfnFunction).vpcConfig = {
    subnetIds: subnets.subnetIds,
    securityGroupIds: groups.map(({ securityGroupId }) => securityGroupId),
  };
  const rights = rolePolicy(scope, 'Network', made.role);
  rights.addStatements(
    new PolicyStatement({ actions: NETWORK_INTERFACES, resources: ['*'] }),
    // Only requests of the function's code have this key, not those of Lambda.
    new PolicyStatement({
      effect: Effect.DENY,
      actions: NETWORK_INTERFACES,
      resources: ['*'],
      conditions: { ArnLike: { 'lambda:SourceFunctionArn': `arn:${Stack.of(scope).partition}:lambda:*:*:function:*` } },
    }),
  );
  acknowledge(rights, 'AwsSolutions-IAM5', 'Lambda makes network interfaces whose ids are not known beforehand; the code of the function can\'t', ['Resource::*']);
  made.function.node.addDependency(rights, ...wayOut(vpc, subnets));
  scope.node.addValidation({ validate: () => missingEndpoints(scope, vpc, subnets, proxy) });
}

/** Lets HTTPS out; where everything is reached through a proxy, only what leads to that. */
function onlyOut(scope: Construct, vpc: IVpc, proxy: PrivateIotCaFunctionProxy | undefined): ISecurityGroup {
  const port = proxy && portOf(proxy);
  if (proxy && port === undefined) {
    throw new Error(`${scope.node.path}: securityGroups must be given with a proxy.url that is a token, because its port is not known, got none; `
      + 'set a security group that lets the port of the proxy out, or a URL that is known at synthesis');
  }
  const group = new SecurityGroup(scope, 'SecurityGroup', { vpc, description: 'A function of a private CA for IoT devices', allowAllOutbound: false });
  if (port !== undefined) {
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(port), 'The proxy');
  }
  if (port === undefined || (proxy?.noProxy ?? []).length > 0 && port !== HTTPS) {
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(HTTPS), 'AWS and the platforms of devices');
  }
  return group;
}

/**
 * What has to be there as long as the function: the routes of its subnets, and the endpoints of the VPC. If they were deleted with the stack before the
 * certificates, the function could not answer CloudFormation.
 */
function wayOut(vpc: IVpc, { internetConnectivityEstablished }: SelectedSubnets) {
  const isEndpoint = (construct: IConstruct): boolean => construct instanceof CfnVPCEndpoint;
  return [internetConnectivityEstablished, ...vpc.node.findAll().filter(isEndpoint)];
}
