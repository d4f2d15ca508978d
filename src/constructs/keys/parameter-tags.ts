import { IResolvable, Lazy, Stack, TagManager, TagType } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { isMap } from '../../contract/json-map';
import { checkTagKey, checkTagKeys, checkTagValue, Tag } from '../../contract/tags';
import { outermostStack } from '../provider/reach';

/**
 * CloudFormation's type of a parameter. The parameter is not a CloudFormation resource here, but users of `Tags.of()` take it for a
 * resource.
 */
const PARAMETER = 'AWS::SSM::Parameter';

/**
 * The tags of a parameter that the function makes. Tags that include or exclude types of resources can name the parameter by the type of
 * the custom resource that stands for it in the template, or as a parameter.
 *
 * The tags begin with those of the stack (`StackProps.tags`), because CloudFormation gives these only to its own resources.
 */
export class ParameterTags extends TagManager {
  constructor(private readonly scope: Construct, private readonly resourceType: string) {
    super(TagType.KEY_VALUE, resourceType, outermostStack(scope).tags.tagValues());
  }

  public applyTagAspectHere(include: string[] = [], exclude: string[] = []): boolean {
    const isAmong = (types: string[]): boolean => types.includes(this.resourceType) || types.includes(PARAMETER);
    return !isAmong(exclude) && (include.length === 0 || isAmong(include));
  }

  /** The tags as they appear in a template, after all Aspects have run. A tag that AWS would refuse fails the synthesis. */
  public render(): IResolvable {
    this.scope.node.addValidation({ validate: () => this.complaints() });
    return Lazy.any({ produce: () => this.all() }, { omitEmptyArray: true });
  }

  private all(): Tag[] {
    return this.renderTags() ?? [];
  }

  private complaints(): string[] {
    // Lazy values are known at this point. A value that CloudFormation fills in is a map.
    const tags: readonly { readonly Key: unknown; readonly Value?: unknown }[] = Stack.of(this.scope).resolve(this.all());
    const nameOf = (key: unknown): string => typeof key === 'string' ? key : JSON.stringify(key);
    return [
      checkTagKeys(tags.map(({ Key }) => nameOf(Key))),
      ...tags.flatMap(({ Key, Value }) => [isMap(Key) ? undefined : checkTagKey(Key), isMap(Value) ? undefined : checkTagValue(nameOf(Key), Value)]),
    ].filter(complaint => complaint !== undefined);
  }
}
