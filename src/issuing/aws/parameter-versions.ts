import {
  AddTagsToResourceCommand, DeleteParameterCommand, GetParameterCommand, ParameterTier, ParameterType, PutParameterCommand,
  RemoveTagsFromResourceCommand, ResourceTypeForTagging, SSMClient,
} from '@aws-sdk/client-ssm';
import { quote } from '../../contract/rules';
import { Tag } from '../../contract/tags';
import { AwsCalls, ifOneOf } from '../../lambda/aws/aws-calls';
import { NOTHING_TO_PUT_BACK, ParameterOptions, ParameterVersions as Port, PutBack } from '../ports';

const ALREADY_THERE = 'ParameterAlreadyExists';
const NOT_FOUND = 'ParameterNotFound';

/**
 * The versions of private keys in Parameter Store. Each version is a SecureString of its own, `<path>/<serial number>`, written once and
 * never changed. A name can be taken only once, which makes writing idempotent and keeps the keys of different owners apart. AWS asks to
 * wait 30 seconds before the name of a deleted parameter is used again; a serial number is never used again.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
 */
export class ParameterVersions implements Port {
  constructor(private readonly client: SSMClient, private readonly calls: AwsCalls) {}

  public async read(path: string, version: string): Promise<string | undefined> {
    const Name = nameOf(path, version);
    const command = new GetParameterCommand({ Name, WithDecryption: true });
    try {
      const { Parameter } = await this.calls.make('ssm:GetParameter', describe(Name), options => this.client.send(command, options), [NOT_FOUND]);
      if (Parameter?.Type !== ParameterType.SECURE_STRING) {
        throw new Error(`${describe(Name)} must be a SecureString, as this library writes it, `
          + `got ${Parameter?.Type === undefined ? 'none' : quote(Parameter.Type)}; `
          + 'it was created outside this library, so its value can\'t be trusted as a key; delete it and deploy again');
      }
      return Parameter.Value;
    } catch (error) {
      return ifOneOf([NOT_FOUND], error);
    }
  }

  public async write(
    path: string, version: string, value: string, _owner: string, { encryptionKey, tags = [] }: ParameterOptions = {},
  ): Promise<string> {
    const Name = nameOf(path, version);
    const command = new PutParameterCommand({
      Name,
      Value: value,
      Type: ParameterType.SECURE_STRING,
      KeyId: encryptionKey,
      Overwrite: false, // with it, AWS accepts no tags; separate calls change the tags of an existing parameter
      Tags: tags.length > 0 ? [...tags] : undefined,
      Description: 'The private key of the certificate with this serial number',
      // A standard parameter is free and holds up to 4 kB. A value that needs more gets an advanced parameter, of up to 8 kB.
      // https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
      Tier: ParameterTier.INTELLIGENT_TIERING,
    });
    try {
      await this.calls.make('ssm:PutParameter', describe(Name), options => this.client.send(command, options), [ALREADY_THERE]);
      return value;
    } catch (error) {
      ifOneOf([ALREADY_THERE], error);
    }
    // Another delivery of the request was first, or this delivery was and its answer was lost. The value may take a moment to become
    // visible.
    const standing = await this.calls.lookFor(() => this.read(path, version));
    if (standing === undefined) {
      throw new Error(`${describe(Name)} exists but can't be read; deploy again`);
    }
    return standing;
  }

  /** Does nothing: no consumer reads a path without a version. The stack hands on the parameter's name, which includes the serial number. */
  public async makeCurrent(): Promise<PutBack> {
    return NOTHING_TO_PUT_BACK;
  }

  /** Removes tags before it adds others: a parameter has room for 50. */
  public async tag(path: string, version: string, tags: readonly Tag[], formerKeys: readonly string[]): Promise<void> {
    const Name = nameOf(path, version);
    const resource = { ResourceType: ResourceTypeForTagging.PARAMETER, ResourceId: Name };
    if (formerKeys.length > 0) {
      const command = new RemoveTagsFromResourceCommand({ ...resource, TagKeys: [...formerKeys] });
      await this.calls.make('ssm:RemoveTagsFromResource', describe(Name), options => this.client.send(command, options));
    }
    if (tags.length > 0) {
      const command = new AddTagsToResourceCommand({ ...resource, Tags: [...tags] });
      await this.calls.make('ssm:AddTagsToResource', describe(Name), options => this.client.send(command, options));
    }
  }

  /** Deletes the parameter. A missing permission is an error here: CloudFormation does not know the parameter, and would leave it behind. */
  public async release(path: string, version: string): Promise<boolean> {
    const Name = nameOf(path, version);
    try {
      await this.calls.make('ssm:DeleteParameter', describe(Name), options => this.client.send(new DeleteParameterCommand({ Name }), options), [NOT_FOUND]);
    } catch (error) {
      ifOneOf([NOT_FOUND], error);
    }
    return true;
  }
}

function nameOf(path: string, version: string): string {
  return `${path}/${version}`;
}

function describe(name: string): string {
  return `the parameter ${name}`;
}
