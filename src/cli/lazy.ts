/* eslint-disable @typescript-eslint/no-require-imports -- a dynamic import would be a module of another kind for TypeScript and for jest */

/**
 * The commands, each loaded when it is used: what one needs to read certificates or to reach AWS, another one does not
 * wait for.
 */
export const lazy = {
  localCommand: () => require('./local-command') as typeof import('./local-command'),
  exportCommand: () => require('./export-command') as typeof import('./export-command'),
  inspectCommand: () => require('./inspect-command') as typeof import('./inspect-command'),
  lintCommand: () => require('./lint-command') as typeof import('./lint-command'),
};
