import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { CliError, ExitCode, messageOf } from './cli-error';
import type { ExportOptions } from './export-command';
import { parseJsonMap } from './json';
import { lazy } from './lazy';
import type { LocalOptions } from './local-command';
import { readBytes } from './read-file';
import { Terminal } from './terminal';

/**
 * Runs a command line.
 *
 * @param args without the names of the interpreter and the program
 * @returns the exit code; after an error, one line was said of it
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = ExitCode.DONE;
  const finish = (passed: boolean): void => {
    code = passed ? ExitCode.DONE : ExitCode.FAILED;
  };
  try {
    await program(terminal, finish).parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) { // what was wrong has been said; after help, nothing was
      return error.exitCode === 0 ? ExitCode.DONE : ExitCode.NOT_CARRIED_OUT;
    }
    terminal.warn(`error: ${messageOf(error)}\n`);
    return error instanceof CliError ? error.exitCode : ExitCode.NOT_CARRIED_OUT;
  }
}

/** @param finish is told whether a command that can find something wrong has found nothing */
function program(terminal: Terminal, finish: (passed: boolean) => void): Command {
  const root = new Command('private-iot-ca')
    .description('Certificates of a private CA for IoT devices: made on this machine, written out, and looked at.')
    .version(packageVersion(), '-V, --version', 'say the version')
    .helpOption('-h, --help', 'say how a command is used')
    .helpCommand(false)
    .configureOutput({ writeOut: text => terminal.print(text), writeErr: text => terminal.warn(text) })
    .configureHelp({ helpWidth: 110 })
    .exitOverride()
    .addHelpText('after', `
Examples:
  $ cdk synth && private-iot-ca local                    make the certificates of an app, without an AWS account
  $ private-iot-ca export --outputs local-out/outputs.json --out pem
  $ private-iot-ca inspect pem/*.pem
  $ private-iot-ca lint pem/*.pem --platform aws-iot-core`);

  root.command('local')
    .description('Deploy the certificate resources of a synthesized CDK app into a directory. The code that issues is the code that '
      + 'runs in AWS; running it again changes only what was declared differently.')
    .option('--app <dir>', 'the cloud assembly that `cdk synth` wrote', 'cdk.out')
    .option('--out <dir>', 'where state, private keys and outputs are kept', 'local-out')
    .option('--parameters <[stack:]name=value...>', 'values of template parameters; one that is not given keeps its previous value')
    .option('--secret <name=file...>', 'what a secret holds that AWS would hold, such as an imported CA\'s key; the name is the ARN of the secret, '
      + 'its name, the path of its construct or its logical id')
    .option('--stack <name...>', 'deploy only these stacks and those they depend on')
    .option('--dry-run', 'say what would be created, updated, replaced, removed and kept, and change nothing')
    .addHelpText('after', `
Writes:
  <out>/outputs.json   the outputs, in the format of \`cdk deploy --outputs-file\`
  <out>/state.json     what is deployed, and the ledger of all certificates that were issued
  <out>/keys/          the private keys, readable by you only; treat them like any CA's keys

A parameter whose value AWS keeps in the Parameter Store has the value that --parameters gives. The file of a --secret is
read to the byte, a newline at its end too, up to 64 kB; what it holds is neither shown nor kept.

Examples:
  $ private-iot-ca local
  $ private-iot-ca local --dry-run
  $ private-iot-ca local --parameters IotStack:RegistrationCode=3f0a… --out demo-out
  $ private-iot-ca local --secret IotStack/CaKey=myIoTCARoot.key`)
    .action((options: LocalOptions) => lazy.localCommand().localCommand(options, terminal));

  root.command('export')
    .description('Write a PEM file for each output that holds certificates, and a manifest.json that describes them.')
    .option('--outputs <file>', 'what `cdk deploy --outputs-file` or `private-iot-ca local` wrote', 'outputs.json')
    .option('--out <dir>', 'where the files go', '.')
    .option('--private-keys', 'write the private keys of devices and servers too, where an output holds the ARN of the secret or the name of the '
      + 'parameter (mode 0600)')
    .option('--ca-private-key <output>', 'write the private key of a CA too, by the output that holds the ARN of its secret; can be repeated', repeated)
    .option('--local <dir>', 'the directory of the local deployment that holds the keys (default: that of the outputs file)')
    .option('--platform <name>', 'write into a folder of this name what a console or a broker is given, with its configuration or the steps: '
      + 'alibaba-iot, emqx, hivemq, mosquitto, thingsboard, vernemq')
    .option('--ca <name>', 'a CA that these files have, by its output or its common name; can be repeated (default: all)', repeated)
    .option('--server <output>', 'the output with the broker\'s certificate, where there are several')
    .option('--broker-folder <dir>', 'where those files will be on the broker\'s machine (default: where the broker usually has them)')
    .addHelpText('after', `
Files are named after the outputs: CaCertificate becomes ca.pem, DeviceCertificateChain becomes device-chain.pem.
A file that holds anything else is never overwritten.
The exit code is 1 where a key that was asked for can't be read; everything else is written.

Examples:
  $ private-iot-ca export --outputs local-out/outputs.json --out pem
  $ private-iot-ca export --outputs outputs.json --out pem --private-keys    reads the keys from AWS
  $ private-iot-ca export --platform mosquitto --private-keys                mosquitto/mosquitto.conf and what it names
  $ private-iot-ca export --platform alibaba-iot                             alibaba-iot/steps.md and the files to upload`)
    .action(async (options: ExportOptions) => finish(await lazy.exportCommand().exportCommand(options, terminal)));

  root.command('inspect')
    .description('Show certificates as a person reads them. Of a private key, only its kind and the fingerprint of its public key are shown.')
    .argument('<file...>', 'PEM files with any number of certificates, DER files, or a JSON file of stack outputs')
    .addHelpText('after', `
Examples:
  $ private-iot-ca inspect ca.pem
  $ private-iot-ca inspect device.pem ca.pem             says which one signed the other
  $ private-iot-ca inspect local-out/outputs.json`)
    .action((files: string[]) => lazy.inspectCommand().inspectCommand(files, terminal));

  root.command('lint')
    .description('Check certificates, of this library or not, by the rules of RFC 5280, of platforms, and of the TLS stacks that devices run. '
      + 'The exit code is 1 where there is an error; warnings do not change it.')
    .argument('[file...]', 'PEM files with any number of certificates, DER files, or a JSON file of stack outputs')
    .option('--platform <name>', 'check the rules of this platform too; can be repeated', repeated)
    .option('--list', 'say all rules: what each checks, and where it is written')
    .addHelpText('after', `
What a CA has issued is also checked against the CA, where its certificate is among the files.

Examples:
  $ private-iot-ca lint ca.pem --platform aws-iot-core
  $ private-iot-ca lint device.pem ca.pem                says whether the device outlives its CA
  $ private-iot-ca lint local-out/outputs.json`)
    .action((files: string[], options: { platform?: string[]; list?: boolean }) => finish(lazy.lintCommand().lintCommand(files, options, terminal)));

  return root;
}

/** Of an option that is given several times, all values. */
function repeated(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** The package.json stands two folders above this file, in the sources as in the bundle. */
function packageVersion(): string {
  const file = join(__dirname, '..', '..', 'package.json');
  return String(parseJsonMap(file, readBytes(file)).version);
}
