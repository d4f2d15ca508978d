import { Option } from 'commander';
import { described, JSON_OPTION } from '../command-options';
import type { DiffOptions } from '../diff-command';
import { lazy } from '../lazy';

/** `private-iot-ca diff`, for the parser, the help and the shells. */
export const DIFF = described<DiffOptions>({
  name: 'diff',
  summary: 'show what a deployment will do with certificates',
  instead: 'Choose stacks with --stack.',
  description: 'Compare a synthesized CDK app with what is deployed in AWS, or with --local in a directory, and show for each certificate what a deployment would '
    + 'do with it, and why. Nothing is changed, and no private key is read.',
  options: [
    new Option('--app <dir>', 'the cloud assembly that `cdk synth` wrote').default('cdk.out'),
    new Option('--local <dir>', 'the directory of a local deployment, instead of the stacks in AWS'),
    new Option('--parameters <[stack:]name=value...>', 'values of template parameters, as the deployment would get them; a parameter that is left out keeps its '
      + 'previous value'),
    new Option('--stack <name...>', 'compare only these stacks and the stacks that they depend on'),
    new Option('--expiring <time>', 'also show the certificates that stay and expire within this time, such as 12h, 30d or 8w, or have expired'),
    new Option('--json', JSON_OPTION),
  ],
  notes: [
    'The outcomes:',
    '  issue      the certificate is made, or a CA from elsewhere is taken in',
    '  take back  a withdrawn certificate or a kept CA belongs to a resource again',
    '  replace    another certificate takes its place',
    '  change     the certificate stays, and something around it changes',
    '  withdraw   no resource declares it any more',
    '  revoke     it is withdrawn and revoked',
    '  keep       its resource goes, and the certificate stays',
    '  refused    the deployment would fail',
    '  unknown    it depends on values that only the deployment will know',
    'Rules that only a private key or the value of a secret can tell are not applied.',
    'The exit code is 0 if no certificate changes, 3 if some change, and 1 if the deployment would fail.',
  ],
  examples: [
    ['see what `cdk deploy` would do with the certificates', 'private-iot-ca diff'],
    ['compare with a local deployment', 'private-iot-ca diff --local local-out'],
    ['see also what has to be renewed', 'private-iot-ca diff --expiring 30d'],
    ['let a pipeline wait for approval when certificates change', 'private-iot-ca diff --json > diff.json || [ $? -eq 3 ]'],
  ],
  run: (_, options, terminal) => lazy.diffCommand().diffCommand(options, terminal, lazy.awsStacks),
});
