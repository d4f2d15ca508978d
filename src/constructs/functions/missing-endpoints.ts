import { Resource, Stack } from 'aws-cdk-lib';
import { CfnVPCEndpoint, IVpc, SelectedSubnets } from 'aws-cdk-lib/aws-ec2';
import { Construct, IConstruct } from 'constructs';
import { callerIn, rightsOf } from './rights-of-caller';
import { endpointFor, INTERNET } from './vpc-endpoints';

/**
 * What the function of a scope calls: names of services, as the names of their endpoints have them, and the internet. After the synthesis,
 * the rights of its role say which services it calls.
 */
export function calledFrom(scope: IConstruct): string[] {
  const caller = callerIn(scope);
  return caller ? [...new Set([...rightsOf(scope).flatMap(action => endpointFor(action) ?? []), ...caller.calls])].sort() : [];
}

/**
 * Complaints about services that a function calls and can't reach from isolated subnets of a VPC of this app. Where an imported VPC leads is
 * not known.
 */
export function missingEndpoints(scope: Construct, vpc: IVpc, { subnets }: SelectedSubnets): string[] {
  if (!Resource.isOwnedResource(vpc) || !subnets.every(subnet => vpc.isolatedSubnets.includes(subnet))) {
    return [];
  }
  const there = endpointsOf(vpc);
  const missing = calledFrom(scope).filter(called => !there.some(service => service === called || service.endsWith(`.${called}`)));
  return missing.length === 0 ? [] : [`vpc must lead to ${missing.map(words).join(', ')}, which the function calls, got the isolated subnets of ${vpc.node.path}; `
    + `add ${missing.includes(INTERNET) ? 'a NAT gateway' : 'VPC endpoints for them'}, or select other subnets`];
}

function words(called: string): string {
  return called === INTERNET ? 'the internet' : called;
}

/** The names of the services for which an app makes endpoints in a VPC, wherever they are declared. */
function endpointsOf(vpc: IVpc): string[] {
  return vpc.node.root.node.findAll()
    .filter(construct => construct instanceof CfnVPCEndpoint)
    .filter(endpoint => JSON.stringify(endpoint.vpcId) === JSON.stringify(vpc.vpcId))
    .map(endpoint => nameIn(Stack.of(endpoint).resolve(endpoint.serviceName)));
}

/** The name of a service, whose parts may be an expression. */
function nameIn(name: string | { readonly 'Fn::Join': [string, unknown[]] }): string {
  return typeof name === 'string' ? name : name['Fn::Join'][1].map(part => typeof part === 'string' ? part : '').join('');
}
