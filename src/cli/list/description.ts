import { Option } from 'commander';
import { ledgerOptionDescriptions } from './ledger-option-descriptions';
import { PROFILE_NAMES } from './profile-names';
import { described, JSON_OPTION, repeatable, withChoices } from '../command-options';
import { lazy } from '../lazy';
import type { ListOptions } from '../list-command';

/** The command `list`. */
export const LIST = described<ListOptions>({
  name: 'list',
  summary: 'list the certificates of a deployment or of CAs in AWS, with their states',
  instead: 'Choose certificates with --ca, --stack, --profile, --common-name, --expiring, --living or --revoked.',
  description: 'List the certificates in the ledgers of a local deployment, or of CAs in AWS, with their states and the days that are left. A certificate must '
    + 'match all kinds of filters that are given. Nothing is changed.',
  options: [
    ...ledgerOptionDescriptions(),
    repeatable('--stack <name>', 'the certificates of this stack; can be repeated, as all filters with values can'),
    withChoices(PROFILE_NAMES, repeatable('--profile <name>', 'the certificates with this profile')),
    repeatable('--common-name <name>', 'the certificates of the device or the server with this common name'),
    new Option('--expiring <time>', 'what a resource declares, is not revoked, and expires within this time, such as 12h, 30d or 8w, or has '
      + 'expired'),
    new Option('--living', 'what keeps a CA from being retired: what a resource declares and has neither expired nor been revoked for good'),
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
});
