import { Option } from 'commander';
import { CliError } from './cli-error';
import type { CommandDescription } from './command-description';
import { completionScript, SHELLS } from './completion';
import { KIT_NAMES } from './export/kits';
import type { ExportOptions } from './export-command';
import type { InspectOptions } from './inspect-command';
import { lazy } from './lazy';
import type { LintOptions } from './lint-command';
import type { LocalOptions } from './local-command';
import { PLATFORM_IDS } from '../contract/platforms';
import { quote } from '../contract/rules';

const JSON_OPTION = 'write one JSON document for programs instead of what people read';

/** The commands, in the order in which a newcomer needs them; all that the parser, the help and the shells know of them. */
export const COMMANDS: readonly CommandDescription[] = [
  described<LocalOptions>({
    name: 'local',
    summary: 'make the certificates of an app on this machine',
    description: 'Deploy the certificate resources of a synthesized CDK app into a directory. The code that issues is the code that '
      + 'runs in AWS; running it again changes only what was declared differently.',
    options: [
      new Option('--app <dir>', 'the cloud assembly that `cdk synth` wrote').default('cdk.out'),
      new Option('--out <dir>', 'where state, private keys and outputs are kept').default('local-out'),
      new Option('--parameters <[stack:]name=value...>', 'values of template parameters; one that is not given keeps its previous value'),
      new Option('--secret <name=file...>', 'what a secret holds that AWS would hold, such as an imported CA\'s key; the name is the ARN of the secret, '
        + 'its name, the path of its construct or its logical id'),
      new Option('--stack <name...>', 'deploy only these stacks and those they depend on'),
      new Option('--dry-run', 'say what would be created, updated, replaced, removed and kept, and change nothing'),
      new Option('--json', JSON_OPTION),
    ],
    notes: [
      'Writes:',
      '  <out>/outputs.json  the outputs, as `cdk deploy --outputs-file` writes them',
      '  <out>/state.json    what is deployed, and the ledger of what was issued',
      '  <out>/keys/         the private keys, for you only: treat them like any CA\'s',
      'A parameter whose value AWS keeps in the Parameter Store has the value that --parameters gives. The file of a --secret is read to the byte, '
        + 'a newline at its end too, up to 64 kB; what it holds is neither shown nor kept.',
      'The exit code is 1 where a deployment has failed, which is then rolled back.',
    ],
    examples: [
      ['deploy what `cdk synth` wrote', 'private-iot-ca local'],
      ['see what would happen', 'private-iot-ca local --dry-run'],
      ['give a parameter, and choose the folder', 'private-iot-ca local --parameters IotStack:RegistrationCode=3f0a… --out demo-out'],
      ['give the key of an imported CA', 'private-iot-ca local --secret IotStack/CaKey=myIoTCARoot.key'],
    ],
    run: async (_, options, terminal) => {
      await lazy.localCommand().localCommand(options, terminal);
      return true;
    },
  }),
  described<ExportOptions>({
    name: 'export',
    summary: 'write the certificates of stack outputs to files',
    description: 'Write a PEM file for each output that holds certificates, and a manifest.json that describes them.',
    options: [
      new Option('--outputs <file>', 'what `cdk deploy --outputs-file` or `private-iot-ca local` wrote; - is standard input').default('outputs.json'),
      new Option('--out <dir>', 'where the files go').default('.'),
      new Option('--private-keys', 'write the private keys of devices and servers too, where an output holds the ARN of the secret or the name of the '
        + 'parameter (mode 0600)'),
      repeatable('--ca-private-key <output>', 'write the private key of a CA too, by the output that holds the ARN of its secret; can be repeated'),
      new Option('--local <dir>', 'the directory of the local deployment that holds the keys (default: that of the outputs file)'),
      withChoices(KIT_NAMES, new Option('--platform <name>', 'write into a folder of this name what a console or a broker is given, with its configuration '
        + 'or the steps')),
      repeatable('--ca <name>', 'a CA that these files have, by its output or its common name; can be repeated (default: all)'),
      new Option('--server <output>', 'the output with the broker\'s certificate, where there are several'),
      new Option('--broker-folder <dir>', 'where those files will be on the broker\'s machine (default: where the broker usually has them)'),
      new Option('--json', JSON_OPTION),
    ],
    notes: [
      'Files are named after the outputs: CaCertificate becomes ca.pem, DeviceCertificateChain becomes device-chain.pem. A file that holds anything '
        + 'else is never overwritten. The broker\'s key is in the folder of the platform alone.',
      'The exit code is 1 where a key that was asked for can\'t be read; everything else is written.',
    ],
    examples: [
      ['write what was deployed on this machine', 'private-iot-ca export --outputs local-out/outputs.json --out pem'],
      ['read the keys from AWS too', 'private-iot-ca export --outputs outputs.json --out pem --private-keys'],
      ['mosquitto/mosquitto.conf and what it names', 'private-iot-ca export --platform mosquitto --private-keys'],
      ['alibaba-iot/steps.md and the files to upload', 'private-iot-ca export --platform alibaba-iot'],
    ],
    run: (_, options, terminal) => lazy.exportCommand().exportCommand(options, terminal),
  }),
  described<InspectOptions>({
    name: 'inspect',
    summary: 'show what is in certificates',
    description: 'Show certificates as a person reads them. Of a private key, only its kind and the fingerprint of its public key are shown.',
    argument: { form: '<file...>', description: 'PEM files with any number of certificates, DER files, a JSON file of stack outputs, or - for standard input' },
    options: [new Option('--json', JSON_OPTION)],
    notes: [],
    examples: [
      ['show a certificate', 'private-iot-ca inspect ca.pem'],
      ['see which one signed the other', 'private-iot-ca inspect device.pem ca.pem'],
      ['show what a stack has put out', 'private-iot-ca inspect local-out/outputs.json'],
      ['show what a server presents', 'openssl s_client -connect broker.example:8883 </dev/null | private-iot-ca inspect -'],
    ],
    run: (files, options, terminal) => {
      lazy.inspectCommand().inspectCommand(files, options, terminal);
      return true;
    },
  }),
  described<LintOptions>({
    name: 'lint',
    summary: 'check certificates by the rules of standards, platforms and devices',
    description: 'Check certificates, of this library or not, by the rules of RFC 5280, of platforms, and of the TLS stacks that devices run.',
    argument: { form: '[file...]', description: 'PEM files with any number of certificates, DER files, a JSON file of stack outputs, or - for standard input' },
    options: [
      withChoices(PLATFORM_IDS, repeatable('--platform <name>', 'check the rules of this platform too; can be repeated')),
      new Option('--list', 'say all rules: what each checks, and where it is written'),
      new Option('--json', JSON_OPTION),
      new Option('--sarif', 'write the findings as SARIF 2.1.0, which code scanning takes').conflicts(['json', 'list']),
    ],
    notes: [
      'What a CA has issued is also checked against the CA, where its certificate is among the files.',
      'The exit code is 1 where there is an error; warnings do not change it. It is 2 where a file can\'t be read.',
    ],
    examples: [
      ['check a CA before it is uploaded', 'private-iot-ca lint ca.pem --platform aws-iot-core'],
      ['see whether the device outlives its CA', 'private-iot-ca lint device.pem ca.pem'],
      ['check what a stack has put out', 'private-iot-ca lint local-out/outputs.json'],
      ['hand the findings to code scanning', 'private-iot-ca lint pem/ca.pem pem/device.pem --sarif > lint.sarif'],
    ],
    run: (files, options, terminal) => lazy.lintCommand().lintCommand(files, options, terminal),
  }),
  described({
    name: 'completion',
    summary: 'write what a shell needs to complete these commands',
    description: 'Write the script by which a shell completes commands, options, files and the names of platforms.',
    argument: { form: '<shell>', description: 'the shell', choices: SHELLS },
    options: [],
    notes: [],
    examples: [
      ['bash, in ~/.bashrc', 'source <(private-iot-ca completion bash)'],
      ['zsh, in ~/.zshrc after compinit', 'source <(private-iot-ca completion zsh)'],
      ['fish', 'private-iot-ca completion fish > ~/.config/fish/completions/private-iot-ca.fish'],
    ],
    run: ([shell], _, terminal) => {
      terminal.print(completionScript(shell, COMMANDS));
      return true;
    },
  }),
  described({
    name: 'help',
    summary: 'say how a command is used',
    description: 'Say how a command is used; without its name, which commands there are.',
    argument: { form: '[command]', description: 'a command' },
    options: [],
    notes: [],
    examples: [['read about a command', 'private-iot-ca help lint']],
    run: ([name], _options, _terminal, program) => {
      const about = name === undefined ? program : program.commands.find(each => each.name() === name);
      if (!about) {
        throw new CliError(`help: command must be one of ${program.commands.map(each => each.name()).join(', ')}, got ${quote(name)}`);
      }
      about.outputHelp();
      return true;
    },
  }),
];

/** So that each command knows the type of its own options. */
function described<O extends object = object>(description: CommandDescription<O>): CommandDescription {
  return description;
}

/** An option that can be given several times, with one value each. */
function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: readonly string[] = []) => [...before, value]);
}

/** Names what an option takes to the help and to shells; the command checks it, for it knows what to say of another value. */
function withChoices(choices: readonly string[], option: Option): Option {
  option.argChoices = [...choices];
  return option;
}
