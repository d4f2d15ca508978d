import { Option } from 'commander';
import { described, JSON_OPTION } from '../command-options';
import { lazy } from '../lazy';
import type { RenewOptions } from '../renew-command';

/** The command `renew`. */
export const RENEW = described<RenewOptions>({
  name: 'renew',
  summary: 'renew the certificates of a local deployment that are due',
  instead: 'Name the directory of the local deployment with --local.',
  description: 'Renew the certificates of a local deployment that declare a renewal and are due, and make new revocation lists of their CAs, as schedules do in AWS. '
    + 'It needs no app, so cron can run it; `private-iot-ca local` does the same at its end.',
  options: [
    new Option('--local <dir>', 'the directory of the local deployment').default('local-out'),
    new Option('--secret <name=file...>', 'a file with the value of a secret that the app only reads, as for `private-iot-ca local`: the key of an imported CA, or a passphrase'),
    new Option('--dry-run', 'show what would be renewed, and change nothing'),
    new Option('--json', JSON_OPTION),
  ],
  notes: [
    'The certificate in force, its chain and its key are in one file, which the output names: <local>/keys/<secret>/<serial number>.pem, or .base64 for PKCS#12. '
      + 'The certificate before it and its key stay until the next renewal.',
    'As in AWS, <local>/outputs.json keeps the certificates of the last deployment.',
    'The exit code is 1 if a certificate could not be renewed, or a revocation list could not be made. Everything else is renewed, and the next run tries again.',
    'Certificates that declare no renewal stay as they are; `private-iot-ca list --expiring 30d` names those that expire soon.',
  ],
  examples: [
    ['renew what is due, as from cron', 'private-iot-ca renew --local /srv/iot-ca'],
    ['see what is due', 'private-iot-ca renew --dry-run'],
    ['give the key of an imported CA', 'private-iot-ca renew --secret acme/key=myIoTCARoot.key'],
    ['get the files of renewed certificates', 'private-iot-ca renew --json | jq -r ".renewals[].file // empty"'],
  ],
  run: (_, options, terminal) => lazy.renewCommand().renewCommand(options, terminal),
});
