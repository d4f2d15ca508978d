import { Disturbance, faults, lastingFaults, PAUSES } from '../runs';
import { Driven } from './driven';
import { PlatformHistory, Registrations } from './platform-history';
import { DrivenPlatform } from './platforms';
import { CALL_FAULTS, holdAt, UNDISTURBED } from '../faults';

/** The night has time for everything: `npx projen driver`. */
const IS_FULL = process.env.DRIVER_FULL === 'true';

/** An operation on a stack, whose every request is disturbed in turn. */
interface Scenario {
  readonly name: string;
  readonly before: (driven: Driven) => Registrations;
  readonly act: (history: PlatformHistory, driven: Driven) => Promise<unknown>;
  /** Whether every run of CI goes through it: these have all kinds of requests between them. */
  readonly isMain?: boolean;
}

const none = (): Registrations => ({});
const first = ({ cas: [ca] }: Driven): Registrations => ({ A: { ca } });
const second = ({ cas: [, ca] }: Driven): Registrations => ({ A: { ca } });

const SCENARIOS: readonly Scenario[] = [
  { name: 'a CA is registered', before: none, act: (history, driven) => history.deploy(first(driven)) },
  { name: 'the registration of a CA is rolled back', before: none, act: (history, driven) => history.deploy(first(driven), true), isMain: true },
  { name: 'another CA takes its place', before: first, act: (history, driven) => history.deploy(second(driven)) },
  { name: 'another CA takes its place and is rolled back', before: first, act: (history, driven) => history.deploy(second(driven), true), isMain: true },
  { name: 'its construct is renamed', before: first, act: (history, { cas: [ca] }) => history.deploy({ B: { ca } }) },
  { name: 'it leaves the stack', before: first, act: history => history.deploy({}) },
  { name: 'the stack is deleted', before: first, act: history => history.delete() },
];

/** Two deliveries overlap, and the answer of the one that was held is lost in addition, at the call at which it was held. */
const OVERLAP: Disturbance = {
  name: 'held, overtaken and lost',
  direction: step => ({ plan: attempt => attempt === 1 ? holdAt(step, 'lost') : UNDISTURBED, whenHeld: 'again', heldFor: 0 }),
  isPause: true,
};

const DISTURBANCES: readonly Disturbance[] = IS_FULL
  ? [...faults(CALL_FAULTS), ...lastingFaults(['denied', 'lost', 'diesAfter']), ...PAUSES, OVERLAP]
  : [...faults(['denied']), ...lastingFaults(['diesAfter']), PAUSES[1], OVERLAP];

/** Tests that whatever befalls any request of a platform's function, what is declared is registered once, and nothing else is. */
export function driveRegistrar(platform: DrivenPlatform): void {
  jest.setTimeout(6 * 3_600_000);
  let driven: Driven;
  beforeAll(async () => {
    driven = await Driven.start(platform);
  });
  afterAll(() => driven?.stop());

  const scenarios = SCENARIOS.filter(({ isMain }) => isMain || IS_FULL).map(scenario => [scenario.name, scenario] as const);
  test.each(scenarios)('%s: a fault or a pause at any call leaves what is declared registered once, and nothing else', async (name, scenario) => {
    const { requests, before } = await undisturbed(driven, scenario);
    const failures: string[] = [];
    let histories = 0;
    for (const [request, actions] of requests.entries()) {
      for (const [step, action] of actions.entries()) {
        for (const disturbance of DISTURBANCES) {
          const history = await disturbed(driven, scenario, before + request + 1, disturbance.direction(step));
          histories++;
          if (history.violations.length > 0) {
            failures.push([`${disturbance.name} at step ${step} (${action}) of request ${request + 1}:`, ...history.world.trace].join('\n'));
          }
        }
      }
    }
    process.stdout.write(`${platform.registrar}, ${name}: histories ${histories}, wrong ${failures.length}\n`);
    if (failures.length > 0) {
      throw new Error(`${failures.length} histories went wrong, such as\n\n${failures.slice(0, 3).join('\n\n')}`);
    }
  });
}

async function begun(driven: Driven, { before }: Scenario): Promise<PlatformHistory> {
  const history = new PlatformHistory(driven, 1);
  await history.deploy(before(driven));
  return history;
}

async function disturbed(
  driven: Driven, scenario: Scenario, request: number, direction: ReturnType<Disturbance['direction']>,
): Promise<PlatformHistory> {
  const history = await begun(driven, scenario);
  history.requests.director = ({ number }) => number === request ? direction : {};
  await scenario.act(history, driven);
  await history.rest();
  await goOn(history);
  return history;
}

/** Goes through a scenario undisturbed: the calls of each of its requests, and how many requests come before. */
async function undisturbed(driven: Driven, scenario: Scenario): Promise<{ requests: string[][]; before: number }> {
  const history = await begun(driven, scenario);
  const before = history.world.deliveries.length;
  await scenario.act(history, driven);
  await history.rest();
  await goOn(history);
  expect(history.violations).toEqual([]);
  return { requests: history.world.deliveries.slice(before).map(({ actions }) => actions), before };
}

/** What a user does next: the same again, and in the end nothing any more. */
async function goOn(history: PlatformHistory): Promise<void> {
  const status = await history.deploy(history.wanted);
  if (status !== 'COMPLETE') {
    history.find('refused', `the next deployment: ${status}`);
  }
  await history.rest();
  await history.delete();
  await history.rest();
}
