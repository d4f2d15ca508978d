const { default: Sequencer } = require('@jest/test-sequencer');

/** Starts the suites of the driver, which take minutes, before the others: at the end, one of them would run alone. */
module.exports = class extends Sequencer {
  sort(tests) {
    const isLong = ({ path }) => path.includes('/test/driver/');
    const sorted = super.sort(tests);
    return [...sorted.filter(isLong), ...sorted.filter(test => !isLong(test))];
  }
};
