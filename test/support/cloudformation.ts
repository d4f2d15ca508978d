import { randomUUID } from 'node:crypto';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, KeySpec, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateSecretCommand, DeleteSecretCommand, DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { makeTable } from './aws-clients';
import { CloudFormationFunction, FUNCTION_ARN, Invocation, STACK_ID } from './cloudformation-function';
import { FaultProxy } from './fault-proxy';
import { assertNoPrivateKey, assertShowsNone, privateKeysIn } from './secrecy';
import { checkAnswer } from '../../src/contract/cloudformation-limits';
import { entryFrom } from '../../src/issuing/aws/ledger-item';
import { LedgerEntry } from '../../src/issuing/ledger/ledger';

export type Properties = { readonly [name: string]: unknown };

/** A resource as a template declares it. */
export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Properties;
}

/** What CloudFormation got for a request. */
export interface Outcome extends Invocation {
  readonly requestId: string;
  /** The answer, if one was taken. */
  readonly answer?: Answer;
}

export interface Answer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly Data?: { readonly [attribute: string]: string };
}

/**
 * A stack of CloudFormation, as far as its custom resources see it: it has the ledger's table and the secrets, and sends
 * the requests that CloudFormation sends, with every scalar as a string.
 */
export class Stack {
  public static async create(proxy: FaultProxy, lambda: CloudFormationFunction): Promise<Stack> {
    const stack = new Stack(proxy, lambda);
    await makeTable(stack.dynamoDb, stack.table);
    proxy.reset();
    return stack;
  }

  public readonly table = `iot-Ledger-${randomUUID()}`;
  public readonly stackId = STACK_ID;
  public readonly dynamoDb: DynamoDBClient;
  public readonly secretsManager: SecretsManagerClient;
  public readonly kms: KMSClient;
  public readonly systemsManager: SSMClient;
  private readonly secretArns: string[] = [];
  private readonly lostKeys: string[] = [];
  private readonly passphrases: string[] = [];
  private readonly paths: string[] = [];
  private readonly seen: string[] = [];

  private constructor(private readonly proxy: FaultProxy, public lambda: CloudFormationFunction) {
    this.dynamoDb = new DynamoDBClient({ endpoint: proxy.target.origin });
    this.secretsManager = new SecretsManagerClient({ endpoint: proxy.target.origin });
    this.kms = new KMSClient({ endpoint: proxy.target.origin });
    this.systemsManager = new SSMClient({ endpoint: proxy.target.origin });
  }

  /** Declares a CA. */
  public async ca(changes: Properties = {}, logicalId = 'Ca'): Promise<Resource> {
    return {
      logicalId,
      type: 'Custom::PrivateIotCa',
      properties: {
        ...this.common(3650),
        Subject: { CommonName: 'Acme IoT Root CA', Organization: 'Acme', Country: 'CN' },
        KeyStorage: await this.keyStorage(),
        RetainKey: true,
        ...changes,
      },
    };
  }

  /** Declares a verification certificate of a CA, by the CA's physical id. */
  public verification(issuer: string, changes: Properties = {}, logicalId = 'Verification'): Resource {
    const properties = { ...this.common(300), Issuer: issuer, ClipToIssuer: false, RegistrationCode: '0123456789abcdef'.repeat(4), ...changes };
    return { logicalId, type: 'Custom::IotVerificationCertificate', properties };
  }

  /** Declares a device certificate of a CA, by the CA's physical id. */
  public async device(issuer: string, changes: Properties = {}, logicalId = 'Device'): Promise<Resource> {
    const properties = {
      ...this.common(365),
      Issuer: issuer,
      ClipToIssuer: false,
      Subject: { CommonName: 'sensor-001' },
      KeyStorage: await this.keyStorage(),
      ...changes,
    };
    return { logicalId, type: 'Custom::IotDeviceCertificate', properties };
  }

  /** A new secret, without a value, as a stack makes it. */
  public async keyStorage(): Promise<Properties> {
    const { ARN } = await this.secretsManager.send(new CreateSecretCommand({ Name: `iot/key-${randomUUID()}` }));
    this.secretArns.push(ARN!);
    return { Type: 'SecretsManager', SecretArn: ARN };
  }

  /** A table for the ledger of another CA. */
  public async newTable(): Promise<string> {
    const table = `iot-Ledger-${randomUUID()}`;
    await makeTable(this.dynamoDb, table);
    return table;
  }

  /** A secret that is none of a key of the stack's: for a bundle, or with what somebody has put into it. */
  public async secret(value?: string | Buffer): Promise<string> {
    const { ARN } = await this.secretsManager.send(new CreateSecretCommand({
      Name: `iot/other-${randomUUID()}`, ...Buffer.isBuffer(value) ? { SecretBinary: value } : { SecretString: value },
    }));
    return ARN!;
  }

  /** A secret with a private key that somebody has made; nothing of the key may be shown. */
  public async secretWithKey(value: string | Buffer, privateKeyPem: string): Promise<string> {
    this.lostKeys.push(privateKeyPem);
    return this.secret(value);
  }

  /** A secret with a passphrase, which may not be shown. */
  public async passphrase(value: string): Promise<string> {
    this.passphrases.push(value.trim());
    return this.secret(value);
  }

  /** A key for signing in KMS, and where it is. */
  public async kmsKeyStorage(keySpec: KeySpec = 'ECC_NIST_P256'): Promise<Properties> {
    const { KeyMetadata } = await this.kms.send(new CreateKeyCommand({ KeyUsage: 'SIGN_VERIFY', KeySpec: keySpec }));
    return { Type: 'Kms', KeyArn: KeyMetadata!.Arn };
  }

  /** A path of parameters of its own. */
  public parameterStorage(): Properties {
    const Path = `/iot/${randomUUID()}`;
    this.paths.push(Path);
    return { Type: 'Parameter', Path };
  }

  /** The private keys in parameters, by name. */
  public async parameters(path: string): Promise<Map<string, string>> {
    const { Parameters = [] } = await this.systemsManager.send(new GetParametersByPathCommand({ Path: path, WithDecryption: true, Recursive: true }));
    return new Map(Parameters.map(({ Name, Value }) => [Name!, Value!]));
  }

  /** The current value of a secret. Without a version, moto does not follow the label. */
  public async valueOf(SecretId: string): Promise<string> {
    const { VersionIdsToStages = {} } = await this.secretsManager.send(new DescribeSecretCommand({ SecretId }));
    const VersionId = Object.keys(VersionIdsToStages).find(version => VersionIdsToStages[version].includes('AWSCURRENT'));
    return (await this.secretsManager.send(new GetSecretValueCommand({ SecretId, VersionId }))).SecretString!;
  }

  /** Deletes a resource's secret behind CloudFormation's back. */
  public async deleteSecret({ properties }: Resource): Promise<void> {
    const { SecretArn } = properties.KeyStorage as { SecretArn: string };
    this.lostKeys.push(...await privateKeysIn(this.secretsManager, SecretArn));
    this.secretArns.splice(this.secretArns.indexOf(SecretArn), 1);
    await this.secretsManager.send(new DeleteSecretCommand({ SecretId: SecretArn, ForceDeleteWithoutRecovery: true }));
  }

  /** The event of a request; the same `requestId` is the same request. */
  public event(
    RequestType: 'Create' | 'Update' | 'Delete', resource: Resource, more: Properties = {}, requestId: string = randomUUID(),
  ): Properties {
    return {
      RequestType,
      ServiceToken: FUNCTION_ARN,
      ResponseURL: this.proxy.responseUrl(requestId),
      StackId: this.stackId,
      RequestId: requestId,
      LogicalResourceId: resource.logicalId,
      ResourceType: resource.type,
      ResourceProperties: asCloudFormationSends({ ServiceToken: FUNCTION_ARN, ServiceTimeout: 1200, ...resource.properties }),
      ...more,
    };
  }

  /** Sends an event once, and answers what came of it. */
  public async send(event: Properties, remaining?: number): Promise<Outcome> {
    const requestId = event.RequestId as string;
    const invocation = await this.lambda.invoke(event, remaining);
    const body = this.proxy.answersTo(requestId).at(-1)?.body;
    this.seen.push(invocation.error ?? '', ...this.proxy.answersTo(requestId).map(answer => answer.body));
    return { ...invocation, requestId, answer: body === undefined ? undefined : taken(body) };
  }

  public async create(resource: Resource): Promise<Answer> {
    return answered(await this.send(this.event('Create', resource)));
  }

  /** @param from what the resource was, for `OldResourceProperties` */
  public async update(resource: Resource, physicalId: string, from: Resource = resource): Promise<Answer> {
    const more = { PhysicalResourceId: physicalId, OldResourceProperties: asCloudFormationSends({ ServiceToken: FUNCTION_ARN, ...from.properties }) };
    return answered(await this.send(this.event('Update', resource, more)));
  }

  public async delete(resource: Resource, physicalId: string): Promise<Answer> {
    return answered(await this.send(this.event('Delete', resource, { PhysicalResourceId: physicalId })));
  }

  /** Why requests failed, as CloudFormation was told. */
  public get reasons(): string[] {
    return this.seen.filter(text => text.startsWith('{"Status":"FAILED"')).map(body => JSON.parse(body).Reason);
  }

  /** Everything that the ledger holds; that of another CA, if its table is given. */
  public async ledger(TableName = this.table): Promise<LedgerEntry[]> {
    const { Items = [] } = await this.dynamoDb.send(new ScanCommand({ TableName, ConsistentRead: true }));
    return Items.filter(item => item.pk.S!.startsWith('issuer#')).map(entryFrom);
  }

  /** All private keys of all secrets of the stack; of one secret, if given. */
  public async privateKeys(keyStorage?: unknown): Promise<string[]> {
    const arns = keyStorage ? [(keyStorage as { SecretArn: string }).SecretArn] : this.secretArns;
    return (await Promise.all(arns.map(arn => privateKeysIn(this.secretsManager, arn)))).flat();
  }

  /** The serial numbers whose keys a resource's secret keeps: those with a label of their own. */
  public async keptVersions({ properties }: Resource): Promise<string[]> {
    const SecretId = (properties.KeyStorage as { SecretArn: string } | undefined)?.SecretArn;
    const { VersionIdsToStages = {} } = SecretId ? await this.secretsManager.send(new DescribeSecretCommand({ SecretId })) : {};
    return Object.keys(VersionIdsToStages).filter(version => VersionIdsToStages[version].some(label => label.startsWith(`certificate-${version}-of-`)));
  }

  /**
   * Fails if anything that was answered, thrown or logged, or sent to the ledger, has a piece of a private key; or if what
   * was answered, thrown or logged has a passphrase, a part of a ResponseURL, or what the function's environment holds.
   */
  public async assertSecrecy(): Promise<void> {
    const shown = [...this.seen, ...this.lambda.log];
    const sent = this.proxy.calls.filter(({ operation }) => !['PutSecretValue', 'PutParameter'].includes(operation)).map(({ body }) => body);
    const inParameters = (await Promise.all(this.paths.map(path => this.parameters(path)))).flatMap(parameters => [...parameters.values()]);
    assertNoPrivateKey([...shown, ...sent], [...await this.privateKeys(), ...inParameters, ...this.lostKeys]);
    assertShowsNone(shown, [...this.passphrases, this.proxy.url, 'X-Amz-', '/cfn/', ...this.lambda.environmentValues]);
  }

  private common(ValidityDays: number): Properties {
    return { LedgerTable: this.table, KeyAlgorithm: 'EC_P256', HashAlgorithm: 'SHA-256', ValidityDays, Generation: 1 };
  }
}

/** CloudFormation turns every scalar into a string. */
export function asCloudFormationSends(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(asCloudFormationSends);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([name, inner]) => [name, asCloudFormationSends(inner)]))
    : String(value);
}

/** What CloudFormation makes of an answer: one that is too long has failed, whatever it says. */
function taken(body: string): Answer {
  const answer: Answer = JSON.parse(body);
  const complaint = checkAnswer(body);
  return complaint ? { Status: 'FAILED', Reason: complaint, PhysicalResourceId: answer.PhysicalResourceId } : answer;
}

function answered({ answer, error }: Outcome): Answer {
  if (!answer) {
    throw new Error(`CloudFormation was not answered: ${error}`);
  }
  return answer;
}
