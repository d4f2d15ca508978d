import { assertKnown, AwsError, UnknownToFake } from './aws-error';

/** A parameter. */
interface Parameter {
  readonly type: string;
  readonly value: string;
  readonly tags: Map<string, string>;
}

/** Parameters by name. */
export interface ParametersState {
  readonly parameters: Map<string, Parameter>;
}

type Input = { readonly [parameter: string]: any };

/** "Most resources can have a maximum of 50 tags": API reference, AddTagsToResource. */
const MAX_TAGS = 50;

/** Of Tag and its members, as the model of the API has them. */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** The Parameter Store of AWS Systems Manager. */
export class ParameterStore {
  constructor(private readonly state: ParametersState) {}

  public answer(operation: string, input: Input): object {
    switch (operation) {
      case 'GetParameter': return this.get(input);
      case 'PutParameter': return this.put(input);
      case 'AddTagsToResource': return this.addTags(input);
      case 'RemoveTagsFromResource': return this.removeTags(input);
      case 'DeleteParameter': return this.delete(input);
      default: throw new UnknownToFake(`ssm:${operation}`);
    }
  }

  private get({ Name, WithDecryption = false, ...more }: Input): object {
    assertKnown('GetParameter', more, []);
    const parameter = this.state.parameters.get(Name);
    if (!parameter) {
      throw new AwsError('ParameterNotFound', '');
    }
    const { type, value } = parameter;
    return { Parameter: { Name, Type: type, Value: type === 'SecureString' && !WithDecryption ? Buffer.from('encrypted').toString('base64') : value, Version: 1 } };
  }

  private put({ Name, Value, Type, Overwrite = false, KeyId: _, Description: __, Tier, Tags = [], ...more }: Input): object {
    assertKnown('PutParameter', more, []);
    const limit = Tier === 'Intelligent-Tiering' || Tier === 'Advanced' ? 8_192 : 4_096;
    if (!/^(\/[\w.-]+){1,15}$/.test(Name) || Buffer.byteLength(Value) > limit) {
      throw new AwsError('ValidationException', '1 validation error detected');
    }
    if (Overwrite && Tags.length > 0) {
      throw new AwsError('ValidationException', 'Invalid request: tags and overwrite can\'t be used together. To create a parameter with tags, please remove overwrite flag. '
        + 'To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.');
    }
    const tags = tagged(new Map(), Tags);
    if (this.state.parameters.has(Name) && !Overwrite) {
      throw new AwsError('ParameterAlreadyExists', 'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.');
    }
    this.state.parameters.set(Name, { type: Type, value: Value, tags: this.state.parameters.get(Name)?.tags ?? tags });
    return { Version: 1, Tier: 'Standard' };
  }

  private addTags({ ResourceType, ResourceId, Tags, ...more }: Input): object {
    assertKnown('AddTagsToResource', more, []);
    const { tags } = this.toTag(ResourceType, ResourceId);
    tagged(tags, Tags).forEach((value, key) => tags.set(key, value));
    return {};
  }

  private removeTags({ ResourceType, ResourceId, TagKeys, ...more }: Input): object {
    assertKnown('RemoveTagsFromResource', more, []);
    const { tags } = this.toTag(ResourceType, ResourceId);
    TagKeys.forEach((key: string) => assertKey(key));
    TagKeys.forEach((key: string) => tags.delete(key));
    return {};
  }

  private toTag(type: unknown, name: string): Parameter {
    if (type !== 'Parameter') {
      throw new AwsError('InvalidResourceType', '');
    }
    const parameter = this.state.parameters.get(name);
    if (!parameter) {
      throw new AwsError('InvalidResourceId', '');
    }
    return parameter;
  }

  private delete({ Name, ...more }: Input): object {
    assertKnown('DeleteParameter', more, []);
    if (!this.state.parameters.delete(Name)) {
      throw new AwsError('ParameterNotFound', '');
    }
    return {};
  }
}

/** What tags come to, with further ones. */
function tagged(standing: ReadonlyMap<string, string>, more: readonly Input[]): Map<string, string> {
  const tags = new Map(standing);
  for (const { Key, Value, ...others } of more) {
    assertKnown('Tag', others, []);
    assertKey(Key);
    if (typeof Value !== 'string' || [...Value].length > 256 || !TAG_TEXT.test(Value)) {
      throw new AwsError('ValidationException', '1 validation error detected: Value at \'tags.1.member.value\' failed to satisfy constraint');
    }
    tags.set(Key, Value);
  }
  if (tags.size > MAX_TAGS || new Set(more.map(({ Key }) => Key)).size < more.length) {
    throw tags.size > MAX_TAGS ? new AwsError('TooManyTagsError', '') : new AwsError('ValidationException', 'Duplicate tag keys found');
  }
  return tags;
}

function assertKey(key: unknown): void {
  if (typeof key !== 'string' || [...key].length < 1 || [...key].length > 128 || !TAG_TEXT.test(key) || /^aws:/i.test(key)) {
    throw new AwsError('ValidationException', '1 validation error detected: Value at \'tags.1.member.key\' failed to satisfy constraint');
  }
}
