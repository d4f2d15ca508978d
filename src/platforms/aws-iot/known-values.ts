import {
  DefaultTokenResolver, Intrinsic, IPostProcessor, IResolvable, IResolveContext, StringConcat, Tokenization, TokenizedStringFragments,
} from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { UNKNOWN } from './provisioning/provisioning-expressions';

/** A text with an unknown part is unknown. */
class KnownText extends StringConcat {
  public join(left: unknown, right: unknown): unknown {
    return [left, right].includes(UNKNOWN) ? UNKNOWN : super.join(left, right);
  }
}

/**
 * Puts UNKNOWN in place of each value that CloudFormation fills in. The value would resolve to an intrinsic function of CloudFormation, and
 * a provisioning template has functions of its own with the same names.
 */
class KnownValues extends DefaultTokenResolver {
  constructor(private readonly lazy: boolean) {
    super(new KnownText());
  }

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    return this.lazy && !(token instanceof Intrinsic) ? super.resolveToken(token, context, postProcessor) : UNKNOWN;
  }

  public resolveString(fragments: TokenizedStringFragments, context: IResolveContext): unknown {
    const text = super.resolveString(fragments, context);
    return typeof text === 'string' ? text : UNKNOWN;
  }
}

/**
 * A value with UNKNOWN in place of each token in it.
 *
 * @param lazy whether to resolve lazy values, which is possible only at synthesis
 */
export function knownValues(scope: IConstruct, value: unknown, lazy: boolean): unknown {
  return Tokenization.resolve(value, { scope, resolver: new KnownValues(lazy) });
}
