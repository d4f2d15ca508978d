import { JsonMap } from '../../contract/json-map';

/** A resource of AWS that a local deployment stands in for, so that certificates can refer to it. */
export interface StandIn {
  /** What `Ref` gives. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` gives. */
  readonly attributes: { readonly [name: string]: string };
}

interface StandInKind {
  /** The property that names the resource, where the template may. */
  readonly nameProperty?: string;
  readonly standIn: (name: string) => StandIn;
}

/** The pseudo parameters that say where a local deployment is. */
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'local';
export const LOCAL_PARTITION = 'aws';

/** An ARN of the local deployment; no AWS Region has its name. */
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
  // Always a name that is made here: the secret's files lie below it.
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

/** A name becomes a file's, and a suffix comes to it. */
const MAX_NAME = 200;

/** How the name of a resource begins to which its template gives none. */
export function nameStem(stackName: string, logicalId: string): string {
  return `${stackName}-${logicalId}`.slice(0, MAX_NAME);
}

/**
 * The name of a resource to which its template gives none. It is another one each time a resource is created, as in AWS: what
 * was kept when a resource went is not what a resource of the same logical id gets later.
 *
 * @param id a UUID
 */
export function generatedName(stackName: string, logicalId: string, id: string): string {
  return `${nameStem(stackName, logicalId)}-${id.slice(0, SUFFIX)}`;
}

/** As many as Secrets Manager puts at the end of an ARN, so that a secret is found without them here too. */
const SUFFIX = 6;

/** @param name the name the template gives, else a generated one */
export function standInFor(type: string, name: string): StandIn {
  return KINDS[type]!.standIn(name);
}

/** Whether a resource is a table, whose rows are a ledger here. */
export function isTable(type: string): boolean {
  return KINDS[type] === TABLE;
}

/** A stand-in, and what of its declaration gives it its name: while that is the same, it is the same stand-in. */
export interface PlannedStandIn extends StandIn {
  readonly properties: JsonMap;
}
