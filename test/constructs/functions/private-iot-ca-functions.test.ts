import { App, Aspects, CfnResource, PermissionsBoundary as StageBoundary, RemovalPolicies, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { CfnRole, ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Architecture, CfnFunction, Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsIotCaRegistration, AwsIotRevocation, PrivateIotCa, PrivateIotCaFunctionOptions, PrivateIotCaFunctions } from '../../../src';
import { CONTEXTS } from '../../support/feature-flags';
import { registeredStack } from '../../support/registered-stack';
import { stackOf } from '../../support/stacks';

type Resources = { [logicalId: string]: { Type: string; Properties: any; DependsOn?: string[]; DeletionPolicy?: string } };

function resources(stack: Stack): Resources {
  return Template.fromStack(stack).toJSON().Resources;
}

function ofType(all: Resources, type: string): Resources[string][] {
  return Object.values(all).filter(({ Type }) => Type === type);
}

function functionsOf(all: Resources): any[] {
  return ofType(all, 'AWS::Lambda::Function').map(({ Properties }) => Properties);
}

/** Everything the library has, with these options for the whole app. */
function withOptions(options: PrivateIotCaFunctionOptions): Resources {
  const app = new App();
  const stack = registeredStack(app);
  PrivateIotCaFunctions.of(app).apply(options);
  return resources(stack);
}

/** A stack with functions of several kinds, whose template is the same each time. */
function steadyStack(scope: App | Stage = new App()): Stack {
  const stack = new Stack(scope, 'Iot');
  const ca = caIn(stack);
  ca.publishRevocation({ ocsp: true });
  ca.addDeviceCertificate('Pump', { subject: { commonName: 'pump-1' } });
  new AwsIotCaRegistration(stack, 'Registration', { ca });
  new AwsIotRevocation(stack, 'AwsIot', { ca });
  return stack;
}

function caIn(stack: Stack, id = 'Ca'): PrivateIotCa {
  return new PrivateIotCa(stack, id, { subject: { commonName: id } });
}

describe('options of an app', () => {
  test('reach every function, role and log group of the library', () => {
    const all = withOptions({
      memorySize: 3008, architecture: Architecture.X86_64, runtime: Runtime.NODEJS_22_X, reservedConcurrentExecutions: 5, logRetention: RetentionDays.TEN_YEARS, rolePath: '/iot/',
    });
    const functions = functionsOf(all);
    expect(functions.length).toBeGreaterThan(8);
    functions.forEach(properties => expect(properties).toMatchObject({
      MemorySize: 3008, Architectures: ['x86_64'], Runtime: 'nodejs22.x', ReservedConcurrentExecutions: 5,
    }));
    ofType(all, 'AWS::Logs::LogGroup').forEach(({ Properties }) => expect(Properties.RetentionInDays).toBe(3653));
    const roles = ofType(all, 'AWS::IAM::Role').filter(({ Properties }) => JSON.stringify(Properties.AssumeRolePolicyDocument).includes('lambda.amazonaws.com'));
    roles.forEach(({ Properties }) => expect(Properties.Path).toBe('/iot/'));
    expect(roles).toHaveLength(functions.length - 1); // the function that renews has the role of the one that issues
  });

  test('change nothing else: not a logical id, and no resource that is not named', () => {
    const plain = resources(steadyStack());
    const stack = steadyStack();
    PrivateIotCaFunctions.of(stack).apply({ memorySize: 3008 });
    const all = resources(stack);
    const functions = Object.entries(all).filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
    const changed = functions.filter(([id, { Properties }]) => Properties.MemorySize !== plain[id].Properties.MemorySize);
    expect(changed.length).toBeGreaterThan(3);
    changed.forEach(([id, { Properties }]) => Object.assign(Properties, { MemorySize: plain[id].Properties.MemorySize }));
    expect(all).toEqual(plain);
  });

  test('that are empty change nothing', () => {
    for (const options of [{}, { memorySize: undefined, vpc: undefined }]) {
      const stack = steadyStack();
      PrivateIotCaFunctions.of(stack).apply(options);
      expect(resources(stack)).toEqual(resources(steadyStack()));
    }
  });

  test('leave functions of the user as they are', () => {
    const stack = stackOf();
    new Function(stack, 'Mine', { runtime: Runtime.PYTHON_3_13, handler: 'index.main', code: Code.fromInline('pass') });
    caIn(stack);
    PrivateIotCaFunctions.of(stack).apply({ memorySize: 1024 });
    const memory = Object.fromEntries(Object.entries(resources(stack)).filter(([, { Type }]) => Type === 'AWS::Lambda::Function').map(([id, { Properties }]) => [id.replace(/[0-9A-F]{8}$/, ''), Properties.MemorySize]));
    expect(memory).toEqual({ Mine: undefined, PrivateIotCaProviderFunction: 1024 });
  });
});

describe('of several scopes', () => {
  /** A stack of a stage of an app, in which a CA publishes its lists. */
  function scopes() {
    const app = new App();
    const stage = new Stage(app, 'Prod');
    const stack = new Stack(stage, 'Iot');
    const ca = caIn(stack);
    ca.publishRevocation();
    const functions = () => Object.fromEntries(Object.entries(resources(stack))
      .filter(([id, { Type }]) => Type === 'AWS::Lambda::Function' && /^(PrivateIotCaProvider|CaRevocationFunction)/.test(id))
      .map(([id, { Properties }]) => [id.startsWith('Ca') ? 'publishes' : 'issues', [Properties.MemorySize, Properties.Architectures[0]]]));
    return { app, stage, stack, ca, functions };
  }

  test.each<[string, ('app' | 'stage' | 'stack' | 'ca')[]]>([['from the outermost', ['app', 'stage', 'stack', 'ca']], ['from the innermost', ['ca', 'stack', 'stage', 'app']]])(
    'the nearest one prevails for each member, in whatever order they are set (%s)', (_, order) => {
      const given = scopes();
      const options: { [scope: string]: PrivateIotCaFunctionOptions } = {
        app: { memorySize: 1024, architecture: Architecture.X86_64 },
        stage: { memorySize: 2048 },
        stack: { memorySize: 3008 },
        ca: { memorySize: 4096 },
      };
      order.forEach(scope => PrivateIotCaFunctions.of(given[scope]).apply(options[scope]));
      expect(given.functions()).toEqual({ issues: [3008, 'x86_64'], publishes: [4096, 'x86_64'] });
    });

  test('the later value prevails for one scope, and what the later call leaves out stays', () => {
    const { stack, functions } = scopes();
    PrivateIotCaFunctions.of(stack).apply({ memorySize: 1024, architecture: Architecture.X86_64 });
    PrivateIotCaFunctions.of(stack).apply({ memorySize: 2048, architecture: undefined });
    expect(functions()).toEqual({ issues: [2048, 'x86_64'], publishes: [2048, 'x86_64'] });
  });

  test('two stages of an app have different options and the same logical ids', () => {
    const app = new App();
    const [beta, prod] = [['Beta', 'cn-north-1', RetentionDays.ONE_WEEK], ['Prod', 'us-gov-west-1', RetentionDays.TEN_YEARS]].map(([id, region, logRetention]) => {
      const stage = new Stage(app, id as string, { env: { account: '111111111111', region: region as string } });
      PrivateIotCaFunctions.of(stage).apply({ logRetention: logRetention as RetentionDays, roleNamePrefix: 'acme-' });
      const stack = new Stack(stage, 'Iot');
      caIn(stack).addDeviceCertificate('Pump', { subject: { commonName: 'pump-1' } });
      return stack;
    }).map(resources);
    const ids = (all: Resources): string[] => Object.entries(all).filter(([, { Type }]) => Type !== 'AWS::IAM::Policy').map(([id]) => id); // which name ARNs
    expect(ids(beta)).toEqual(ids(prod));
    expect([beta, prod].map(all => ofType(all, 'AWS::Logs::LogGroup')[0].Properties.RetentionInDays)).toEqual([7, 3653]);
    const [one, other] = [beta, prod].map(all => ofType(all, 'AWS::IAM::Role')[0].Properties.RoleName);
    expect(one).not.toBe(other);
  });

  test('an option set when functions have theirs is an error, not a setting that is lost', () => {
    const { app, stage, stack } = scopes();
    Aspects.of(stage).add({ visit: node => node instanceof CfnFunction && PrivateIotCaFunctions.of(stack).apply({ memorySize: 1024 }) });
    expect(() => app.synth()).toThrow('Prod/Iot: PrivateIotCaFunctions.apply() must be called before the synthesis');
  });

  test('a construct without functions is an error, which names where they are', () => {
    const { app, ca } = scopes();
    PrivateIotCaFunctions.of(ca.addDeviceCertificate('Pump', { subject: { commonName: 'pump-1' } })).apply({ memorySize: 1024 });
    expect(() => app.synth()).toThrow('PrivateIotCaFunctions.of() must be given a scope that contains functions of this library, got Prod/Iot/Ca/Pump, '
      + 'which contains none; the functions that issue and register belong to the stack, so give it the stack');
  });

  test('an app without a CA synthesizes with options', () => {
    const app = new App();
    PrivateIotCaFunctions.of(app).apply({ memorySize: 1024 });
    new CfnResource(new Stack(app, 'Stack'), 'Other', { type: 'AWS::SNS::Topic' });
    expect(() => app.synth()).not.toThrow();
  });
});

describe('logs', () => {
  test('can be kept for ever', () => {
    const groups = ofType(withOptions({ logRetention: RetentionDays.INFINITE }), 'AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(8);
    groups.forEach(({ Properties }) => expect(Properties?.RetentionInDays).toBeUndefined());
  });

  test.each([['eu-central-1', 'aws', 'amazonaws.com'], ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'], ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com']])(
    'are encrypted with a key of the app in %s, which only the logs of the account can use', (region, partition, suffix) => {
      const app = new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } });
      const stack = new Stack(app, 'Stack', { env: { account: '111111111111', region } });
      caIn(stack);
      const key = new Key(stack, 'LogKey');
      PrivateIotCaFunctions.of(stack).apply({ logEncryptionKey: key });
      const template = Template.fromStack(stack);
      template.hasResourceProperties('AWS::Logs::LogGroup', { KmsKeyId: stack.resolve(key.keyArn) });
      const [{ Properties: { KeyPolicy } }] = Object.values(template.findResources('AWS::KMS::Key'));
      const statement = KeyPolicy.Statement.find(({ Principal }: { Principal: object }) => 'Service' in Principal);
      const text = JSON.stringify(statement).replace(/\{"Fn::Join":\["",\["([^"]*)",\{"Ref":"AWS::URLSuffix"\}\]\]\}/, `"$1${suffix}"`);
      expect(JSON.parse(text)).toMatchObject({
        Effect: 'Allow',
        Principal: { Service: `logs.${region}.${suffix}` },
        Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:111111111111:log-group:*` } },
      });
    });

  test('are encrypted with an imported key, whose policy is the user\'s', () => {
    const stack = stackOf();
    caIn(stack);
    const keyArn = 'arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    PrivateIotCaFunctions.of(stack).apply({ logEncryptionKey: Key.fromKeyArn(stack, 'LogKey', keyArn) });
    Template.fromStack(stack).hasResourceProperties('AWS::Logs::LogGroup', { KmsKeyId: keyArn });
  });

  test('go with the stack if RemovalPolicies says so', () => {
    const app = new App();
    const stack = registeredStack(app);
    RemovalPolicies.of(app).destroy({ applyToResourceTypes: ['AWS::Logs::LogGroup'] });
    ofType(resources(stack), 'AWS::Logs::LogGroup').forEach(({ DeletionPolicy }) => expect(DeletionPolicy).toBe('Delete'));
  });
});

describe('the names of roles', () => {
  /** The one role of a stack with a CA, with options, in a Region. */
  function role(options: PrivateIotCaFunctionOptions, region?: string, id = 'Stack'): any {
    const stack = new Stack(new App(), id, { env: { region } });
    caIn(stack);
    PrivateIotCaFunctions.of(stack).apply(options);
    return ofType(resources(stack), 'AWS::IAM::Role')[0].Properties;
  }

  test('begin with the prefix and fit into what IAM allows', () => {
    expect(role({ roleNamePrefix: 'acme-' }).RoleName).toMatch(/^acme-Stack-PrivateIotCaProvider-Role-[0-9A-F]{8}-[0-9a-f]{8}$/);
    for (const prefix of ['a', 'x'.repeat(32)]) {
      expect(role({ roleNamePrefix: prefix }, undefined, 'S'.repeat(100)).RoleName).toMatch(new RegExp(`^${prefix}[\\w-]{1,${64 - prefix.length}}$`));
    }
  });

  test('stay the same from one synthesis to the next, and differ between Regions, stacks and paths', () => {
    const name = () => role({ roleNamePrefix: 'a-' }, 'eu-central-1').RoleName;
    expect(name()).toBe(name());
    const names = [
      name(), role({ roleNamePrefix: 'a-' }, 'eu-west-1').RoleName, role({ roleNamePrefix: 'a-' }, 'eu-central-1', 'Other').RoleName,
      role({ roleNamePrefix: 'a-', rolePath: '/iot/' }, 'eu-central-1').RoleName,
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('a dead-letter queue', () => {
  test('gets what schedules could not deliver to the functions that they invoke, which may send to it', () => {
    const stack = stackOf();
    const ca = caIn(stack);
    ca.publishRevocation({ ocsp: true });
    new AwsIotRevocation(stack, 'AwsIot', { ca });
    const queue = new Queue(stack, 'Failed', { enforceSSL: true });
    PrivateIotCaFunctions.of(stack).apply({ deadLetterQueue: queue });
    const all = resources(stack);
    const withQueue = Object.entries(all).filter(([, { Type, Properties }]) => Type === 'AWS::Lambda::Function' && Properties.DeadLetterConfig);
    expect(withQueue.map(([id]) => id.replace(/Function[0-9A-F]{8}$/, '')).sort()).toEqual(['AwsIot', 'CaRevocation']);
    withQueue.forEach(([, { Properties, DependsOn }]) => {
      expect(Properties.DeadLetterConfig).toEqual({ TargetArn: stack.resolve(queue.queueArn) });
      const rights = DependsOn!.find(id => id.includes('DeadLetters'))!;
      expect(all[rights].Properties.Roles).toEqual([{ Ref: Properties.Role['Fn::GetAtt'][0] }]);
      expect(JSON.stringify(all[rights].Properties.PolicyDocument)).toContain('sqs:SendMessage');
    });
  });

  test.each(CONTEXTS)('can be encrypted with a key, which the functions may use, with %s', (_, context) => {
    const stack = stackOf(new App({ context }));
    const ca = caIn(stack);
    ca.publishRevocation();
    const encryptionMasterKey = new Key(stack, 'QueueKey');
    PrivateIotCaFunctions.of(stack).apply({ deadLetterQueue: new Queue(stack, 'Failed', { encryptionMasterKey }) });
    const rights = Object.entries(resources(stack)).find(([id]) => id.startsWith('CaRevocationDeadLetters'))![1];
    expect(rights.Properties.PolicyDocument.Statement).toContainEqual(expect.objectContaining({
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: stack.resolve(encryptionMasterKey.keyArn),
    }));
  });
});

describe('the instruments of the CDK', () => {
  test('find the options of every function and role: an Aspect that demands a path, tags and memory has nothing to complain of', () => {
    const app = new App();
    const stack = registeredStack(app);
    PrivateIotCaFunctions.of(app).apply({ rolePath: '/iot/', memorySize: 2048 });
    PermissionsBoundary.of(app).apply(ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'iot-boundary'));
    Tags.of(app).add('team', 'iot');
    const complaints: string[] = [];
    let seen = 0;
    Aspects.of(app).add({
      visit: node => {
        if (node instanceof CfnRole && JSON.stringify(stack.resolve(node.assumeRolePolicyDocument)).includes('lambda.amazonaws.com')) {
          seen++;
          complaints.push(...node.path === '/iot/' && node.tags.hasTags() ? [] : [node.node.path]);
        } else if (node instanceof CfnFunction) {
          complaints.push(...node.memorySize === 2048 && node.tags.hasTags() ? [] : [node.node.path]);
        }
      },
    });
    ofType(resources(stack), 'AWS::IAM::Role').forEach(({ Properties }) => expect(Properties.PermissionsBoundary).toBeDefined());
    expect(seen).toBeGreaterThan(8);
    expect(complaints).toEqual([]);
  });

  test('prevail over options', () => {
    const app = new App();
    const stack = registeredStack(app);
    PrivateIotCaFunctions.of(app).apply({ memorySize: 2048 });
    Aspects.of(app).add({
      visit: node => {
        if (node instanceof CfnFunction) {
          node.memorySize = 3008;
        }
      },
    });
    functionsOf(resources(stack)).forEach(({ MemorySize }) => expect(MemorySize).toBe(3008));
  });

  test('work in a stage with a boundary', () => {
    const stage = new Stage(new App(), 'Prod', { permissionsBoundary: StageBoundary.fromName('iot-boundary'), env: { account: '111111111111', region: 'eu-central-1' } });
    PrivateIotCaFunctions.of(stage).apply({ rolePath: '/iot/' });
    const stack = new Stack(stage, 'Iot');
    caIn(stack);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', { Path: '/iot/', PermissionsBoundary: Match.anyValue() });
  });
});

test.each<[keyof PrivateIotCaFunctionOptions, unknown, string]>([
  ['memorySize', 511, 'memorySize must be a whole number of MB from 512 to 10240, got 511'],
  ['memorySize', 10_241, 'memorySize must be a whole number of MB from 512 to 10240, got 10241'],
  ['memorySize', 1024.5, 'memorySize must be a whole number of MB from 512 to 10240, got 1024.5'],
  ['reservedConcurrentExecutions', 1, 'reservedConcurrentExecutions must be a whole number of at least 2, which the delivery of events needs, got 1'],
  ['runtime', Runtime.NODEJS_20_X, 'runtime must be Node.js 22 or newer, for which the functions are made, got "nodejs20.x"'],
  ['runtime', Runtime.PYTHON_3_13, 'runtime must be Node.js 22 or newer, for which the functions are made, got "python3.13"'],
  ['rolePath', 'iot', 'rolePath must be / or a path that begins and ends with /, up to 512 characters without spaces, got "iot"'],
  ['rolePath', '/a b/', 'rolePath must be / or a path that begins and ends with /, up to 512 characters without spaces, got "/a b/"'],
  ['roleNamePrefix', 'acme/', 'roleNamePrefix must be 1 to 32 letters, digits and characters of _+=,.@-, got "acme/"'],
  ['roleNamePrefix', 'x'.repeat(33), `roleNamePrefix must be 1 to 32 letters, digits and characters of _+=,.@-, got "${'x'.repeat(33)}"`],
  ['securityGroups', [], 'securityGroups must have at least one security group, got an empty list; leave it out for a new one'],
  ['logRetention', 2, 'logRetention must be a RetentionDays, such as RetentionDays.SIX_MONTHS, got 2'],
])('%s is refused where AWS or the functions would refuse it: %s', (name, value, message) => {
  const app = new App();
  expect(() => PrivateIotCaFunctions.of(app).apply({ [name]: value })).toThrow(new Error(`App: ${message}`));
  expect(() => PrivateIotCaFunctions.of(new Stack(app, 'Iot')).apply({ [name]: value })).toThrow(new Error(`Iot: ${message}`));
});

test('values at the limits are allowed', () => {
  const options = { memorySize: 10_240, reservedConcurrentExecutions: 2, runtime: Runtime.NODEJS_LATEST, rolePath: '/', roleNamePrefix: 'a' };
  expect(() => PrivateIotCaFunctions.of(new App()).apply(options)).not.toThrow();
  expect(() => PrivateIotCaFunctions.of(new App()).apply({ memorySize: 512, rolePath: `/${'x'.repeat(510)}/` })).not.toThrow();
});
