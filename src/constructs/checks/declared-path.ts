import { IConstruct } from 'constructs';

/** The path of the construct that a user has declared, of which CDK's own `Resource` and `Default` are the insides. */
export function declaredPath({ node }: IConstruct): string {
  return node.path.replace(/(\/(Resource|Default))+$/, '');
}
