import { Option } from 'commander';
import { REVOCATION_REASON_NAMES } from '../../contract/revocation';
import { described, JSON_OPTION, repeatable, withChoices } from '../command-options';
import { lazy } from '../lazy';
import type { RevokeOptions } from '../revoke-command';

/** The command `revoke`. */
export const REVOKE = described<RevokeOptions>({
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
      + 'week. `private-iot-ca renew` and `local` renew the lists.',
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
});
