import { awscdk } from 'projen';

/** What may not import what; everything else is allowed. Paths are folders below src/. */
const FORBIDDEN: { readonly target: string; readonly from: string[]; readonly message: string }[] = [
  {
    target: './src/contract',
    from: ['./src/!(contract)/**/*', './src/*.ts'],
    message: 'the contract is shared by both sides and knows neither',
  },
  {
    target: './src/!(cli|handlers)/**/*',
    from: ['./src/handlers', './src/cli'],
    message: 'constructs know the contract, not the code that runs behind it',
  },
  {
    target: './src/*.ts',
    from: ['./src/handlers', './src/cli'],
    message: 'constructs know the contract, not the code that runs behind it',
  },
  {
    target: './src/handlers',
    from: ['./src/private', './src/cli', './src/*.ts'],
    message: 'the function knows the contract, not the constructs',
  },
  {
    target: './src/handlers/pki',
    from: ['./src/handlers/!(pki)/**/*', './src/handlers/*.ts'],
    message: 'the X.509 core is pure: no AWS, no use case',
  },
  {
    target: './src/handlers/!(index).ts',
    from: ['./src/handlers/aws', './src/handlers/cloudformation'],
    message: 'use cases take their ports as an argument; only the entry wires adapters',
  },
  {
    target: './src/cli',
    from: ['./src/private', './src/*.ts'],
    message: 'the command line runs use cases; it does not know constructs',
  },
];

/** The only places that may import an AWS client, and none of the pure places may read the clock or the environment. */
export function enforceImportRules(project: awscdk.AwsCdkConstructLibrary): void {
  const eslint = project.eslint!;
  eslint.addRules({ 'import/no-restricted-paths': ['error', { zones: FORBIDDEN }] });
  eslint.addOverride({
    files: ['src/**/*.ts'],
    excludedFiles: ['src/handlers/aws/**', 'src/handlers/index.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: ['@aws-sdk/*'], message: 'AWS clients belong to src/handlers/aws' }] }],
    },
  });
  eslint.addOverride({
    files: ['src/handlers/pki/**', 'src/contract/**'],
    rules: {
      'no-restricted-properties': ['error',
        { object: 'Date', property: 'now', message: 'the clock is a port' },
        { object: 'Math', property: 'random', message: 'randomness is a port' },
        { object: 'process', property: 'env', message: 'the core knows no environment' }],
      'no-console': 'error',
    },
  });
}
