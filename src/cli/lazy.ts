/* eslint-disable @typescript-eslint/no-require-imports -- a dynamic import would be a module of another kind for TypeScript and for jest */

/**
 * The commands. Each is loaded when it is used, so that it does not wait for code that only another command needs, such as the code that
 * reads certificates or reaches AWS.
 */
export const lazy = {
  localCommand: () => require('./local-command') as typeof import('./local-command'),
  exportCommand: () => require('./export-command') as typeof import('./export-command'),
  renewCommand: () => require('./renew-command') as typeof import('./renew-command'),
  revokeCommand: () => require('./revoke-command') as typeof import('./revoke-command'),
  listCommand: () => require('./list-command') as typeof import('./list-command'),
  reconcileCommand: () => require('./reconcile-command') as typeof import('./reconcile-command'),
  diffCommand: () => require('./diff-command') as typeof import('./diff-command'),
  fleetCommand: () => require('./fleet-command') as typeof import('./fleet-command'),
  crlCommand: () => require('./crl-command') as typeof import('./crl-command'),
  inspectCommand: () => require('./inspect-command') as typeof import('./inspect-command'),
  awsFunction: () => require('./aws-function') as typeof import('./aws-function'),
  awsLedger: () => require('./aws-ledger') as typeof import('./aws-ledger'),
  awsStateMachine: () => require('./aws-state-machine') as typeof import('./aws-state-machine'),
  awsIot: () => require('./aws-iot') as typeof import('./aws-iot'),
  azureIot: () => require('./azure-iot') as typeof import('./azure-iot'),
  awsStacks: () => require('./aws-stacks') as typeof import('./aws-stacks'),
  lintCommand: () => require('./lint-command') as typeof import('./lint-command'),
};
