import { JsonMap } from '../../contract/json-map';

/** What stands in for an AWS resource in a local deployment, so that certificates can refer to it. */
export interface StandIn {
  /** The value of `Ref`. */
  readonly physicalId: string;
  /** The values of `Fn::GetAtt`. */
  readonly attributes: { readonly [name: string]: string };
}

interface StandInKind {
  /** The property with which a template names the resource; absent if the template may not. */
  readonly nameProperty?: string;
  readonly standIn: (name: string) => StandIn;
}

/** The values of the pseudo parameters that tell where a local deployment is. */
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'local';
export const LOCAL_PARTITION = 'aws';

/** An ARN of the local deployment. No AWS Region has the name of the Region in it. */
export function localArn(service: string, resource: string): string {
  return `arn:${LOCAL_PARTITION}:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${resource}`;
}

/** The type of the resources that hold private keys. */
export const SECRET_TYPE = 'AWS::SecretsManager::Secret';

/** The type of the resources that encrypt or, for some CAs, sign. */
export const KMS_KEY_TYPE = 'AWS::KMS::Key';

const TABLE: StandInKind = {
  nameProperty: 'TableName',
  standIn: name => ({ physicalId: name, attributes: { Arn: localArn('dynamodb', `table/${name}`) } }),
};

const KINDS: { readonly [type: string]: StandInKind | undefined } = {
  // The name is always generated here, because it becomes the folder of the secret's files.
  [SECRET_TYPE]: {
    standIn: name => ({ physicalId: localArn('secretsmanager', `secret:${name}`), attributes: { Id: localArn('secretsmanager', `secret:${name}`) } }),
  },
  'AWS::DynamoDB::GlobalTable': TABLE,
  'AWS::DynamoDB::Table': TABLE,
  [KMS_KEY_TYPE]: {
    standIn: name => ({ physicalId: name, attributes: { Arn: localArn('kms', `key/${name}`), KeyId: name } }),
  },
};

/** Whether there are stand-ins for resources of this type. */
export function hasStandIn(type: string): boolean {
  return Object.hasOwn(KINDS, type);
}

/** The property that gives a resource of this type its name, if there is one. */
export function nameProperty(type: string): string | undefined {
  return KINDS[type]?.nameProperty;
}

/** The maximum length of a name. It becomes a file name, and gets a suffix. */
const MAX_NAME = 200;

/** The beginning of the name of a resource that its template does not name. */
export function nameStem(stackName: string, logicalId: string): string {
  return `${stackName}-${logicalId}`.slice(0, MAX_NAME);
}

/**
 * The name of a resource that its template does not name. It is different each time a resource is created, as in AWS, so a new
 * resource does not get what was kept of a removed resource with the same logical id.
 *
 * @param id a UUID
 */
export function generatedName(stackName: string, logicalId: string, id: string): string {
  return `${nameStem(stackName, logicalId)}-${id.slice(0, SUFFIX)}`;
}

/** The length of a suffix. Secrets Manager adds as many characters to an ARN, so a secret is found without them here too. */
const SUFFIX = 6;

/** @param name the name from the template, otherwise a generated name */
export function standInFor(type: string, name: string): StandIn {
  return KINDS[type]!.standIn(name);
}

/** Whether a resource is a table, whose rows are a ledger here. */
export function isTable(type: string): boolean {
  return KINDS[type] === TABLE;
}

/** A stand-in, with the declared properties that give it its name. As long as they are the same, it is the same stand-in. */
export interface PlannedStandIn extends StandIn {
  readonly properties: JsonMap;
}
