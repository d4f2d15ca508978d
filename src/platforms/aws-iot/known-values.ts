import {
  DefaultTokenResolver, Intrinsic, IPostProcessor, IResolvable, IResolveContext, StringConcat, Tokenization, TokenizedStringFragments,
} from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { UNKNOWN } from './provisioning/provisioning-expressions';

/** A text with a part that is not known is not known. */
class KnownText extends StringConcat {
  public join(left: unknown, right: unknown): unknown {
    return [left, right].includes(UNKNOWN) ? UNKNOWN : super.join(left, right);
  }
}

/**
 * Puts UNKNOWN for what CloudFormation fills in. It would be an intrinsic function of CloudFormation, which a provisioning
 * template has its own of, by the same names.
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
 * A value with UNKNOWN for each token in it.
 *
 * @param lazy whether lazy values are asked for, which they may be at synthesis only
 */
export function knownValues(scope: IConstruct, value: unknown, lazy: boolean): unknown {
  return Tokenization.resolve(value, { scope, resolver: new KnownValues(lazy) });
}
