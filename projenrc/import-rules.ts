import { awscdk } from 'projen';

/** The rooms of the source, from those that know nothing else to those that know most. All are globs, which the rule does not mix with folders. */
const ROOMS = {
  contract: ['./src/contract/**/*'],
  /** What a platform asks for, as data: its rules, its properties and the registry of all platforms. */
  platformRules: ['./src/platforms/{registry,common-rules,platform-checks,registrations}.ts', './src/platforms/*/{rules,contract,name-in-path}.ts'],
  pki: ['./src/pki/**/*'],
  resource: ['./src/resource/**/*'],
  lambda: ['./src/lambda/**/*'],
  issuing: ['./src/issuing/**/*'],
  /** What calls the APIs of platforms. */
  registrars: ['./src/platforms/registrars*.ts', './src/platforms/registrar/**/*', './src/platforms/*/registrar/**/*'],
  constructs: ['./src/constructs/**/*'],
  platformConstructs: [
    './src/platforms/{iot-platform,list-revocation,platform-revocation,registrar-function,registered-ca}.ts', './src/platforms/!(registrar|inventory)/!(rules|contract|name-in-path|kit*).ts', './src/platforms/aws-iot/provisioning/**/*',
  ],
  /** What reads platforms, to compare them with ledgers. */
  inventories: ['./src/platforms/inventory/**/*', './src/platforms/*/inventory/**/*'],
  kits: ['./src/platforms/*/kit*.ts'],
  cli: ['./src/cli/**/*'],
} as const;

type Room = keyof typeof ROOMS;

/** What each room may import beside itself, and why not the rest. */
const ALLOWED: { readonly [R in Room]: { readonly rooms: readonly Room[]; readonly message: string } } = {
  contract: { rooms: [], message: 'the contract is shared by all sides and knows none' },
  platformRules: { rooms: ['contract'], message: 'the rules of a platform are data, which all sides read' },
  pki: { rooms: ['contract', 'platformRules'], message: 'the X.509 core is pure: no construct, no AWS, no use case' },
  resource: { rooms: ['contract', 'pki'], message: 'what every custom resource has in common knows no resource' },
  lambda: { rooms: ['contract', 'pki', 'resource'], message: 'what all functions share knows none of them' },
  issuing: {
    rooms: ['contract', 'platformRules', 'pki', 'resource', 'lambda'],
    message: 'what signs knows neither constructs nor the command line, and calls no platform',
  },
  registrars: {
    rooms: ['contract', 'platformRules', 'pki', 'resource', 'lambda'],
    message: 'what talks to other clouds must not reach what signs (decisions/0014-registrations.md)',
  },
  constructs: {
    rooms: ['contract', 'platformRules', 'pki', 'platformConstructs'],
    message: 'constructs know the contract and the X.509 core, not the code that runs behind them',
  },
  platformConstructs: {
    rooms: ['contract', 'platformRules', 'pki', 'constructs'],
    message: 'constructs know the contract and the X.509 core, not the code that runs behind them',
  },
  inventories: {
    rooms: ['contract', 'platformRules', 'resource', 'lambda', 'registrars'],
    message: 'what reads a platform uses the same clients as what registers there, and knows neither what signs nor the command line',
  },
  kits: { rooms: ['contract', 'platformRules', 'pki', 'cli'], message: 'a kit is part of the command line, which does not know constructs' },
  cli: {
    rooms: ['contract', 'platformRules', 'pki', 'resource', 'issuing', 'inventories', 'kits'],
    message: 'the command line runs use cases; it knows neither constructs nor what runs in Lambda alone',
  },
};

/** What is forbidden between two rooms, and within one. */
const FORBIDDEN = [
  ...Object.entries(ALLOWED).map(([room, { rooms, message }]) => ({
    target: [...ROOMS[room as Room]],
    from: Object.entries(ROOMS).filter(([other]) => other !== room && !rooms.includes(other as Room)).flatMap(([, globs]) => globs),
    message,
  })),
  {
    target: ['./src/issuing/!(index).ts', './src/issuing/revocation/!(index).ts', './src/issuing/{ledger,keys,declaration}/**/*'],
    from: ['./src/issuing/aws/**/*', './src/lambda/{aws,cloudformation}/**/*'],
    message: 'use cases take their ports as an argument; only the entry wires adapters',
  },
];

/** AWS clients are imported in few places, and the pure places read neither the clock nor the environment. */
export function enforceImportRules(project: awscdk.AwsCdkConstructLibrary): void {
  const eslint = project.eslint!;
  eslint.addRules({ 'import/no-restricted-paths': ['error', { zones: FORBIDDEN }] });
  eslint.addOverride({
    files: ['src/**/*.ts'],
    excludedFiles: [
      'src/{lambda,issuing}/aws/**', 'src/issuing/index.ts', 'src/cli/aws-{secret,function,iot,stacks,state-machine}.ts', 'src/platforms/registrar/{credentials,dynamodb-records}.ts',
      'src/platforms/aws-iot/registrar/**',
    ],
    rules: {
      'no-restricted-imports': ['error', {
        patterns: [{
          group: ['@aws-sdk/*'],
          message: 'AWS clients belong to the adapters in src/lambda/aws and src/issuing/aws, and to the files src/cli/aws-*.ts of the command line',
        }],
      }],
    },
  });
  eslint.addOverride({
    files: ['src/pki/**', 'src/contract/**', 'src/platforms/*/{rules,contract}.ts'],
    rules: {
      'no-restricted-properties': ['error',
        { object: 'Date', property: 'now', message: 'the clock is a port' },
        { object: 'Math', property: 'random', message: 'randomness is a port' },
        { object: 'process', property: 'env', message: 'the core knows no environment' }],
      'no-console': 'error',
    },
  });
  eslint.addOverride({
    files: ['test/**'],
    excludedFiles: ['test/support/{properties,seed}.ts'],
    rules: {
      'no-restricted-imports': ['error', { paths: [{ name: 'fast-check', message: 'test/support/properties.ts has it, with the seed of the run' }] }],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'take the seed from test/support/seed.ts' }],
    },
  });
  // The examples import the library by its name, which the compiler resolves (examples/tsconfig.json) and tests compile.
  eslint.addOverride({ files: ['examples/**'], rules: { 'import/no-unresolved': 'off' } });
}
