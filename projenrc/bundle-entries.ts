/**
 * Readable files, for the functions and for the command line, built here and shipped: nothing is bundled on a
 * user's machine. Not minified, so that what signs with a CA's key can be read where it runs. Syntax of Node.js 20, so
 * that the same file runs in tests, in local deployments and in the newest Lambda runtime.
 */
export const BUNDLES = [
  { entry: 'src/issuing/index.ts', outfile: 'assets/handler/index.js' },
  { entry: 'src/cli/index.ts', outfile: 'assets/cli/private-iot-ca.js' },
  { entry: 'src/cli/fleet/worker.ts', outfile: 'assets/cli/fleet-worker.js' },
  { entry: 'src/issuing/revocation/index.ts', outfile: 'assets/revocation/index.js' },
  { entry: 'src/issuing/fleet/index.ts', outfile: 'assets/fleet/index.js' },
  { entry: 'src/platforms/registrars.ts', outfile: 'assets/registrars/index.js' },
  { entry: 'src/platforms/aws-iot/registrar/index.ts', outfile: 'assets/aws-iot/index.js' },
  { entry: 'src/platforms/registrar/lists/index.ts', outfile: 'assets/given-lists/index.js' },
];

/** What decides on which files of a package are bundled. */
export const ESBUILD_OPTIONS = { platform: 'node', target: 'node20', mainFields: ['module', 'main'] } as const;
