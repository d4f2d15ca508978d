import { quote } from '../../contract/rules';
import { readStackOutputs } from '../certificates/stack-outputs';
import { CliError } from '../cli-error';
import { listed, namedOutputs, nameOf } from '../export/output-names';
import { readInput } from '../read-file';

/** An output that is called after the property of the CA, also below a construct, whose outputs CDK gives a hash. */
const OF_FUNCTION = /RevokeFunction(?:Name|Arn)?(?:[0-9A-F]{8})?$/;

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const FUNCTION = /^(?:arn:[\w-]+:lambda:[\w-]+:\d{12}:function:)?[\w-]{1,64}$/;

/**
 * The function of a CA that an outputs file of `cdk deploy` names.
 *
 * @param file the outputs file; - for standard input
 * @param output the name of the output, if there are several
 * @returns the name or the ARN of the function
 */
export function functionInOutputs(file: string, output: string | undefined): string {
  const { name: source, content } = readInput(file, 'pass --outputs with the file that `cdk deploy --outputs-file outputs.json` wrote');
  const outputs = readStackOutputs(source, content);
  const ofFunctions = outputs.filter(each => OF_FUNCTION.test(each.output));
  const found = output === undefined ? ofFunctions : namedOutputs(output, outputs);
  const [chosen] = found;
  if (output === undefined && !chosen) {
    throw new CliError(`${source}: no output is called RevokeFunction; declare one whose value is ca.revokeFunction.functionArn, deploy, and revoke again, `
      + 'or name another output with --function');
  }
  if (found.length !== 1) {
    throw new CliError(`--function must be an output of ${source} with the revokeFunction of a CA (${listed(ofFunctions.map(nameOf))}), `
      + `got ${output === undefined ? 'none' : quote(output)}`);
  }
  if (!FUNCTION.test(chosen.value)) {
    throw new CliError(`${source}: ${nameOf(chosen)} must be the name or the ARN of the revokeFunction of a CA, got ${quote(chosen.value)}`);
  }
  return chosen.value;
}
