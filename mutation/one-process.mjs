import { readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { resolve, sep } from 'node:path';

/**
 * A test runner of Stryker that runs the suites of a portion with Jest's own `describe`, `test` and `expect`, in one process. Jest itself makes an
 * environment for each mutant and loads all modules into it, which takes seconds; here the compiled modules stay, and a mutant takes the time of
 * the tests that cover it. A mutant with which a suite can't even be loaded counts as killed.
 */
class OneProcess {
  #inSandbox = createRequire(resolve('package.json'));
  #root = resolve('.') + sep;
  #circus = this.#inSandbox('jest-circus');
  #mocks = new (this.#inSandbox('jest-mock').ModuleMocker)(globalThis);
  #stryker = globalThis.__stryker__ ??= {};

  capabilities() {
    return { reloadEnvironment: true };
  }

  init() {
    const { transformSync } = this.#inSandbox('esbuild');
    const compiled = new Map();
    Module._extensions['.ts'] = (module, file) => {
      if (!compiled.has(file)) {
        compiled.set(file, transformSync(readFileSync(file, 'utf8'), { loader: 'ts', format: 'cjs', target: 'node20', sourcefile: file }).code);
      }
      module._compile(compiled.get(file), file);
    };
    const { describe, test, it, beforeAll, afterAll, beforeEach, afterEach } = this.#circus;
    const { jestExpect: expect } = this.#inSandbox('@jest/expect');
    const mocks = this.#mocks;
    const jest = { fn: mocks.fn.bind(mocks), spyOn: mocks.spyOn.bind(mocks), mocked: mock => mock, restoreAllMocks: () => mocks.restoreAllMocks() };
    Object.assign(globalThis, { describe, test, it, beforeAll, afterAll, beforeEach, afterEach, expect, jest });
    process.on('unhandledRejection', () => {});
    this.#inSandbox('./test/support/environment.ts');
  }

  async dryRun() {
    this.#stryker.mutantCoverage = undefined;
    const run = await this.#run({ isReloaded: true, isWanted: () => true });
    return { ...run, mutantCoverage: this.#stryker.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation, reloadEnvironment }) {
    Object.assign(this.#stryker, { hitCount: hitLimit === undefined ? undefined : 0, hitLimit });
    const wanted = testFilter && new Set(testFilter);
    const { tests } = await this.#run({
      isReloaded: reloadEnvironment,
      isWanted: id => !wanted || wanted.has(id),
      mutant: activeMutant.id,
      isStatic: mutantActivation === 'static',
    });
    if (this.#stryker.hitCount > hitLimit) {
      return { status: 'timeout', reason: `the mutant was reached ${this.#stryker.hitCount} times` };
    }
    const failed = tests.find(({ status }) => status === 1);
    const nrOfTests = tests.filter(({ status }) => status !== 2).length;
    return failed ? { status: 'killed', killedBy: [failed.id], failureMessage: failed.failureMessage, nrOfTests } : { status: 'survived', nrOfTests };
  }

  /** Runs the tests that are wanted, in the order of the suites, until one fails. */
  async #run({ isReloaded, isWanted, mutant, isStatic = false }) {
    this.#stryker.activeMutant = isStatic ? mutant : undefined;
    const fails = failureMessage => ({ status: 'complete', tests: [{ id: 'loading', name: 'loading', timeSpentMs: 0, status: 1, failureMessage }] });
    this.#circus.resetState();
    const state = this.#circus.getState();
    state.testTimeout = 120_000;
    try {
      this.#load(isReloaded ? this.#root : resolve('test') + sep);
    } catch (error) {
      return fails(String(error));
    }
    this.#stryker.activeMutant = mutant;
    let hasFailed = false;
    state.testNamePattern = { test: id => !hasFailed && isWanted(id) };
    const handler = ({ name, test }) => {
      if (name === 'test_start') {
        this.#mocks.clearAllMocks();
        this.#stryker.currentTestId = idOf(test);
      } else if (name === 'test_done') {
        this.#stryker.currentTestId = undefined;
        hasFailed ||= test.errors.length > 0;
      }
    };
    this.#circus.addEventHandler(handler);
    try {
      await this.#circus.run();
    } finally {
      this.#circus.removeEventHandler(handler);
      this.#stryker.activeMutant = undefined;
    }
    return { status: 'complete', tests: testsIn(state.rootDescribeBlock).map(resultOf) };
  }

  /** Loads the suites, with new instances of all modules below a folder. */
  #load(folder) {
    for (const file of Object.keys(Module._cache)) {
      if (file.startsWith(folder) && !file.includes(`${sep}node_modules${sep}`)) {
        delete Module._cache[file];
      }
    }
    this.#inSandbox('./test/support/portion.cjs');
  }
}

function testsIn(block) {
  return block.children.flatMap(child => child.type === 'test' ? [child] : testsIn(child));
}

/** The id by which Jest filters tests: all titles from the outermost. */
function idOf(test) {
  const titles = [];
  for (let each = test; each.parent; each = each.parent) {
    titles.unshift(each.name);
  }
  return titles.join(' ');
}

function resultOf(test) {
  const id = idOf(test);
  const common = { id, name: id, timeSpentMs: test.duration ?? 0 };
  return test.errors.length > 0 ? { ...common, status: 1, failureMessage: String(test.errors[0][0] ?? test.errors[0]) }
    : { ...common, status: test.status === 'done' ? 0 : 2 };
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'one-process', factory: () => new OneProcess() }];
