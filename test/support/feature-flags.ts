import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The context of an app that `cdk init` makes today: the flags that the command line recommends. */
export function cdkInitFlags(): { readonly [flag: string]: unknown } {
  const file = join(dirname(require.resolve('aws-cdk/package.json')), 'lib', 'init-templates', '.recommended-feature-flags.json');
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The contexts with which everything has to work, by what they are. */
export const CONTEXTS: readonly [string, { readonly [flag: string]: unknown }][] = [
  ['the flags of cdk init', cdkInitFlags()],
  ['no flags', {}],
];
