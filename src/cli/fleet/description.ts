import { Option } from 'commander';
import { BULK_REGISTRATION_NAMES } from '../../platforms/bulk-registrations';
import { described, JSON_OPTION, repeatable, withChoices } from '../command-options';
import type { FleetOptions } from '../fleet-command';
import { lazy } from '../lazy';

/** What `fleet` does. */
export const FLEET_ACTIONS = ['run', 'status', 'retry', 'estimate'] as const;
export type FleetAction = typeof FLEET_ACTIONS[number];

/** The command `fleet`. */
export const FLEET = described<FleetOptions>({
  name: 'fleet',
  summary: 'make the certificates of a fleet of devices',
  description: 'Make a certificate for each device of a manifest, exactly once. `run` issues what is new, has changed, or is due for renewal, or goes on with a run '
    + 'that was stopped; `status` shows how far the latest run is; `retry` issues for the devices that the latest run has no certificate for, from the whole manifest with the refused rows corrected; '
    + '`estimate` says how long a fleet takes in AWS and what it costs. Fleets of a local deployment are issued here; those in AWS, by their state machines.',
  argument: { form: '<action>', description: 'what to do', choices: FLEET_ACTIONS },
  options: [
    new Option('--local <dir>', 'the directory of the local deployment').default('local-out'),
    new Option('--state-machine <arn>', 'the ARN of the state machine of a fleet in AWS (fleet.stateMachine), in place of a local deployment'),
    new Option('--run <name>', 'with status and --state-machine, the run (default: the latest one)'),
    new Option('--no-wait', 'with --state-machine, do not wait for the end of the run'),
    new Option('--devices <number>', 'with estimate, the number of devices'),
    new Option('--key-algorithm <name>', 'with estimate, the algorithm of the keys that are made, such as EC_P256 (default: each device sends a request)'),
    new Option('--ca-key-algorithm <name>', 'with estimate, the algorithm of the key of the CA (default: RSA_2048)'),
    new Option('--ca-in-kms', 'with estimate, the key of the CA is in KMS'),
    new Option('--fleet <name>', 'the fleet that an app declares: the path of its construct, with its stack, or its logical ID; needed if there are several'),
    new Option('--ca <ca>', 'the CA of a fleet that no app declares: the path of its construct, with its stack, its logical ID, or its caId'),
    new Option('--name <name>', 'with --ca, the name of the fleet; its devices keep their certificates as long as it stays'),
    new Option('--validity-days <days>', 'with --ca, the validity of each certificate'),
    new Option('--renew-before-days <days>', 'with --ca, how many days before its end a run renews a certificate (default: it renews none)'),
    new Option('--recipient <file>', 'with --ca, the public key, or the certificate, that encrypts the private keys made for devices without a request (RSA)'),
    new Option('--manifest <file>', 'the devices: CSV with a header, or JSON Lines if the name ends in .jsonl or .ndjson (default: the manifest of the latest run)'),
    new Option('--out <dir>', 'the folder for the results (default: one for each run, below the directory of the local deployment)'),
    withChoices(BULK_REGISTRATION_NAMES, repeatable('--register <platform>', 'also write the files with which a platform takes all devices at once')),
    new Option('--workers <number>', 'how many threads issue (default: as many as there are processors)'),
    new Option('--batch <number>', 'how many devices are recorded at once').default('100'),
    new Option('--secret <name=file...>', 'a file with the value of a secret that the CA needs and that this deployment only reads, as in `private-iot-ca local`'),
    new Option('--json', JSON_OPTION),
  ],
  notes: [
    'Writes, in the order of the manifest:',
    '  <out>/results.jsonl     the certificate of each device, and its outcome',
    '  <out>/certificates.pem  the certificates',
    '  <out>/refused.jsonl     the rows that were refused, with their lines and reasons',
    '  <out>/register/         with --register, the files for the bulk registration at a platform',
    'Private keys that are made here are encrypted for their recipient (CMS), in fleets/<fleet>/keys/ of the directory of the local deployment, for all runs: keep them.',
    'A manifest has the column deviceId, and may have certificateSigningRequest, generation, attributes of the subject such as organization, and the alternative names dns, ip, '
      + 'uri and email. A row without a request needs a fleet that declares a recipient for its private keys.',
    'A run that was stopped, in whatever way, leaves nothing half done. Repeat the command to continue it; with the same manifest it goes on, and a new one begins if the manifest or '
      + 'the declaration has changed.',
    'The exit code is 1 if rows were refused, or if the run could not be brought to its end.',
  ],
  examples: [
    ['issue for a fleet that the app declares', 'private-iot-ca fleet run --manifest devices.csv'],
    ['issue for a spreadsheet, without an app that declares it', 'private-iot-ca fleet run --ca Iot/IotCa --name sensors --manifest devices.csv --validity-days 365 --recipient recipient.pem'],
    ['also write the lines for a bulk registration of AWS IoT Core', 'private-iot-ca fleet run --manifest devices.csv --register aws-iot-core'],
    ['see how far it is', 'private-iot-ca fleet status'],
    ['run a fleet in AWS, and see how far it is', 'private-iot-ca fleet run --state-machine "$ARN"'],
    ['plan a fleet', 'private-iot-ca fleet estimate --devices 250000 --key-algorithm EC_P256'],
    ['issue for the rows that were refused, after they were corrected', 'private-iot-ca fleet retry --manifest devices.csv'],
  ],
  run: ([action], options, terminal) =>
    lazy.fleetCommand().fleetCommand(action as FleetAction, options, terminal, () => lazy.awsStateMachine().openStateMachine),
});
