import { Option } from 'commander';
import type { CommandDescription } from './command-description';
import { described, JSON_OPTION, repeatable, withChoices } from './command-options';
import { lazy } from './lazy';
import { PROFILE_NAMES } from './list/profile-names';
import type { ListOptions } from './list-command';
import type { RevokeOptions } from './revoke-command';
import { REVOCATION_REASON_NAMES } from '../contract/revocation';

/** The commands that ask ledgers, here or in AWS. */
export const LEDGER_COMMANDS: readonly CommandDescription[] = [
  described<RevokeOptions>({
    name: 'revoke',
    summary: 'revoke certificates',
    instead: 'Select certificates with --serial-number, --common-name, --resource, --stack or --below.',
    description: 'Revoke certificates in the ledger of a local deployment, and make new revocation lists of their CAs; or have the functions of CAs in AWS revoke '
      + 'certificates, whose lists these CAs publish. A certificate must match all kinds of selectors that are given.',
    options: [
      new Option('--local <dir>', 'the directory of the local deployment').default('local-out'),
      repeatable('--outputs <file>', 'the file that `cdk deploy --outputs-file` wrote, with an output RevokeFunction, instead of a local deployment; - for standard input; '
        + 'can be repeated, as --function and --ledger can, for --below').conflicts('local'),
      repeatable('--function <name>', 'the name or the ARN of the revokeFunction of a CA in AWS, instead of a local deployment; with --outputs, the output '
        + 'that holds it, if there are several').conflicts('local'),
      repeatable('--ledger <name>', 'the name or the ARN of the ledger of a CA in AWS, which leads to its revokeFunction, instead of a local deployment; with --outputs, the '
        + 'output that holds it; with --function, the ledger that this function must have').conflicts('local'),
      repeatable('--serial-number <hex>', 'the certificate with this serial number; can be repeated, as all selectors can'),
      repeatable('--common-name <name>', 'the certificates of the device or the server with this common name'),
      repeatable('--resource <path>', 'the certificates of this construct, with its stack, such as Iot/IotCa/Sensor001; or of this logical ID, '
        + 'for a CA in AWS <stack>/<logical ID>, as --dry-run shows it'),
      repeatable('--stack <name>', 'the certificates of this stack'),
      repeatable('--below <path>', 'all certificates that this CA, with its stack, and the CAs below it have issued; in AWS, also its caId or <stack>/<logical ID>'),
      new Option('--app <dir>', 'the cloud assembly that leads from paths to logical IDs in AWS (default: cdk.out, if it exists)'),
      withChoices(REVOCATION_REASON_NAMES, new Option('--reason <reason>', 'why, in the terms of RFC 5280; certificateHold can be taken back, with removeFromCRL')
        .default('unspecified')),
      new Option('--all', 'all certificates of the one CA in AWS'),
      new Option('--invalidity-date <time>', 'when the key was, or may have been, compromised, such as 2026-01-31T23:59:59Z'),
      new Option('--dry-run', 'show what would be revoked, and change nothing'),
      new Option('--yes', 'do not ask before certificates are changed'),
      new Option('--json', JSON_OPTION),
    ],
    notes: [
      'Writes <local>/crl/<stack>-<logical ID of the CA>.crl and .crl.pem for each CA: the revocation list in DER and in PEM, which is valid for a '
        + 'week. `private-iot-ca local` renews the lists.',
      'A revoked certificate stays revoked: if it is still declared, the next update that keeps it fails until its `generation` is raised.',
      'With --below, each CA below that can\'t be reached is named: what it has issued is not revoked.',
      'The exit code is 1 if something could not be revoked.',
    ],
    examples: [
      ['see what would be revoked', 'private-iot-ca revoke --common-name sensor-001 --reason keyCompromise --dry-run'],
      ['put all certificates of a stack on hold, also those of servers', 'private-iot-ca revoke --stack Iot --reason certificateHold'],
      ['take a hold back', 'private-iot-ca revoke --common-name sensor-001 --reason removeFromCRL --yes'],
      ['revoke everything that a CA has issued', 'private-iot-ca revoke --below Iot/FactoryCa --reason cACompromise'],
      ['revoke the certificate of that CA', 'private-iot-ca revoke --resource Iot/FactoryCa --reason cACompromise'],
      ['revoke a device of a CA in AWS', 'private-iot-ca revoke --outputs outputs.json --common-name sensor-001'],
      ['revoke a construct without an outputs file', 'private-iot-ca revoke --ledger Iot-CaLedger-1ABCDEF --resource Iot/IotCa/Sensor001'],
      ['revoke everything below a CA in AWS', 'private-iot-ca revoke --outputs roots.json --outputs plants.json --below Iot/RootCa --reason cACompromise'],
    ],
    run: (_, options, terminal) => lazy.revokeCommand().revokeCommand(options, terminal, lazy),
  }),
  described<ListOptions>({
    name: 'list',
    summary: 'list the certificates of a deployment or of CAs in AWS, with their states',
    instead: 'Choose certificates with --ca, --stack, --profile, --common-name, --expiring or --revoked.',
    description: 'List the certificates in the ledgers of a local deployment, or of CAs in AWS, with their states and the days that are left. A certificate must '
      + 'match all kinds of filters that are given. Nothing is changed.',
    options: [
      new Option('--local <dir>', 'the directory of the local deployment').default('local-out'),
      new Option('--outputs <file>', 'the file that `cdk deploy --outputs-file` wrote, with outputs LedgerTable and CaId, instead of a local deployment; - for '
        + 'standard input').conflicts('local'),
      new Option('--ledger <name>', 'the name or the ARN of the ledger of a CA in AWS, instead of a local deployment; with --outputs, the output that holds it, if '
        + 'only that one is meant').conflicts('local'),
      repeatable('--ca <ca>', 'the certificates that this CA has signed: the path of its construct, with its stack, or its caId; in AWS, the caId; can be repeated, as all filters '
        + 'with values can'),
      repeatable('--stack <name>', 'the certificates of this stack'),
      withChoices(PROFILE_NAMES, repeatable('--profile <name>', 'the certificates with this profile')),
      repeatable('--common-name <name>', 'the certificates of the device or the server with this common name'),
      new Option('--expiring <time>', 'what a resource declares, is not revoked, and expires within this time, such as 12h, 30d or 8w, or has '
        + 'expired'),
      new Option('--revoked', 'the certificates that are revoked or on hold'),
      new Option('--json', JSON_OPTION),
      new Option('--csv', 'print comma-separated values (RFC 4180)').conflicts('json'),
    ],
    notes: [
      'The states, of which the first that applies is shown:',
      '  revoked     revoked for good',
      '  expired     its validity is over',
      '  on hold     revoked for the time being',
      '  superseded  the same declaration has a later certificate',
      '  withdrawn   no resource declares it any more',
      '  requested   the certificate of a CA that is still to be made elsewhere',
      '  signed      made, and not delivered yet',
      '  issued      a resource declares it',
      'The certificate of a CA is listed with the CA that has signed it. A ledger in AWS is read with dynamodb:Query alone.',
      'The exit code is 0 whatever is found.',
    ],
    examples: [
      ['list what was deployed on this machine', 'private-iot-ca list'],
      ['see what has to be renewed', 'private-iot-ca list --expiring 30d'],
      ['list the revoked devices of a stack', 'private-iot-ca list --revoked --stack Iot --profile device'],
      ['list the certificates of the CAs in AWS', 'private-iot-ca list --outputs outputs.json'],
      ['read a ledger in AWS without an outputs file', 'private-iot-ca list --ledger Iot-CaLedger-1ABCDEF --ca ca-0123456789abcdef0123456789abcdef --csv'],
    ],
    run: async (_, options, terminal) => {
      await lazy.listCommand().listCommand(options, terminal, lazy.awsLedger);
      return true;
    },
  }),
];
