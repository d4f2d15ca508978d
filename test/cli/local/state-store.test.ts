import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localDisk } from '../../../src/cli/disk';
import { State } from '../../../src/cli/local/state';
import { StateStore } from '../../../src/cli/local/state-store';
import { temporaryFolder, writeJson } from '../../support/cli-assembly';
import { readJson } from '../../support/cli-run';

const STACK = { stackId: 'arn:stack', parameters: {}, resources: {}, exports: {}, imports: [], requests: {}, before: {}, superseded: {} };
const CA = { type: 'Custom::PrivateIotCa', name: 'Ca', physicalId: 'ca-1', properties: { Name: '1' }, attributes: {}, dependencies: [] };

/** A name that every JavaScript object has. */
const INHERITED: string = 'constructor';

let folder: string;
let file: string;
let journal: string;

beforeEach(() => {
  folder = temporaryFolder();
  [file, journal] = ['state.json', 'state.journal'].map(name => join(folder, name));
});

function open(): StateStore {
  return StateStore.open(folder, localDisk);
}

/** A run that has saved its state as often as a deployment does, and was stopped. */
function stopped(): State {
  const store = open();
  store.state.stacks.Iot = { ...STACK, resources: {} };
  store.save();
  const { resources } = store.state.stacks.Iot;
  resources.Ca = CA;
  resources[INHERITED] = { ...CA, name: INHERITED };
  store.save();
  Object.assign(store.state.stacks.Iot, { outputs: { A: '1', B: '2' }, imports: ['x'] });
  resources.Ca = { ...CA, physicalId: 'ca-2' };
  store.save();
  delete resources[INHERITED];
  store.state.secrets.arn = { owner: 'Ca' };
  Object.assign(store.state.stacks.Iot, { outputs: { B: '3' } });
  store.save();
  return store.state;
}

describe('the state of a run that was stopped', () => {
  test('is complete, although only its beginning is in the file', () => {
    const state = stopped();
    expect(readJson(file).stacks.Iot.resources).toEqual({});
    expect(open().state).toEqual(state);
    expect(open().state.stacks.Iot.resources.Ca.physicalId).toBe('ca-2');
    expect((statSync(journal).mode % 0o1000).toString(8)).toBe('600');
  });

  test('lacks only the step in which it was stopped', () => {
    const state = stopped();
    appendFileSync(journal, '{"changes":[[["stacks","Iot","resou');
    expect(open().state).toEqual(state);
  });

  test('is continued by the next run, which ends with a file that has everything', () => {
    const state = stopped();
    const next = open();
    next.state.secrets.arn = { owner: 'Ca', current: 'A1' };
    next.save();
    next.state.secrets.other = { owner: 'Other' };
    next.save();
    const expected = { ...state, secrets: { arn: { owner: 'Ca', current: 'A1' }, other: { owner: 'Other' } } };
    expect(open().state).toEqual(expected);
    next.close();
    expect(readdirSync(folder)).toEqual(['state.json']);
    expect(readJson(file)).toEqual(expected);
    expect(open().state).toEqual(expected);
  });

  test('is put into the file by the next run, even if nothing changes', () => {
    const state = stopped();
    const next = open();
    next.save();
    next.close();
    expect(existsSync(journal)).toBe(false);
    expect(readJson(file)).toEqual(state);
  });

  test('does not change a file that another state was put into', () => {
    writeJson(file, { version: 3, stacks: {}, ledgers: {}, secrets: {}, kmsKeys: {}, kept: {} });
    const content = readFileSync(file, 'utf8');
    stopped();
    writeFileSync(file, content);
    expect(open().state.stacks).toEqual({});
  });

  test('is not used if its journal is damaged', () => {
    stopped();
    writeFileSync(journal, readFileSync(journal, 'utf8').replaceAll('"changes"', '"chan'));
    expect(open).toThrow(`${journal}: this is not JSON`);
  });
});

test('a state that did not change is not written', () => {
  stopped();
  const content = readFileSync(file, 'utf8');
  const store = open();
  const { resources } = store.state.stacks.Iot;
  resources.Ca = { ...resources.Ca };
  store.save();
  expect(readFileSync(file, 'utf8')).toBe(content);
});
