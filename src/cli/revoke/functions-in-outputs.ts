import { quote } from '../../contract/rules';
import { FileOutputs } from '../certificates/stack-outputs';
import { CliError } from '../cli-error';
import { listed, namedOutputs, nameOf } from '../export/output-names';

/** An output that is called after the property of the CA, also below a construct, whose outputs CDK gives a hash. */
const OF_FUNCTION = /RevokeFunction(?:Name|Arn)?(?:[0-9A-F]{8})?$/;

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const FUNCTION = /^(?:arn:[\w-]+:lambda:[\w-]+:\d{12}:function:)?[\w-]{1,64}$/;

/**
 * The functions of CAs that outputs files of `cdk deploy` name.
 *
 * @param names the names of the outputs, if not all functions are meant
 * @param several whether several functions are of use
 * @returns the names or the ARNs of the functions
 */
export function functionsInOutputs({ source, outputs }: FileOutputs, names: readonly string[] | undefined, several: boolean): string[] {
  const ofFunctions = outputs.filter(each => OF_FUNCTION.test(each.output));
  if (names === undefined && ofFunctions.length === 0) {
    throw new CliError(`${source}: no output is called RevokeFunction; declare one whose value is ca.revokeFunction.functionArn, deploy, and revoke again, `
      + 'or name another output with --function');
  }
  const refused = (got: string): CliError =>
    new CliError(`--function must be an output of ${source} with the revokeFunction of a CA (${listed(ofFunctions.map(nameOf))}), got ${got}`);
  const found = names?.flatMap(name => {
    const ofName = namedOutputs(name, outputs);
    if (new Set(ofName.map(({ value }) => value)).size !== 1) {
      throw refused(quote(name));
    }
    return ofName;
  }) ?? ofFunctions;
  const other = found.find(({ value }) => !FUNCTION.test(value));
  if (other) {
    throw new CliError(`${source}: ${nameOf(other)} must be the name or the ARN of the revokeFunction of a CA, got ${quote(other.value)}`);
  }
  const functions = [...new Set(found.map(({ value }) => value))];
  if (!several && functions.length > 1) {
    throw refused(names === undefined ? 'none' : names.map(quote).join(' and '));
  }
  return functions;
}
