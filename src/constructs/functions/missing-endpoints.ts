import { Resource, Stack, Token } from 'aws-cdk-lib';
import { CfnVPCEndpoint, IVpc, SelectedSubnets } from 'aws-cdk-lib/aws-ec2';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct, IConstruct } from 'constructs';
import { PrivateIotCaFunctionProxy } from './function-proxy';
import { isReachedDirectly } from './proxy-rules';
import { callerIn, rightsOf } from './rights-of-caller';
import { endpointFor, INTERNET } from './vpc-endpoints';

/**
 * What the function of a scope calls: names of services, as the names of their endpoints have them, and the internet. After the synthesis,
 * the rights of its role say which services it calls.
 *
 * @param proxy what the function reaches through it is left out
 */
export function calledFrom(scope: IConstruct, proxy?: PrivateIotCaFunctionProxy): string[] {
  const caller = callerIn(scope);
  const isDirect = (service: string): boolean => !proxy || hostsOf(service, Stack.of(scope)).some(host => isReachedDirectly(host, proxy));
  const byRights = rightsOf(scope).filter(action => isDirect(action.split(':')[0]!)).flatMap(action => endpointFor(action) ?? []);
  return caller ? [...new Set([...byRights, ...caller.calls.filter(isDirect)])].sort() : [];
}

/**
 * Hosts of a service: its own, and for S3 that of a bucket. The internet is none of these hosts, and is reached through a proxy. Where the Region
 * is not known, the hosts are those of a Region in general.
 */
function hostsOf(service: string, { region: given }: Stack): string[] {
  const region = Token.isUnresolved(given) ? 'region' : given;
  const host = `${service}.${region}.${RegionInfo.get(region).domainSuffix ?? 'amazonaws.com'}`;
  return service === INTERNET ? [] : service === 's3' ? [host, `bucket.${host}`] : [host];
}

/**
 * Complaints about services that a function calls and can't reach from isolated subnets of a VPC of this app, neither through an endpoint nor through
 * the proxy. Where an imported VPC leads is not known.
 */
export function missingEndpoints(scope: Construct, vpc: IVpc, { subnets }: SelectedSubnets, proxy: PrivateIotCaFunctionProxy | undefined): string[] {
  if (!Resource.isOwnedResource(vpc) || !subnets.every(subnet => vpc.isolatedSubnets.includes(subnet))) {
    return [];
  }
  const there = endpointsOf(vpc);
  const missing = calledFrom(scope, proxy).filter(called => !there.some(service => service === called || service.endsWith(`.${called}`)));
  return missing.length === 0 ? [] : [`vpc must lead to ${missing.map(words).join(', ')}, which the function calls${proxy ? ' without the proxy' : ''}, `
    + `got the isolated subnets of ${vpc.node.path}; `
    + `add ${missing.includes(INTERNET) ? 'a NAT gateway' : 'VPC endpoints for them'}, ${proxy ? 'take them out of noProxy, ' : ''}or select other subnets`];
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
