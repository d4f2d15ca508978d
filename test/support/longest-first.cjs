const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * Suites of half a minute to five minutes, the longest first. Where Jest has never run, as in CI, it knows of a suite only how large its
 * file is, and one of these could begin at the end and run alone.
 */
const LONGEST = [
  'driver/driver', 'driver/registrars/', 'pki/verifiers', 'constructs/checks/wrong-types', 'docs/snippets', 'lifecycle/publication', 'rights/lifecycle',
  'examples.test', 'examples/validation', 'cli/list/streaming', 'years/years',
];

module.exports = class extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const found = LONGEST.findIndex(name => path.includes(`/test/${name}`) && path.endsWith('.test.ts'));
      return found < 0 ? LONGEST.length : found;
    };
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
  }
};
