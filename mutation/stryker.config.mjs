import { readFileSync } from 'node:fs';

/** Files that decide whether a certificate is issued, and the suites that hold them. A portion takes at most two hours. */
const PORTIONS = {
  constraints: {
    mutate: ['pki/name-subtrees', 'pki/name-constraints', 'pki/common-name-constraints', 'pki/mailbox-constraints'],
    tests: ['pki/name-constraints', 'pki/constrained-issuing', 'pki/requested-names', 'pki/lint'],
  },
  chains: { mutate: ['pki/ca-chain', 'pki/issuer-limits'], tests: ['pki/ca-chain', 'pki/chains', 'pki/issue', 'pki/constrained-issuing'] },
  der: { mutate: ['pki/der', 'pki/der-reader', 'pki/der-values', 'pki/strict-der'], tests: ['pki/der', 'pki/der-reader', 'pki/csr', 'pki/golden', 'pki/certificate'] },
  issuing: { mutate: ['pki/issue', 'pki/profile', 'pki/validity', 'pki/serial-number'], tests: ['pki/issue', 'pki/golden', 'pki/profiles', 'pki/validity', 'pki/serial-number', 'pki/properties'] },
  requests: {
    mutate: ['pki/certification-request', 'pki/requested-names', 'pki/requested-attributes', 'pki/key-strength', 'pki/rsa-weaknesses'],
    tests: ['pki/csr', 'pki/requested-names', 'pki/keys', 'pki/properties'],
  },
  texts: { mutate: ['contract/rules', 'contract/unsafe-characters', 'lambda/redact'], tests: ['contract', 'lambda/redact'] },
  ledger: {
    mutate: ['issuing/issue-certificate', 'issuing/withdraw-certificate', 'issuing/lifecycle', 'issuing/ledger/*', 'issuing/replacement-guard'],
    tests: ['issuing'],
  },
};

const portion = process.env.PORTION ?? 'constraints';
if (!Object.hasOwn(PORTIONS, portion)) {
  throw new Error(`PORTION must be one of ${Object.keys(PORTIONS).join(', ')}, got "${portion}"`);
}
const { mutate, tests } = PORTIONS[portion];
const { jest } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

export default {
  mutate: mutate.map(file => `src/${file}.ts`),
  plugins: ['@stryker-mutator/jest-runner'],
  testRunner: 'jest',
  jest: { config: { ...jest, testMatch: tests.map(suite => `<rootDir>/test/${suite}{,/**/*}.test.ts`).concat(tests.map(suite => `<rootDir>/test/${suite}/**/*.test.ts`)) }, enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  concurrency: Number(process.env.WORKERS ?? 2),
  timeoutMS: 60_000,
  reporters: ['clear-text', 'progress-append-only', 'json'],
  jsonReporter: { fileName: 'mutation/report.json' },
  ignorePatterns: ['dist', 'website', 'mutation', 'demo-out'],
};
