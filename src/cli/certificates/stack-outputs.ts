import { isMap, JsonMap } from '../../contract/json-map';
import { CliError } from '../cli-error';
import { parseJsonMap } from '../json';
import { CertificateFacts, readCertificate } from './certificate-facts';
import { holdsPem, readPemBlocks } from './pem-blocks';
import { CERTIFICATE } from '../../pki/pem-blocks';
import { readInput } from '../read-file';

/** An output of a stack. */
export interface StackOutput {
  readonly stack: string;
  readonly output: string;
  readonly value: string;
  /** The certificates in the value, in their order; empty if the value is something else. */
  readonly certificates: readonly CertificateFacts[];
}

/**
 * The outputs that the CDK adds itself, as aws-cdk-lib names them: `ExportsOutput…` for values that another stack imports
 * (`Stack.exportValue`, strong references), `PublishOutput…` for values that another stack reads with `Fn::GetStackOutput`
 * (weak references). The reference without its punctuation and eight digits of a hash follow.
 */
const OF_CDK = /^(?:Exports|Publish)Output(?:Ref|FnGetAtt)[A-Za-z0-9]*[0-9A-F]{8}$/;

/**
 * Whether an output is the CDK's own, which carries a value from stack to stack. Such an output is not meant for people. Its value can be
 * anything that another stack uses, such as the place of a CA's key.
 */
export function isOfCdk(output: string): boolean {
  return OF_CDK.test(output);
}

/** Reads a file in the format of `cdk deploy --outputs-file`, without the CDK's own outputs. */
export function readStackOutputs(file: string, content: Buffer): StackOutput[] {
  return Object.entries(parseJsonMap(file, content)).flatMap(([stack, outputs]) => {
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html; the name becomes a folder's name.
    if (!isMap(outputs) || !/^[A-Za-z][A-Za-z0-9-]*$/.test(stack)) {
      throw new CliError(`${file}: must map the name of each stack to a map of its outputs, as \`cdk deploy --outputs-file\` writes it`);
    }
    return readOutputsOf(file, stack, outputs);
  });
}

/** The outputs in files that were named on the command line. */
export interface FileOutputs {
  /** The names of the files, for messages. */
  readonly source: string;
  readonly outputs: readonly StackOutput[];
}

/**
 * Reads the outputs in files that were named on the command line. A command does this once, because standard input can be read only once.
 *
 * @param remedy what to do if a file is missing
 */
export function outputsIn(files: readonly string[], remedy = 'pass --outputs with the file that `cdk deploy --outputs-file outputs.json` wrote'): FileOutputs {
  const inputs = [...new Set(files)].map(file => readInput(file, remedy));
  return { source: inputs.map(({ name }) => name).join(', '), outputs: inputs.flatMap(({ name, content }) => readStackOutputs(name, content)) };
}

function readOutputsOf(file: string, stack: string, outputs: JsonMap): StackOutput[] {
  return Object.entries(outputs).filter(([output]) => !isOfCdk(output)).map(([output, value]) => {
    const where = `${file}: ${stack}.${output}`;
    if (typeof value !== 'string' || !/^[A-Za-z0-9]+$/.test(output)) {
      throw new CliError(`${where}: must be an output: a name of letters and digits with a string as its value`);
    }
    return { stack, output, value, certificates: holdsPem(value, CERTIFICATE) ? readCertificates(where, value) : [] };
  });
}

/** Reads a string that consists of certificates. */
function readCertificates(where: string, pem: string): CertificateFacts[] {
  return readPemBlocks(where, pem).map(({ label, der }, index, { length }) => {
    if (label !== CERTIFICATE) {
      throw new CliError(`${where}: PEM block ${index + 1} must be a certificate, got ${label.toLowerCase()} (not shown)`);
    }
    return readCertificate(length > 1 ? `${where}: PEM block ${index + 1}` : where, der);
  });
}
