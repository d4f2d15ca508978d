import { App, Aspects, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { GatewayVpcEndpointAwsService, InterfaceVpcEndpointAwsService, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { CfnFunction, Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';
import { AwsIotCaRegistration, AwsIotCertificateMode, PrivateIotCa, PrivateIotCaFunctionOptions, PrivateIotCaFunctions } from '../../../src';
import { CONTEXTS } from '../../support/feature-flags';
import { registeredStack } from '../../support/registered-stack';

const NODE_24 = new Runtime('nodejs24.x', RuntimeFamily.NODEJS);
const URL_OF_PROXY = 'http://proxy.example.internal:3128';
const ISOLATED = { maxAzs: 1, natGateways: 0, subnetConfiguration: [{ name: 'iot', subnetType: SubnetType.PRIVATE_ISOLATED }] };

function functionsOf(stack: Stack): any[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function')).map(({ Properties }) => Properties);
}

/** A stack with a CA whose functions have these options. */
function stackWith(options: PrivateIotCaFunctionOptions, env?: object): Stack {
  const stack = new Stack(new App(), 'Iot', { env });
  new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
  PrivateIotCaFunctions.of(stack).apply({ runtime: NODE_24, ...options });
  return stack;
}

function applying(options: PrivateIotCaFunctionOptions): () => void {
  return () => stackWith(options);
}

test.each(CONTEXTS)('every function of the library reaches everything through the proxy of the app, with %s', (_, context) => {
  const app = new App({ context });
  const stack = registeredStack(app);
  PrivateIotCaFunctions.of(app).apply({ runtime: NODE_24, proxy: { url: URL_OF_PROXY, noProxy: ['.internal', 'dynamodb.eu-central-1.amazonaws.com'] } });
  const functions = functionsOf(stack);
  expect(functions.length).toBeGreaterThan(8);
  functions.forEach(({ Environment }) => expect(Environment.Variables).toMatchObject({
    NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: URL_OF_PROXY, NO_PROXY: '.internal,dynamodb.eu-central-1.amazonaws.com',
  }));
  functions.forEach(({ Environment }) => expect(Environment.Variables).not.toHaveProperty('HTTP_PROXY')); // Lambda's own address is of HTTP
});

test('a proxy without exceptions has no variable for them, and the other variables stay', () => {
  const [{ Environment: { Variables } }] = functionsOf(stackWith({ proxy: { url: URL_OF_PROXY } }));
  expect(Object.keys(Variables)).toEqual(expect.arrayContaining(['STACK_ID', 'CERTIFICATE_AUTHORITIES', 'HTTPS_PROXY']));
  expect(Variables).not.toHaveProperty('NO_PROXY');
});

test('the exceptions of an outer scope do not hold for the proxy of an inner one', () => {
  const app = new App();
  const stack = new Stack(app, 'Iot');
  new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
  PrivateIotCaFunctions.of(app).apply({ runtime: NODE_24, proxy: { url: 'http://outer.internal:3128', noProxy: ['.internal'] } });
  PrivateIotCaFunctions.of(stack).apply({ proxy: { url: URL_OF_PROXY } });
  const [{ Environment: { Variables } }] = functionsOf(stack);
  expect([Variables.HTTPS_PROXY, Variables.NO_PROXY]).toEqual([URL_OF_PROXY, undefined]);
});

test('the proxy and its exceptions can be parameters', () => {
  const stack = new Stack(new App(), 'Iot');
  const url = new CfnParameter(stack, 'Proxy').valueAsString;
  const hosts = new CfnParameter(stack, 'Direct').valueAsString;
  new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
  PrivateIotCaFunctions.of(stack).apply({ runtime: NODE_24, proxy: { url, noProxy: [hosts, '.internal'] } });
  const [{ Environment: { Variables } }] = functionsOf(stack);
  expect(Variables).toMatchObject({ HTTPS_PROXY: { Ref: 'Proxy' }, NO_PROXY: { 'Fn::Join': ['', [{ Ref: 'Direct' }, ',.internal']] } });
});

describe('a proxy', () => {
  test.each(['http://proxy:3128', 'https://proxy.example.com', 'http://10.0.0.1:8080/', 'http://[fd00::1]:3128'])('can be %s', url => {
    expect(applying({ proxy: { url } })).not.toThrow();
  });

  test.each<[string, string]>([
    ['proxy.internal:3128', 'got "proxy.internal:3128"'],
    ['socks5://proxy:1080', 'got "socks5://proxy:1080"'],
    ['HTTP://proxy:3128', 'got "HTTP://proxy:3128"'], // Node.js would ignore it
    [' http://proxy:3128', 'got " http://proxy:3128"'],
    ['', 'got ""'],
  ])('can\'t be %j', (url, got) => {
    expect(applying({ proxy: { url } })).toThrow(`Iot: proxy.url must be the URL of a proxy with http or https in small letters, such as http://proxy.example.internal:3128, ${got}`);
  });

  test.each(['http://anna:hunter22@proxy:3128', 'http://hunter22@proxy:3128', 'socks5://anna:hunter22@proxy', 'anna:hunter22@proxy:3128'])(
    'has no credentials, which the message does not show: %s', url => {
      const message = (() => {
        try {
          return String(applying({ proxy: { url } })());
        } catch (error) {
          return (error as Error).message;
        }
      })();
      expect(message).toMatch(/^Iot: proxy\.url must (have no user name and no password|be the URL of a proxy)/);
      expect(message).not.toMatch(/hunter22|anna/);
    });

  test('has no path', () => {
    expect(applying({ proxy: { url: 'http://proxy:3128/pac' } })).toThrow('proxy.url must end after the port, because a proxy has no path, got "http://proxy:3128/pac"');
  });

  test.each(['internal', '.internal', '*.internal', 'localhost:8443', '10.0.0.1', '10.0.0.1-10.0.0.255', 'S3.eu-central-1.AMAZONAWS.com'])('can have the exception %s', host => {
    expect(applying({ proxy: { url: URL_OF_PROXY, noProxy: [host] } })).not.toThrow();
  });

  test.each<[string, string]>([
    ['*', '"*"; leave proxy out if no host is reached through it'],
    ['10.0.0.0/8', '"10.0.0.0/8"; Node.js knows no other form'],
    ['a,b', '"a,b"; '], ['https://a', '"https://a"; '], ['.internal:8443', '".internal:8443"; '], ['', '""; '], ['a b', '"a b"; '],
  ])('can\'t have the exception %j', (host, got) => {
    expect(applying({ proxy: { url: URL_OF_PROXY, noProxy: ['.internal', host] } })).toThrow('Iot: proxy.noProxy[1] must be a host, a domain that begins with a dot, such as '
      + `.amazonaws.com, or a range of IPv4 addresses such as 10.0.0.1-10.0.0.255, got ${got}`);
  });

  test('is a map with a URL', () => {
    expect(applying({ proxy: URL_OF_PROXY as any })).toThrow('proxy must be a PrivateIotCaFunctionProxy, a map of url, noProxy');
  });
});

describe('the runtime of a function with a proxy', () => {
  const message = (got: string) => '[Iot/PrivateIotCaProvider] runtime must be Node.js 24 or newer with proxy, because an older version does not lead all calls through the proxy, '
    + `got ${got}; set runtime: new Runtime('nodejs24.x', RuntimeFamily.NODEJS)`;

  test('must be Node.js 24 or newer', () => {
    expect(() => Template.fromStack(stackWith({ runtime: Runtime.NODEJS_22_X, proxy: { url: URL_OF_PROXY } }))).toThrow(message('"nodejs22.x"'));
    expect(() => Template.fromStack(stackWith({ runtime: new Runtime('nodejs26.x', RuntimeFamily.NODEJS), proxy: { url: URL_OF_PROXY } }))).not.toThrow();
    expect(() => Template.fromStack(stackWith({ runtime: Runtime.NODEJS_22_X }))).not.toThrow();
  });

  test('counts as it is deployed, also if an Aspect has changed it', () => {
    const stack = stackWith({ proxy: { url: URL_OF_PROXY } });
    Aspects.of(stack).add({ visit: node => void (node instanceof CfnFunction && (node.runtime = 'nodejs22.x')) });
    expect(() => Template.fromStack(stack)).toThrow(message('"nodejs22.x"'));
  });

  test('must be known', () => {
    const stack = stackWith({ proxy: { url: URL_OF_PROXY } });
    const runtime = new CfnParameter(stack, 'Runtime').valueAsString;
    Aspects.of(stack).add({ visit: node => void (node instanceof CfnFunction && (node.runtime = runtime)) });
    expect(() => Template.fromStack(stack)).toThrow(message('a token'));
  });
});

describe('the security group of a function in a VPC', () => {
  const portsOut = (proxy: PrivateIotCaFunctionOptions['proxy']): number[] => {
    const stack = new Stack(new App(), 'Iot');
    new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
    PrivateIotCaFunctions.of(stack).apply({ runtime: NODE_24, vpc: new Vpc(stack, 'Vpc', ISOLATED), proxy });
    const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::EC2::SecurityGroup'));
    return Properties.SecurityGroupEgress.map(({ FromPort, ToPort }: { FromPort: number; ToPort: number }) => FromPort === ToPort && FromPort);
  };

  test('lets out only what leads to the proxy', () => {
    expect(portsOut({ url: URL_OF_PROXY })).toEqual([3128]);
    expect(portsOut({ url: 'http://proxy' })).toEqual([80]);
    expect(portsOut({ url: 'https://proxy' })).toEqual([443]);
  });

  test('also lets HTTPS out where hosts are reached without the proxy', () => {
    expect(portsOut({ url: URL_OF_PROXY, noProxy: ['.internal'] })).toEqual([3128, 443]);
    expect(portsOut({ url: 'https://proxy', noProxy: ['.internal'] })).toEqual([443]);
  });

  test('must be given if the port of the proxy is not known', () => {
    const stack = new Stack(new App(), 'Iot');
    new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 1 });
    PrivateIotCaFunctions.of(stack).apply({ runtime: NODE_24, vpc, proxy: { url: new CfnParameter(stack, 'Proxy').valueAsString } });
    expect(() => Template.fromStack(stack)).toThrow('Iot/PrivateIotCaProvider: securityGroups must be given with a proxy.url that is a token, because its port is not known, got none');
    const other = new Stack(new App(), 'Iot');
    new PrivateIotCa(other, 'Ca', { subject: { commonName: 'Root' } });
    PrivateIotCaFunctions.of(other).apply({
      runtime: NODE_24,
      vpc: new Vpc(other, 'Vpc', { maxAzs: 1 }),
      securityGroups: [SecurityGroup.fromSecurityGroupId(other, 'Group', 'sg-1')],
      proxy: { url: new CfnParameter(other, 'Proxy').valueAsString },
    });
    expect(() => Template.fromStack(other)).not.toThrow();
  });
});

describe('isolated subnets', () => {
  /** Synthesizes an app in an isolated VPC with a proxy and endpoints for these services. */
  const synth = (noProxy: string[], endpoints: string[], region?: string): (() => void) => () => {
    const app = new App();
    const stack = new Stack(app, 'Iot', { env: region === undefined ? undefined : { account: '111111111111', region } });
    const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
    new AwsIotCaRegistration(stack, 'Registration', { ca, mode: AwsIotCertificateMode.DEFAULT });
    const vpc = new Vpc(stack, 'Vpc', ISOLATED);
    const gateways = { dynamodb: GatewayVpcEndpointAwsService.DYNAMODB, s3: GatewayVpcEndpointAwsService.S3 };
    const interfaces = {
      secretsmanager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER, cloudformation: InterfaceVpcEndpointAwsService.CLOUDFORMATION,
    };
    Object.entries(gateways).filter(([name]) => endpoints.includes(name)).forEach(([name, service]) => vpc.addGatewayEndpoint(name, { service }));
    Object.entries(interfaces).filter(([name]) => endpoints.includes(name)).forEach(([name, service]) => vpc.addInterfaceEndpoint(name, { service }));
    PrivateIotCaFunctions.of(stack).apply({ runtime: NODE_24, vpc, proxy: { url: URL_OF_PROXY, noProxy } });
    app.synth();
  };
  const MISSING = (services: string) => `[Iot/PrivateIotCaProvider] vpc must lead to ${services}, which the function calls without the proxy, got the isolated subnets of Iot/Vpc; `
    + 'add VPC endpoints for them, take them out of noProxy, or select other subnets';

  test('need no endpoint for what is reached through the proxy, nor for the internet', () => {
    expect(synth([], [])).not.toThrow();
    expect(synth(['.internal', '10.0.0.1'], [])).not.toThrow();
  });

  test('need an endpoint for what is reached without it', () => {
    expect(synth(['dynamodb.eu-central-1.amazonaws.com'], [], 'eu-central-1')).toThrow(MISSING('dynamodb'));
    expect(synth(['dynamodb.eu-central-1.amazonaws.com:443'], [], 'eu-central-1')).toThrow(MISSING('dynamodb'));
    expect(synth(['dynamodb.eu-central-1.amazonaws.com'], ['dynamodb'], 'eu-central-1')).not.toThrow();
    expect(synth(['dynamodb.eu-west-1.amazonaws.com'], [], 'eu-central-1')).not.toThrow(); // another host
  });

  test.each(['.s3.eu-central-1.amazonaws.com', '*.s3.eu-central-1.amazonaws.com', 's3.eu-central-1.amazonaws.com'])('need an endpoint for S3 with the exception %s', host => {
    expect(synth([host], [], 'eu-central-1')).toThrow(MISSING('s3'));
    expect(synth([host], ['s3'], 'eu-central-1')).not.toThrow();
  });

  test.each<[string, string | undefined]>([
    ['.amazonaws.com', undefined], ['.amazonaws.com', 'eu-central-1'], ['.eu-central-1.amazonaws.com', 'eu-central-1'], ['.amazonaws.com.cn', 'cn-north-1'],
  ])('need an endpoint for each service of AWS with the exception %s in the Region %s', (host, region) => {
    expect(synth([host], ['secretsmanager', 'cloudformation', 's3'], region)).toThrow(MISSING('dynamodb'));
    expect(synth([host], ['secretsmanager', 'cloudformation', 's3', 'dynamodb'], region)).toThrow('[Iot/PrivateIotCaAwsIotRegistrar] vpc must lead to the internet');
  });

  test('do not lead to AWS IoT Core, which has no endpoint, with an exception for it', () => {
    expect(synth(['iot.eu-central-1.amazonaws.com'], [], 'eu-central-1')).toThrow('[Iot/PrivateIotCaAwsIotRegistrar] vpc must lead to the internet, which the function calls without '
      + 'the proxy, got the isolated subnets of Iot/Vpc; add a NAT gateway, take them out of noProxy, or select other subnets');
  });
});
