import { Counts, inParallel } from './counts';
import { History, Saved } from './engine/history';
import { Direction } from './engine/requests';
import { Specs } from './engine/resources';
import { Platform } from './engine/world';
import { Fault, faultAt, holdAt, UNDISTURBED } from './faults';
import { Scenario } from './scenarios';

/** One step of one request of a scenario. */
interface Place {
  readonly scenario: Scenario;
  readonly saved: Saved;
  /** The request, counted from the beginning of the act. */
  readonly request: number;
  readonly step: number;
  readonly action: string;
}

/** What happens at a place, and how it is called. */
export interface Disturbance {
  readonly name: string;
  readonly direction: (step: number) => Direction;
  readonly isPause?: boolean;
  /** Done after the act, before what is held goes on. */
  readonly afterwards?: (history: History) => Promise<unknown>;
}

export function faults(kinds: readonly Fault[]): Disturbance[] {
  return kinds.map(fault => ({ name: fault, direction: step => ({ plan: attempt => attempt === 1 ? faultAt(step, fault) : UNDISTURBED }) }));
}

/** The same fault, also in every further attempt of Lambda. */
export function lastingFaults(kinds: readonly Fault[]): Disturbance[] {
  return kinds.map(fault => ({ name: `${fault}, every time`, direction: step => ({ plan: () => faultAt(step, fault) }) }));
}

const HELD = { plan: (step: number) => (attempt: number) => attempt === 1 ? holdAt(step) : UNDISTURBED };

/** A delivery is held until everything else is over: CloudFormation waits no longer, or Lambda has delivered the event again. */
export const PAUSES: readonly Disturbance[] = [
  { name: 'held and given up', isPause: true, direction: step => ({ plan: HELD.plan(step), whenHeld: 'given up', heldFor: Infinity }) },
  { name: 'held and overtaken', isPause: true, direction: step => ({ plan: HELD.plan(step), whenHeld: 'again', heldFor: Infinity }) },
];

/** The same, with further operations before the delivery goes on. */
export const LONG_PAUSES: readonly Disturbance[] = PAUSES.flatMap(pause => [
  { ...pause, name: `${pause.name}, before the next update`, afterwards: nextUpdate },
  { ...pause, name: `${pause.name}, before the removal`, afterwards: removal },
]);

/** Makes another certificate of everything that stands but the CAs at the top, and those that have issued: what lives below them keeps them. */
async function nextUpdate(history: History): Promise<void> {
  const issuers = Object.values(history.specs).map(({ ca }) => ca);
  const next = ([logicalId, spec]: [string, Specs[string]]) =>
    [logicalId, spec.ca && !issuers.includes(logicalId) ? { ...spec, variant: (spec.variant ?? 1) + 7 } : { ...spec, remark: 7 }];
  await history.deploy(Object.fromEntries(Object.entries(history.specs).map(next)));
}

async function removal(history: History): Promise<void> {
  await history.deploy(Object.fromEntries(Object.entries(history.specs).filter(([, { ca }]) => !ca)));
}

/**
 * Disturbs every step of every request of the scenarios, each time in a world of its own.
 *
 * @param goesOn whether the stack is deployed again after that, weeks later
 */
export async function disturbEverywhere(
  platform: Platform, scenarios: readonly Scenario[], disturbances: readonly Disturbance[], counts: Counts, goesOn = true,
): Promise<void> {
  const places = (await Promise.all(scenarios.map(scenario => placesOf(platform, scenario, counts)))).flat();
  const tasks = places.flatMap(place => disturbances.map(disturbance => ({ place, disturbance }))).filter(isInPart).slice(FROM);
  let done = FROM;
  await inParallel(tasks, async ({ place: { scenario, saved, request, step, action }, disturbance }) => {
    const history = new History(platform, AFTERWARDS, saved);
    history.requests.director = ({ number }) => number === request ? disturbance.direction(step) : {};
    await scenario.act(history);
    await disturbance.afterwards?.(history);
    await history.rest();
    if (goesOn && history.violations.length === 0) {
      await goOn(history, scenario);
    }
    counts.add(`${scenario.name}: ${disturbance.name} at step ${step} (${action}) of request ${request}`, history, disturbance.isPause ? 1 : 0);
    if (++done % TOLD === 0) {
      process.stdout.write(`${done} of ${FROM + tasks.length} disturbed: ${counts.line}\n`);
    }
  });
}

/** The part of all histories that this run goes through, as in `DRIVER_PART=3/10`: every tenth one, from the third on. */
const [PART, PARTS] = (process.env.DRIVER_PART ?? '1/1').split('/').map(Number);

/** Where a run begins that goes on with one that was stopped, as in `DRIVER_FROM=1500`. */
const FROM = Number(process.env.DRIVER_FROM ?? 0);

/** After so many disturbed histories, a run tells how far it is. */
const TOLD = 500;

function isInPart(_: unknown, index: number): boolean {
  return index % PARTS === PART - 1;
}

/** Another seed than that of the beginning: no request may have the id of one before. */
const AFTERWARDS = 2;
const DAY = 86_400_000;

/** What a user does next, some weeks later: the same again, and then something that changes no certificate. */
async function goOn(history: History, { act }: Scenario): Promise<void> {
  history.world.pass(35 * DAY);
  await act(history);
  await history.rest();
  await history.deploy(Object.fromEntries(Object.entries(history.specs).map(([logicalId, spec]) => [logicalId, { ...spec, remark: 99 }])));
  await history.rest();
}

/** Goes through a scenario undisturbed, and answers where it can be disturbed. */
async function placesOf(platform: Platform, scenario: Scenario, counts: Counts): Promise<Place[]> {
  const beginning = new History(platform, 1);
  if (Object.keys(scenario.before).length > 0) {
    await beginning.deploy(scenario.before);
  }
  const saved = beginning.save();
  const history = new History(platform, AFTERWARDS, saved);
  await scenario.act(history);
  await history.rest();
  counts.add(`${scenario.name}: undisturbed`, history);
  return history.world.deliveries.flatMap(({ actions }, index) =>
    actions.map((action, step) => ({ scenario, saved, request: index + 1, step, action })));
}
