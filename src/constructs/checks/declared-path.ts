import { IConstruct } from 'constructs';

/** The path of the construct that a user has declared, without CDK's own `Resource` and `Default` inside it. */
export function declaredPath({ node }: IConstruct): string {
  return node.path.replace(/(\/(Resource|Default))+$/, '');
}
