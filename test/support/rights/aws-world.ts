import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, KeySpec, KMSClient } from '@aws-sdk/client-kms';
import { BucketLocationConstraint, CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { LambdaProcess } from './lambda-process';
import { Encryption, NeededRight } from './needed-rights';
import { RecordedAws } from './recorded-aws';
import { RegistrarName, REGISTRARS, ShippedFunction } from '../../../src/platforms/registrations';
import { makeTable } from '../aws-clients';

/** The function that issues. */
const PROVIDER: ShippedFunction = { bundle: 'handler', handler: 'handler' };

/** The functions with a handler of their own, by its name. */
const BY_HANDLER: { readonly [handler: string]: ShippedFunction | undefined } = Object.fromEntries(Object.entries({
  'handler': ['renew'],
  'revocation': ['publish', 'revoke', 'ocsp', 'announce', 'watch'],
  'aws-iot': ['awsIotRevocation', 'validate'],
  'given-lists': ['rolesAnywhere', 'loadBalancer'],
  'fleet': ['plan', 'work', 'finish', 'deploy'],
  'registrars': ['azureRevocation', 'apsaraMqttRevocation', 'huaweiRevocation', 'tencentRevocation'],
}).flatMap(([bundle, handlers]) => handlers.map(handler => [`index.${handler}`, { bundle, handler }])));

/** What a resource is once it is made. */
export interface Made {
  readonly physicalId: string;
  readonly attributes: Record<string, string>;
}

/** Where an app is deployed. */
export interface Place {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
}

/** The Lambda function behind custom resources, as a template declares it. */
export interface FunctionProperties {
  readonly Description: string;
  readonly Handler: string;
  readonly Environment?: { readonly Variables: Record<string, string> };
}

/** An account of AWS in a Region: what stacks make there, and the functions that run there. */
export class AwsWorld implements Encryption {
  /** Environment variables by which a registrar's function reaches its platform. */
  public platform: NodeJS.ProcessEnv = {};
  public readonly keys = new Map<string, string>();
  /** The policies of keys and tables, by their ARNs. */
  public readonly policies: Map<string, object>;
  /** What stacks export, and their outputs, by `<stack>.<name>`. */
  public readonly exported: Map<string, string>;
  public readonly partition: string;
  public readonly account: string;
  public readonly region: string;
  private readonly secrets: string[] = [];
  private readonly functions = new Map<string, LambdaProcess>();

  /** @param neighbour where stacks of the same app are, in another account */
  constructor(public readonly aws: RecordedAws, private readonly place: Place, neighbour?: AwsWorld) {
    ({ partition: this.partition, account: this.account, region: this.region } = place);
    this.policies = neighbour?.policies ?? new Map();
    this.exported = neighbour?.exported ?? new Map();
  }

  /** What services answer that are not played. */
  public answer: RecordedAws['own'] = () => undefined;

  /** The rights for calls that did not come by here, since the last time. */
  public otherCalls: () => NeededRight[] = () => [];

  public secretArn(id: string): string {
    return this.secrets.find(arn => arn === id || arn.replace(/-.{6}$/, '') === id || arn.replace(/^.*:secret:(.*)-.{6}$/, '$1') === id) ?? id;
  }

  /** A secret that is not of any stack's making. */
  public async secret(value: string | undefined, keyArn?: string, Name = `outside-${randomUUID()}`): Promise<string> {
    this.aws.account = this.account;
    const { ARN } = await this.client(SecretsManagerClient).send(new CreateSecretCommand({ Name, SecretString: value }));
    this.secrets.push(ARN!);
    if (keyArn !== undefined) {
      this.keys.set(ARN!, keyArn);
    }
    return ARN!;
  }

  /** A bucket that is not of any stack's making. */
  public async bucket(): Promise<string> {
    this.aws.account = this.account;
    const Bucket = `lists-${randomUUID()}`;
    const client = this.s3;
    const LocationConstraint = this.region as BucketLocationConstraint;
    await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } }));
    return Bucket;
  }

  /** Puts an object into a bucket. */
  public async upload(Bucket: string, Key: string, Body: string): Promise<void> {
    this.aws.account = this.account;
    await this.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  }

  /** Makes a resource, or changes it: what has no rights on it is a name only. */
  public async make(type: string, logicalId: string, stackName: string, properties: any, existing?: string): Promise<Made> {
    const arn = (service: string, resource: string, region = this.region) => `arn:${this.partition}:${service}:${region}:${this.account}:${resource}`;
    const name = existing ?? `${stackName}-${logicalId}-${randomUUID().slice(0, 8)}`;
    switch (type) {
      case 'AWS::SecretsManager::Secret': {
        const value = properties.GenerateSecretString ? 'a-passphrase-of-32-letters' : undefined;
        const secret = existing ?? await this.secret(value, properties.KmsKeyId, name);
        return { physicalId: secret, attributes: {} };
      }
      case 'AWS::DynamoDB::GlobalTable': return this.table(existing ?? properties.TableName ?? name, properties, existing !== undefined);
      case 'AWS::KMS::Key': {
        const key = existing ?? await this.key(properties);
        const keyArn = arn('kms', `key/${key}`);
        this.policies.set(keyArn, own(properties.KeyPolicy, keyArn));
        return { physicalId: key, attributes: { Arn: keyArn } };
      }
      case 'AWS::S3::Bucket': {
        const bucket = existing ?? await this.bucket();
        return { physicalId: bucket, attributes: { Arn: `arn:${this.partition}:s3:::${bucket}`, RegionalDomainName: `${bucket}.s3.${this.region}.amazonaws.com` } };
      }
      case 'AWS::CloudFront::Distribution': return { physicalId: name, attributes: { DomainName: 'd111111abcdef8.cloudfront.net' } };
      case 'AWS::ApiGatewayV2::Api': return { physicalId: name, attributes: { ApiEndpoint: `https://${name}.execute-api.${this.region}.amazonaws.com` } };
      case 'AWS::CloudFront::OriginAccessControl': return { physicalId: name, attributes: { Id: name } };
      case 'AWS::IAM::Role': return { physicalId: name, attributes: { Arn: arn('iam', `role/${name}`, '') } };
      case 'AWS::Lambda::Function': return { physicalId: name, attributes: { Arn: arn('lambda', `function:${name}`) } };
      case 'AWS::StepFunctions::StateMachine': return { physicalId: arn('states', `stateMachine:${name}`), attributes: { Arn: arn('states', `stateMachine:${name}`), Name: name } };
      case 'AWS::Logs::LogGroup': return { physicalId: name, attributes: { Arn: arn('logs', `log-group:${name}:*`) } };
      default: return { physicalId: name, attributes: { Arn: `${name}-arn` } };
    }
  }

  /** Has a function handle an event, with the environment that its template gives it. */
  public async invoke(fn: FunctionProperties, event: object, functionName: string): Promise<void> {
    const { error } = await this.processOf(fn, functionName).invoke(event, `arn:${this.partition}:lambda:${this.region}:${this.account}:function:${functionName}`);
    if (error) {
      throw new Error(error.stack ?? error.message);
    }
  }

  /** A process of a function. Lambda starts another one with another environment. */
  private processOf(fn: FunctionProperties, functionName: string): LambdaProcess {
    const [, name] = /\((.+)\)$/.exec(fn.Description) ?? [];
    const shipped = BY_HANDLER[fn.Handler] ?? (name === undefined ? PROVIDER : REGISTRARS[name as RegistrarName]);
    this.aws.account = this.account;
    const environment = { AWS_REGION: this.region, AWS_ENDPOINT_URL: this.aws.url, ...fn.Environment?.Variables, ...this.platform };
    const configured = `${functionName} ${JSON.stringify(environment)}`;
    const standing = this.functions.get(configured) ?? new LambdaProcess(shipped, environment);
    this.functions.set(configured, standing);
    return standing;
  }

  /** Ends the functions. */
  public stop(): void {
    this.functions.forEach(each => each.stop());
    this.functions.clear();
  }

  private async table(name: string, { Replicas: [replica] }: any, exists: boolean): Promise<Made> {
    const tableArn = `arn:${this.partition}:dynamodb:${this.region}:${this.account}:table/${name}`;
    this.aws.account = this.account;
    if (!exists) {
      await makeTable(this.client(DynamoDBClient), name);
    }
    if (replica.ResourcePolicy) {
      this.policies.set(tableArn, own(replica.ResourcePolicy.PolicyDocument, tableArn));
    }
    return { physicalId: name, attributes: { Arn: tableArn, TableId: name, StreamArn: `${tableArn}/stream/2026-01-01T00:00:00.000` } };
  }

  private async key({ KeySpec: spec, KeyUsage }: { KeySpec?: KeySpec; KeyUsage?: 'SIGN_VERIFY' | 'ENCRYPT_DECRYPT' }): Promise<string> {
    this.aws.account = this.account;
    return (await this.client(KMSClient).send(new CreateKeyCommand({ KeySpec: spec, KeyUsage }))).KeyMetadata!.KeyId!;
  }

  private get s3(): S3Client {
    return new S3Client({ endpoint: this.aws.url, region: this.region, forcePathStyle: true });
  }

  public client<T>(Client: new (config: object) => T): T {
    return new Client({ endpoint: this.aws.url, region: this.place.region });
  }
}

/** In the policy of a resource, `*` is the resource. */
function own(document: any, arn: string): object {
  return { ...document, Statement: document.Statement.map((statement: any) => ({ ...statement, ...statement.Resource === '*' ? { Resource: arn } : {} })) };
}
