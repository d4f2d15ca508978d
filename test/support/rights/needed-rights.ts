import { RecordedCall } from './recorded-aws';

/** A right that a call needs, as IAM is asked for it. */
export interface NeededRight {
  readonly action: string;
  readonly resource: string;
  readonly context: Record<string, string | string[]>;
}

/** Where resources are, and what encrypts them. */
export interface Encryption {
  /** The partition, the account and the Region of the function. */
  readonly partition: string;
  readonly account: string;
  readonly region: string;
  /** The customer keys by which secrets and parameters are encrypted, by their ARN. */
  readonly keys: Map<string, string>;
  /** The ARN of the secret with a name, or with an ARN that lacks its end. */
  secretArn(id: string): string;
}

/** The single actions that a transaction needs: Developer Guide, "Using IAM with DynamoDB transactions". */
const ITEM_ACTIONS: Record<string, string> = { Put: 'PutItem', Update: 'UpdateItem', Delete: 'DeleteItem', ConditionCheck: 'ConditionCheckItem', Get: 'GetItem' };

/** What Secrets Manager and Systems Manager do with the key on behalf of the caller, by their documents on encryption. */
const KEY_ACTIONS: Record<string, string[]> = {
  GetSecretValue: ['kms:Decrypt'],
  PutSecretValue: ['kms:GenerateDataKey', 'kms:Decrypt'],
  GetParameter: ['kms:Decrypt'],
  PutParameter: ['kms:Encrypt', 'kms:GenerateDataKey'], // of a standard parameter, and of an advanced one
};

/** The rights that a call needs: its own, and those that it needs by another service. */
export function rightsNeededFor({ service, region, operation, input }: RecordedCall, where: Encryption): NeededRight[] {
  const arnOf = (resource: string, of = service) => `arn:${where.partition}:${of}:${region}:${where.account}:${resource}`;
  switch (service) {
    case 'dynamodb': return ledgerRights(operation, input, name => name.startsWith('arn:') ? name : arnOf(`table/${name}`));
    case 's3': return objectRights(operation, input, `arn:${where.partition}:s3:::${input.Bucket}`);
    case 'states': return [{ action: `states:${operation}`, resource: input.stateMachineArn ?? input.executionArn, context: {} }];
    case 'kms': return [{ action: `kms:${operation}`, resource: input.KeyId, context: {} }];
    case 'events': return [{ action: `events:${operation}`, resource: arnOf('event-bus/default'), context: { 'events:source': input.Entries.map(({ Source }: { Source: string }) => Source) } }];
    case 'cloudformation': return [{ action: `cloudformation:${operation}`, resource: input.StackName, context: {} }];
    case 'secretsmanager': {
      const resource = where.secretArn(input.SecretId);
      return [{ action: `secretsmanager:${operation}`, resource, context: {} }, ...byKey(operation, service, resource, where)];
    }
    case 'ssm': {
      const name: string = input.Name ?? input.ResourceId;
      const resource = arnOf(`parameter${name}`);
      if (/TagsToResource|TagsFromResource/.test(operation)) {
        return taggingRights(operation, name, arnOf);
      }
      if (operation === 'PutParameter' && input.KeyId) {
        where.keys.set(resource, input.KeyId);
      }
      const tags = input.Tags?.length > 0 ? taggingRights('AddTagsToResource', name, arnOf) : [];
      return [{ action: `ssm:${operation}`, resource, context: {} }, ...tags, ...byKey(operation, service, resource, where)];
    }
    default: throw new Error(`${service}:${operation} is not known here`);
  }
}

/** The objects of fleets, whose functions read only what is there. */
const OF_FLEETS = /\/runs\/|\.(csv|jsonl)$/;

/** Whoever may not list a bucket is not told that an object is missing. */
function objectRights(operation: string, { Key, Prefix, VersionId }: RecordedCall['input'], bucket: string): NeededRight[] {
  if (operation === 'ListObjectsV2') {
    return [{ action: 's3:ListBucket', resource: bucket, context: { 's3:prefix': Prefix } }];
  }
  return [
    { action: `s3:${operation}${VersionId === undefined ? '' : 'Version'}`, resource: `${bucket}/${Key}`, context: {} },
    ...operation === 'GetObject' && !OF_FLEETS.test(Key) ? [{ action: 's3:ListBucket', resource: bucket, context: {} }] : [],
  ];
}

/**
 * Who makes a parameter with tags needs the right to add them too. In AWS's messages on tags the slash at the beginning of the name is
 * doubled: both ways have to be allowed. https://github.com/pepperize/cdk-ssm-parameters-cross-region/issues/442
 */
function taggingRights(operation: string, name: string, arnOf: (resource: string) => string): NeededRight[] {
  return ['parameter', 'parameter/'].map(beginning => ({ action: `ssm:${operation}`, resource: arnOf(`${beginning}${name}`), context: {} }));
}

function ledgerRights(operation: string, input: RecordedCall['input'], arnOf: (name: string) => string): NeededRight[] {
  const right = (action: string, { TableName, Key, Item }: RecordedCall['input']): NeededRight => ({
    action: `dynamodb:${action}`,
    resource: arnOf(TableName),
    context: { 'dynamodb:LeadingKeys': [(Key ?? Item).pk.S] },
  });
  if (input.TransactItems) {
    return input.TransactItems.map((item: Record<string, any>) => right(ITEM_ACTIONS[Object.keys(item)[0]], Object.values(item)[0]));
  }
  if (operation === 'BatchGetItem') {
    return Object.entries<{ Keys: { pk: { S: string } }[] }>(input.RequestItems).map(([name, { Keys }]) => (
      { action: 'dynamodb:BatchGetItem', resource: arnOf(name), context: { 'dynamodb:LeadingKeys': Keys.map(({ pk }) => pk.S) } }));
  }
  if (operation === 'Query') {
    const keys = Object.values<{ S?: string }>(input.ExpressionAttributeValues).flatMap(({ S }) => /^(identity|issuer|resource|name|place|registration|revoked|crl)#/.test(S ?? '') ? S! : []);
    const resource = input.IndexName === undefined ? arnOf(input.TableName) : `${arnOf(input.TableName)}/index/${input.IndexName}`;
    return [{ action: 'dynamodb:Query', resource, context: { 'dynamodb:LeadingKeys': keys.slice(0, 1) } }];
  }
  return [right(operation, input)];
}

/** In China the name of a service has been seen with either suffix: both have to be allowed. */
function byKey(operation: string, service: string, resource: string, { partition, keys }: Encryption): NeededRight[] {
  const key = keys.get(resource);
  const region = resource.split(':')[3];
  const suffixes = partition === 'aws-cn' ? ['amazonaws.com', 'amazonaws.com.cn'] : ['amazonaws.com'];
  return key === undefined ? [] : (KEY_ACTIONS[operation] ?? []).flatMap(action => suffixes.map(suffix =>
    ({ action, resource: key, context: { 'kms:ViaService': `${service}.${region}.${suffix}` } })));
}
