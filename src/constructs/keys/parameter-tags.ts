import { IResolvable, Lazy, Stack, TagManager, TagType } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { isMap } from '../../contract/json-map';
import { checkTagKey, checkTagKeys, checkTagValue, Tag } from '../../contract/tags';
import { outermostStack } from '../provider/reach';

/** What CloudFormation calls a parameter. It is none of its resources here, and yet what users of `Tags.of()` take it for. */
const PARAMETER = 'AWS::SSM::Parameter';

/**
 * The tags of a parameter that the function makes. Tags that are for some types of resources only, or not for some, can name it by the
 * type of the custom resource that stands for it in the template, and as a parameter.
 *
 * It begins with the tags of the stack (`StackProps.tags`): CloudFormation gives those to its own resources alone.
 */
export class ParameterTags extends TagManager {
  constructor(private readonly scope: Construct, private readonly resourceType: string) {
    super(TagType.KEY_VALUE, resourceType, outermostStack(scope).tags.tagValues());
  }

  public applyTagAspectHere(include: string[] = [], exclude: string[] = []): boolean {
    const isAmong = (types: string[]): boolean => types.includes(this.resourceType) || types.includes(PARAMETER);
    return !isAmong(exclude) && (include.length === 0 || isAmong(include));
  }

  /** As they stand in a template, when all Aspects have been there. What AWS would refuse is an error of the synthesis. */
  public render(): IResolvable {
    this.scope.node.addValidation({ validate: () => this.complaints() });
    return Lazy.any({ produce: () => this.all() }, { omitEmptyArray: true });
  }

  private all(): Tag[] {
    return this.renderTags() ?? [];
  }

  private complaints(): string[] {
    // What is late is known by now; what CloudFormation fills in is a map.
    const tags: readonly { readonly Key: unknown; readonly Value?: unknown }[] = Stack.of(this.scope).resolve(this.all());
    const nameOf = (key: unknown): string => typeof key === 'string' ? key : JSON.stringify(key);
    return [
      checkTagKeys(tags.map(({ Key }) => nameOf(Key))),
      ...tags.flatMap(({ Key, Value }) => [isMap(Key) ? undefined : checkTagKey(Key), isMap(Value) ? undefined : checkTagValue(nameOf(Key), Value)]),
    ].filter(complaint => complaint !== undefined);
  }
}
