import { awscdk } from 'projen';

const CONSTRUCTS = ['./src/*.ts', './src/private/**/*'];
const HANDLERS = ['./src/handlers/**/*'];
const CLI = ['./src/cli/**/*'];
const PKI = ['./src/pki/**/*'];
const REGISTRARS = ['./src/registrars/**/*'];

/** What must not import what; everything else is allowed. All are globs, which the rule does not mix with folders. */
const FORBIDDEN: { readonly target: string | string[]; readonly from: string[]; readonly message: string }[] = [
  {
    target: './src/contract/**/*',
    from: [...CONSTRUCTS, ...PKI, ...HANDLERS, ...REGISTRARS, ...CLI],
    message: 'the contract is shared by all sides and knows none',
  },
  {
    target: CONSTRUCTS,
    from: [...HANDLERS, ...REGISTRARS, ...CLI],
    message: 'constructs know the contract and the X.509 core, not the code that runs behind them',
  },
  {
    target: HANDLERS,
    from: [...CONSTRUCTS, ...REGISTRARS, ...CLI],
    message: 'the function knows the contract, not the constructs',
  },
  {
    target: PKI,
    from: [...CONSTRUCTS, ...HANDLERS, ...REGISTRARS, ...CLI],
    message: 'the X.509 core is pure: no construct, no AWS, no use case',
  },
  {
    target: './src/handlers/!(index).ts',
    from: ['./src/handlers/{aws,cloudformation}/**/*'],
    message: 'use cases take their ports as an argument; only the entry wires adapters',
  },
  {
    target: REGISTRARS,
    from: [...CONSTRUCTS, ...CLI],
    message: 'what registers with platforms knows the contract, not the constructs',
  },
  {
    target: CLI,
    from: [...CONSTRUCTS, ...REGISTRARS],
    message: 'the command line runs use cases; it does not know constructs',
  },
];

/** AWS clients are imported in few places, and the pure places read neither the clock nor the environment. */
export function enforceImportRules(project: awscdk.AwsCdkConstructLibrary): void {
  const eslint = project.eslint!;
  eslint.addRules({ 'import/no-restricted-paths': ['error', { zones: FORBIDDEN }] });
  eslint.addOverride({
    files: ['src/**/*.ts'],
    excludedFiles: [
      'src/handlers/aws/**', 'src/issuing/index.ts', 'src/cli/aws-secret.ts', 'src/registrars/{credentials,dynamodb-records}.ts',
      'src/registrars/aws-iot/**',
    ],
    rules: {
      'no-restricted-imports': ['error', {
        patterns: [{
          group: ['@aws-sdk/*'],
          message: 'AWS clients belong to src/handlers/aws and to the one file of the command line that reads a secret',
        }],
      }],
    },
  });
  eslint.addOverride({
    files: ['src/pki/**', 'src/contract/**'],
    rules: {
      'no-restricted-properties': ['error',
        { object: 'Date', property: 'now', message: 'the clock is a port' },
        { object: 'Math', property: 'random', message: 'randomness is a port' },
        { object: 'process', property: 'env', message: 'the core knows no environment' }],
      'no-console': 'error',
    },
  });
  // The examples import the library by its name, which the compiler resolves (examples/tsconfig.json) and tests compile.
  eslint.addOverride({ files: ['examples/**'], rules: { 'import/no-unresolved': 'off' } });
}
