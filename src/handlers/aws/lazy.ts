/* eslint-disable @typescript-eslint/no-require-imports -- a dynamic import would be a module of another kind for TypeScript and for jest */

/**
 * The clients that only some stacks need, each loaded when it is first used: one takes about as long to load as the rest of
 * the function.
 */
export const lazy = {
  kms: () => require('@aws-sdk/client-kms') as typeof import('@aws-sdk/client-kms'),
  kmsSigners: () => require('./kms-signers') as typeof import('./kms-signers'),
  ssm: () => require('@aws-sdk/client-ssm') as typeof import('@aws-sdk/client-ssm'),
  parameterVersions: () => require('./parameter-versions') as typeof import('./parameter-versions'),
};
