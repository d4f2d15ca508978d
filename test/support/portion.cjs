/**
 * All suites of a portion of the mutation tests, in one file: the modules that they share are then loaded once for each mutant.
 * `mutation/stryker.config.mjs` names the suites.
 */
for (const suite of process.env.SUITES.split(' ')) {
  describe(suite, () => {
    require(`../${suite}.test`);
  });
}
