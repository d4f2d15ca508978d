import { Stack, Stage, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { FUNCTION_OPTIONS_KINDS, PrivateIotCaFunctionOptions } from './function-options';
import { FUNCTION_RULES } from './function-rules';
import { hasApplied, setOptions } from './options-of-scopes';
import { Complaint } from '../../contract/rules';
import { check } from '../checks/kinds';
import { SCOPE } from '../checks/object-kinds';

/**
 * Settings for all functions of this library that a scope contains, and for their roles and log groups: set once for an app, a stage, a
 * stack or a CA. For each member, the nearest scope that sets it prevails. It does not matter whether settings are applied before or
 * after the constructs are declared.
 *
 * The function that issues and the functions that register CAs belong to their stack; the others belong to the construct that needs
 * them, such as the publication of revocation lists of a CA.
 *
 * What the AWS CDK has for all resources is not repeated here: `PermissionsBoundary.of()`, `Role.customizeRoles()`, `Tags.of()` and
 * `RemovalPolicies.of()` work with this library. An Aspect can set every other property, and prevails over these settings.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/aspects.html
 *
 * @example
 * declare const app: App;
 * declare const vpc: IVpc;
 * PrivateIotCaFunctions.of(app).apply({ vpc, logRetention: RetentionDays.TEN_YEARS, rolePath: '/iot/' });
 */
export class PrivateIotCaFunctions {
  /**
   * The settings for the functions in a scope.
   *
   * @param scope an app, a stage, a stack, or a construct that contains functions of this library, such as a CA whose lists are published
   */
  public static of(scope: IConstruct): PrivateIotCaFunctions {
    check('PrivateIotCaFunctions.of()', { scope: SCOPE }, { scope });
    return new PrivateIotCaFunctions(scope);
  }

  private constructor(private readonly scope: IConstruct) {}

  /**
   * Sets options for the functions in the scope. If an option is set twice for the same scope, the later value prevails.
   *
   * @param options the options to set; what is left out stays as it is
   * @throws Error if a value is not allowed, or if the synthesis has already applied the options to a function in the scope
   */
  public apply(options: PrivateIotCaFunctionOptions): void {
    const { scope } = this;
    const where = scope.node.path || 'App';
    check(where, FUNCTION_OPTIONS_KINDS, options);
    const complaint = complaintAbout(options);
    if (complaint !== undefined) {
      throw new Error(`${where}: ${complaint}`);
    }
    if (hasApplied(scope)) {
      throw new Error(`${where}: PrivateIotCaFunctions.apply() must be called before the synthesis, got a call when functions in the scope already had their `
        + 'options; call it outside of Aspects, and before app.synth()');
    }
    setOptions(scope, options);
    if (!Stage.isStage(scope) && !Stack.isStack(scope)) {
      scope.node.addValidation({
        validate: () => hasApplied(scope) ? [] : ['PrivateIotCaFunctions.of() must be given a scope that contains functions of this library, got '
          + `${where}, which contains none; the functions that issue and register belong to the stack, so give it the stack`],
      });
    }
  }
}

/** The first complaint about the values of options. */
function complaintAbout(options: PrivateIotCaFunctionOptions): Complaint {
  const values: { readonly [name: string]: any } = options;
  return Object.entries(FUNCTION_RULES)
    .filter(([name]) => values[name] !== undefined && !Token.isUnresolved(values[name]))
    .map(([name, rule]) => (rule as (value: any) => Complaint)(values[name]))
    .find(complaint => complaint !== undefined);
}
