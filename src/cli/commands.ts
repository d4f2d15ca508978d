import { Option } from 'commander';
import { CliError } from './cli-error';
import type { CommandDescription } from './command-description';
import { described, JSON_OPTION, repeatable, withChoices } from './command-options';
import { completionScript, SHELLS } from './completion';
import type { CrlFetchOptions } from './crl-command';
import { DIFF } from './diff/description';
import { KIT_NAMES } from './export/kits';
import type { ExportOptions } from './export-command';
import { FLEET } from './fleet/description';
import type { InspectOptions } from './inspect-command';
import { lazy } from './lazy';
import type { LintOptions } from './lint-command';
import { LIST } from './list/description';
import type { LocalOptions } from './local-command';
import { RECONCILE } from './reconcile/description';
import { RENEW } from './renew/description';
import { REVOKE } from './revoke/description';
import { quote } from '../contract/rules';
import { PLATFORM_IDS } from '../platforms/registry';

/** The commands, in the order in which a newcomer needs them, with everything that the parser, the help and the shells know about them. */
export const COMMANDS: readonly CommandDescription[] = [
  described<LocalOptions>({
    name: 'local',
    summary: 'make the certificates of an app on this machine',
    instead: 'Give a parameter of the template with --parameters NAME=VALUE.',
    description: 'Deploy the certificate resources of a synthesized CDK app into a directory. The code that issues them is the code '
      + 'that runs in AWS. Running it again changes only what the app now declares differently.',
    options: [
      new Option('--app <dir>', 'the cloud assembly that `cdk synth` wrote').default('cdk.out'),
      new Option('--out <dir>', 'the directory for the state, the private keys and the outputs').default('local-out'),
      new Option('--parameters <[stack:]name=value...>', 'values of template parameters; a parameter that is left out keeps its previous value'),
      new Option('--secret <name=file...>', 'a file with the value of a secret that the app only reads, such as the key of an imported CA; <name> is the ARN or '
        + 'the name of the secret, or the path or the logical id of its construct'),
      new Option('--stack <name...>', 'deploy only these stacks and the stacks that they depend on'),
      new Option('--dry-run', 'show what would be created, updated, replaced, removed and kept, and change nothing'),
      new Option('--json', JSON_OPTION),
    ],
    notes: [
      'Writes:',
      '  <out>/outputs.json  the outputs, as `cdk deploy --outputs-file` writes them',
      '  <out>/state.json    what is deployed, and the ledger of what was issued',
      '  <out>/keys/         the private keys, readable only by you: protect them like those of any CA',
      'If AWS would read the value of a parameter from the Parameter Store, give it with --parameters. The file of a --secret is read byte for byte, '
        + 'including any newline at its end, up to 64 kB; its content is neither shown nor stored.',
      'At its end, a run renews the certificates that are due, as a schedule does in AWS; `private-iot-ca renew` does that alone.',
      'If a deployment fails, it is rolled back, and the exit code is 1. It is also 1 if a certificate that was due could not be renewed.',
    ],
    examples: [
      ['deploy what `cdk synth` wrote', 'private-iot-ca local'],
      ['see what would happen', 'private-iot-ca local --dry-run'],
      ['give a parameter, and choose the folder', 'private-iot-ca local --parameters IotStack:RegistrationCode=3f0a… --out demo-out'],
      ['give the key of an imported CA', 'private-iot-ca local --secret acme/key=myIoTCARoot.key'],
    ],
    run: (_, options, terminal) => lazy.localCommand().localCommand(options, terminal),
  }),
  described<ExportOptions>({
    name: 'export',
    summary: 'write the certificates in stack outputs to files',
    instead: 'Pass the outputs file with --outputs.',
    description: 'Write a PEM file for each output that holds certificates, and a manifest.json that describes them.',
    options: [
      new Option('--outputs <file>', 'the file that `cdk deploy --outputs-file` or `private-iot-ca local` wrote; - for standard input').default('outputs.json'),
      new Option('--out <dir>', 'where the files go').default('.'),
      new Option('--private-keys', 'also write the private keys of devices and servers, if an output holds the ARN of the secret or the name of '
        + 'the parameter (mode 0600)'),
      repeatable('--ca-private-key <output>', 'also write the private key of a CA; <output> is the one with the ARN of its secret; can be repeated'),
      new Option('--local <dir>', 'the directory of the local deployment that holds the keys (default: the directory of the outputs file)'),
      withChoices(KIT_NAMES, new Option('--platform <name>', 'also write a kit for this console or broker into a folder of this name: the files that it needs, with its '
        + 'configuration or the steps to take')),
      repeatable('--ca <name>', 'limit the kit to this CA, named by its output or its common name; can be repeated (default: all CAs)'),
      new Option('--server <output>', 'the output with the broker\'s certificate, if there are several'),
      repeatable('--crl <file>', 'make the broker of the kit check whether devices are revoked, with this list of a CA; can be repeated (mosquitto and vernemq '
        + 'read it; emqx and hivemq fetch it where it is published)'),
      new Option('--broker-folder <dir>', 'the folder of these files on the broker\'s machine (default: the broker\'s usual one)'),
      new Option('--json', JSON_OPTION),
    ],
    notes: [
      'Files are named after the outputs: CaCertificate becomes ca.pem, DeviceCertificateChain becomes device-chain.pem. A file that holds anything '
        + 'else is never overwritten. The broker\'s key is written into the kit only.',
      'If a key that was asked for can\'t be read, everything else is written, and the exit code is 1.',
    ],
    examples: [
      ['write what was deployed on this machine', 'private-iot-ca export --outputs local-out/outputs.json --out pem'],
      ['read the keys from AWS too', 'private-iot-ca export --outputs outputs.json --out pem --private-keys'],
      ['write mosquitto/mosquitto.conf and the files that it names', 'private-iot-ca export --platform mosquitto --private-keys'],
      ['write alibaba-iot/steps.md and the files to upload', 'private-iot-ca export --platform alibaba-iot'],
    ],
    run: (_, options, terminal) => lazy.exportCommand().exportCommand(options, terminal),
  }),
  FLEET,
  RENEW,
  REVOKE,
  LIST,
  RECONCILE,
  DIFF,
  described<CrlFetchOptions>({
    name: 'crl',
    summary: 'keep the revocation lists of a broker fresh',
    description: 'Fetch the revocation lists of CAs, check them, and keep the newest one of each in a file that a broker reads.',
    argument: { form: '<action>', description: 'what to do', choices: ['fetch'] },
    options: [
      repeatable('--url <url>', 'where a list is published, in DER or PEM; can be repeated').makeOptionMandatory(),
      repeatable('--ca <file>', 'the certificate of the CA that signs a list; can be repeated').makeOptionMandatory(),
      new Option('--out <file>', 'the file with the lists, in PEM').makeOptionMandatory(),
      new Option('--der', 'write DER, which holds only one list'),
      new Option('--watch', 'go on until stopped: fetch again at half of the rest of a list\'s life, and retry after a failure'),
      new Option('--interval <minutes>', 'the longest pause of --watch, in minutes (default: 60)'),
      new Option('--run <command>', 'a command line for the shell, which runs whenever the file has changed'),
      new Option('--json', JSON_OPTION).conflicts('watch'),
    ],
    notes: [
      'A list is taken only if one of the CAs has signed it, if it is valid at present, and if it is newer than the one in the file. Otherwise the file '
        + 'keeps the list that it has. A file that holds anything else is never overwritten.',
      'Private CAs of https servers and proxies are named to Node.js, with NODE_EXTRA_CA_CERTS and, from Node.js 24, NODE_USE_ENV_PROXY=1 and HTTP_PROXY.',
      'The exit code is 1 if a list could not be fetched, was refused, or is missing, and if the command of --run has failed.',
    ],
    examples: [
      ['fetch a list once, as from cron', 'private-iot-ca crl fetch --url http://crl.example.com/ca.crl --ca ca.pem --out ca.crl.pem'],
      ['keep the lists of two CAs fresh for Mosquitto', 'private-iot-ca crl fetch --url http://crl.example.com/a.crl --url http://crl.example.com/b.crl --ca a.pem '
        + '--ca b.pem --out crl.pem --watch --run "systemctl reload mosquitto"'],
    ],
    run: (_, options, terminal) => lazy.crlCommand().crlFetchCommand(options, terminal),
  }),
  described<InspectOptions>({
    name: 'inspect',
    summary: 'show what is in certificates, revocation lists and OCSP responses',
    description: 'Show certificates, certificate revocation lists and OCSP responses in readable form. For a private key, only its kind and the '
      + 'fingerprint of its public key are shown.',
    argument: { form: '<file...>', description: 'PEM files with any number of certificates, DER files, a JSON file of stack outputs, or - for standard input' },
    options: [
      repeatable('--crl <file>', 'say whether the certificates are revoked according to this revocation list; the certificate of its CA must be among the '
        + 'files; can be repeated'),
      repeatable('--ocsp <file>', 'say whether the certificates are revoked according to this OCSP response; the certificate of their CA must be among '
        + 'the files; can be repeated'),
      new Option('--json', JSON_OPTION),
    ],
    notes: [],
    examples: [
      ['show a certificate', 'private-iot-ca inspect ca.pem'],
      ['see which one signed the other', 'private-iot-ca inspect device.pem ca.pem'],
      ['show the outputs of a stack', 'private-iot-ca inspect local-out/outputs.json'],
      ['see whether a device is revoked', 'private-iot-ca inspect device.pem ca.pem --crl ca.crl'],
      ['see what an OCSP responder has said', 'private-iot-ca inspect device.pem ca.pem --ocsp response.der'],
      ['show what a server presents', 'openssl s_client -connect broker.example:8883 </dev/null | private-iot-ca inspect -'],
    ],
    run: (files, options, terminal) => {
      lazy.inspectCommand().inspectCommand(files, options, terminal);
      return true;
    },
  }),
  described<LintOptions>({
    name: 'lint',
    summary: 'check certificates and revocation lists against the rules of standards, platforms and devices',
    description: 'Check certificates and revocation lists, made by this library or not, against the rules of RFC 5280, of platforms, and of the TLS stacks that '
      + 'devices run.',
    argument: {
      form: '[file...]',
      description: 'PEM files with any number of certificates and revocation lists, DER files, a JSON file of stack outputs, or - for standard input',
    },
    options: [
      withChoices(PLATFORM_IDS, repeatable('--platform <name>', 'also check the rules of this platform; can be repeated')),
      new Option('--list', 'list all rules, with what each one checks and where it is documented'),
      new Option('--json', JSON_OPTION),
      new Option('--sarif', 'print the findings as SARIF 2.1.0, for code scanning').conflicts(['json', 'list']),
    ],
    notes: [
      'A certificate or a list is also checked against the CA that has signed it, if the certificate of that CA is among the files.',
      'The exit code is 1 if there is an error, whether there are warnings or not. It is 2 if a file can\'t be read.',
    ],
    examples: [
      ['check a CA before it is uploaded', 'private-iot-ca lint ca.pem --platform aws-iot-core'],
      ['see whether the device outlives its CA', 'private-iot-ca lint device.pem ca.pem'],
      ['check the outputs of a stack', 'private-iot-ca lint local-out/outputs.json'],
      ['check a revocation list, with its signature', 'private-iot-ca lint ca.crl ca.pem'],
      ['pass the findings to code scanning', 'private-iot-ca lint pem/ca.pem pem/device.pem --sarif > lint.sarif'],
    ],
    run: (files, options, terminal) => lazy.lintCommand().lintCommand(files, options, terminal),
  }),
  described({
    name: 'completion',
    summary: 'print the completion script for a shell',
    description: 'Print the script with which a shell completes commands, options, files and the names of platforms.',
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
    summary: 'show how to use a command',
    description: 'Show how to use a command or, without a name, list the commands.',
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
