import { readFileSync } from 'node:fs';

/**
 * Files that decide whether a certificate is issued or still good, and the suites that hold them: the fast ones, as far as these notice every
 * mutant that others notice. A portion takes minutes, or up to an hour where suites ask OpenSSL often.
 *
 * Environment variables: `PORTION`; `WORKERS`, the number of processes; `SAMPLE` and `SEED`, for a random sample (see sample.mjs);
 * `RUNNER=jest`, for Jest itself in place of one-process.mjs.
 */
const PORTIONS = {
  constraints: {
    mutate: ['pki/name-subtrees', 'pki/name-constraints', 'pki/common-name-constraints', 'pki/mailbox-constraints'],
    suites: ['pki/name-subtrees', 'pki/foreign-constraints', 'pki/common-name-constraints'],
  },
  chains: { mutate: ['pki/ca-chain', 'pki/issuer-limits'], suites: ['pki/issuer-limits', 'pki/ca-suitability', 'pki/ca-chain'] },
  der: {
    mutate: ['pki/der', 'pki/der-reader', 'pki/der-values', 'pki/strict-der'],
    suites: ['pki/der', 'pki/der-reader', 'pki/der-values', 'pki/strict-der', 'pki/csr/malformed', 'pki/golden', 'pki/certificate'],
  },
  revocation: {
    mutate: ['pki/revocation/*', 'issuing/revocation/!(*ocsp*)'],
    suites: ['pki/revocation/issue-crl', 'pki/revocation/crl', 'issuing/revocation/revoke-certificate', 'issuing/revocation/declarations', 'issuing/revocation/make-crl'],
  },
  ocsp: {
    mutate: ['pki/ocsp/*', 'issuing/revocation/*ocsp*'],
    suites: [
      'pki/ocsp/ocsp-request', 'pki/ocsp/ocsp-response', 'issuing/revocation/answer-ocsp', 'issuing/revocation/ocsp-http', 'issuing/revocation/ocsp-responder',
    ],
  },
  issuing: {
    mutate: ['pki/issue', 'pki/profile', 'pki/validity', 'pki/serial-number'],
    suites: ['pki/issue', 'pki/golden', 'pki/validity', 'pki/serial-number'],
  },
  requests: {
    mutate: ['pki/certification-request', 'pki/requested-names', 'pki/requested-attributes', 'pki/key-strength', 'pki/rsa-weaknesses'],
    suites: ['pki/csr/encoding', 'pki/csr/malformed', 'pki/csr/hostile-keys', 'pki/csr/key-checks', 'pki/requested-names'],
  },
  contract: {
    mutate: [
      'subject-rules', 'platform-rules', 'general-names', 'extensions', 'cloudformation-limits', 'crl-places', 'kms', 'ledger-keys', 'private-keys', 'term',
      'text-of-file',
    ].map(file => `contract/${file}`),
    suites: [
      'contract/subject-rules', 'contract/general-names', 'contract/extensions', 'contract/cloudformation-limits', 'contract/crl-places', 'contract/kms',
      'contract/ledger-keys', 'contract/private-keys', 'contract/text-of-file', 'contract/term', 'contract/rules', 'platforms/registry', 'pki/validity', 'pki/name',
    ],
  },
  platforms: {
    mutate: ['platforms/registrar/revocation/*'],
    suites: ['platforms/registrar/revocation/carry-over-one', 'platforms/registrar/revocation/revocation-handler'],
  },
  texts: { mutate: ['contract/rules', 'contract/unsafe-characters', 'lambda/redact'], suites: ['contract/rules', 'contract/quote', 'lambda/redact'] },
  ledger: {
    mutate: ['issuing/ledger/*', 'issuing/withdraw-certificate'],
    suites: [
      'lifecycle', 'ledger-tables', 'resource-record', 'forged-certificates', 'latest-request', 'ledger-knows-best', 'taken-over-ca', 'identity',
      'revocation/declarations', 'requested-certificate', 'record-of-requests', 'reservation', 'inventory', 'subordinate-ca', 'signed-elsewhere', 'kms-ca',
      'revocation/publish-crls',
    ].map(suite => `issuing/${suite}`),
  },
  requestsFromCloudFormation: {
    mutate: ['issuing/issue-certificate', 'issuing/lifecycle', 'issuing/replacement-guard'],
    suites: [
      'lifecycle', 'failed-requests', 'forged-certificates', 'latest-request', 'ledger-knows-best', 'taken-over-ca', 'replacement-guard', 'revocation/declarations',
      'revocation/revoke-removed', 'revocation/publish-crls', 'requested-certificate', 'signed-elsewhere', 'subordinate-ca', 'bundles',
      'reservation', 'resource-record', 'parameter-tags', 'look-up-ca',
    ].map(suite => `issuing/${suite}`),
  },
};

const portion = process.env.PORTION ?? 'constraints';
if (!Object.hasOwn(PORTIONS, portion)) {
  throw new Error(`PORTION must be one of ${Object.keys(PORTIONS).join(', ')}, got "${portion}"`);
}
const { mutate, suites } = PORTIONS[portion];
process.env.SUITES = suites.join(' '); // for test/support/portion.cjs
const { jest } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

export default {
  mutate: mutate.map(file => `src/${file}.ts`),
  plugins: ['@stryker-mutator/jest-runner', './mutation/sample.mjs', './mutation/one-process.mjs'],
  checkers: process.env.SAMPLE === undefined ? [] : ['sample'],
  testRunner: process.env.RUNNER ?? 'one-process',
  jest: { config: { ...jest, testMatch: ['<rootDir>/test/support/portion.cjs'] }, enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  concurrency: Number(process.env.WORKERS ?? 2),
  dryRunTimeoutMinutes: 30,
  timeoutMS: 20_000,
  timeoutFactor: 4, // on a busy machine, the same test takes several times as long
  reporters: ['clear-text', 'progress-append-only', 'json'],
  jsonReporter: { fileName: 'mutation/report.json' },
  ignorePatterns: ['dist', 'website', 'mutation', 'demo-out'],
};
