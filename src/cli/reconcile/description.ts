import { Option } from 'commander';
import { DIFFERENCES } from './difference';
import { RECONCILED_PLATFORMS } from './platform-choice';
import { AZURE_CLOUD_NAMES } from '../../platforms/azure/contract';
import { described, JSON_OPTION, repeatable, withChoices } from '../command-options';
import { lazy } from '../lazy';
import { ledgerOptionDescriptions } from '../list/ledger-option-descriptions';
import type { ReconcileOptions } from '../reconcile-command';

/** The command `reconcile`. */
export const RECONCILE = described<ReconcileOptions>({
  name: 'reconcile',
  summary: 'compare ledgers with what is registered with AWS IoT Core or Azure',
  instead: 'Choose a platform with --platform, and ledgers with --outputs, --ledger or --local.',
  description: 'Compare the ledgers of a local deployment, or of CAs in AWS, with the certificates and devices that AWS IoT Core, an Azure IoT hub or an Azure '
    + 'provisioning service has. Nothing is changed anywhere.',
  options: [
    withChoices(RECONCILED_PLATFORMS, new Option('--platform <name>', 'the platform').makeOptionMandatory()),
    new Option('--region <region>', 'the Region of AWS IoT Core (default: that of the ledger\'s ARN, or the configured one)'),
    new Option('--service <id>', 'the resource ID of the Azure service, as `az iot hub show --query id` and `az iot dps show --query id` print it'),
    withChoices(AZURE_CLOUD_NAMES, new Option('--cloud <name>', 'the Azure cloud of the service (default: public)')),
    new Option('--credentials <arn>', 'the secret in AWS with the service principal that reads the Azure service (default: the environment variables '
      + 'AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET)'),
    ...ledgerOptionDescriptions(),
    withChoices(DIFFERENCES, repeatable('--ignore <difference>', 'leave differences of this kind out; can be repeated')),
    new Option('--json', JSON_OPTION),
    new Option('--csv', 'print comma-separated values (RFC 4180)').conflicts('json'),
  ],
  notes: [
    'The differences:',
    '  accepted-though-revoked  revoked or on hold, and the platform still accepts it',
    '  not-in-ledger            registered below a CA of the ledgers, or for a device, but in none of them',
    '  unknown-ca               a registered CA that no ledger knows; not looked for with --ca',
    '  accepted-though-expired  expired, and its registration is still active',
    '  refused-though-good      a resource declares it, and the platform does not accept it',
    '  not-registered           a device\'s, which a resource declares and the platform does not have',
    'A certificate that the platform registers when its device first connects may be missing.',
    'The exit code is 0 if there is no difference, and 1 if there is one.',
  ],
  examples: [
    ['compare the CAs of a deployment with AWS IoT Core', 'private-iot-ca reconcile --platform aws-iot-core --outputs outputs.json'],
    ['list the revoked devices that an IoT hub still lets in', 'private-iot-ca reconcile --platform azure-iot-hub --service "$(az iot hub show -n hub-1 --query id -o tsv)" '
      + '--outputs outputs.json --csv'],
  ],
  run: (_, options, terminal) => lazy.reconcileCommand().reconcileCommand(options, terminal, lazy.awsLedger, {
    'aws-iot-core': () => lazy.awsIot().readAwsIot,
    'azure-iot-hub': () => lazy.azureIot().readAzure,
    'azure-dps': () => lazy.azureIot().readAzure,
  }),
});
