import { Counts, inParallel } from './counts';
import { History } from './engine/history';
import { madeElsewhere } from './engine/made-elsewhere';
import { Director, Direction } from './engine/requests';
import { Kind, Spec, Specs } from './engine/resources';
import { Platform } from './engine/world';
import { CALL_FAULTS, faultAt, holdAt, UNDISTURBED } from './faults';
import { Random } from '../support/random';

/** What comes and goes, by logical id: the type of a resource never changes. */
const LEAVES: { readonly [logicalId: string]: Kind } = {
  A: 'device', B: 'device', C: 'inParameter', D: 'withBundles', E: 'verification', F: 'proof', G: 'requested',
};
const OPERATIONS = 4;
/** Most requests take fewer steps; what is to happen at a later one does not happen. */
const MAX_STEPS = 12;
const DAY = 86_400_000;

/** Runs histories of random operations and random disturbances, one for each seed. */
export async function runHistories(platform: Platform, seeds: readonly number[], counts: Counts): Promise<void> {
  await inParallel(seeds, async seed => {
    const history = new History(platform, seed);
    const pauses = await run(history);
    counts.add(`seed ${seed}`, history, pauses);
  });
}

async function run(history: History): Promise<number> {
  const { random } = history.world;
  history.world.state.dropsDeprecated = random.chance(0.3);
  const counter = { pauses: 0 };
  await history.deploy({ Ca: { kind: 'ca', retain: random.chance(0.5) }, ...random.chance(0.4) ? { Factory: { kind: 'subordinate', ca: 'Ca', retain: random.chance(0.5) } } : {} });
  for (let operation = 0; operation < OPERATIONS && history.violations.length === 0; operation++) {
    if (random.chance(0.1)) {
      history.world.pass(random.below(40) * DAY);
    }
    await operate(history, random, counter);
    if (random.chance(0.5)) {
      await history.rest();
    }
  }
  await history.rest();
  if (history.violations.length === 0 && random.chance(0.3)) {
    history.requests.director = disturber(random, counter);
    await history.delete();
    await history.rest();
  }
  return counter.pauses;
}

async function operate(history: History, random: Random, counter: { pauses: number }): Promise<void> {
  const wanted = edited(history.specs, random);
  const failsAfter = random.chance(0.2) ? random.below(Object.keys(wanted).length + 1) : undefined;
  history.requests.director = disturber(random, counter);
  const status = await history.deploy(wanted, { rollback: !random.chance(0.15), failsAfter });
  if (status === 'FAILED') { // the user mends it, goes back, or has it rolled back
    history.requests.director = () => ({});
    await history.deploy(random.pick([history.specs, valid(wanted)]));
  }
}

function valid(specs: Specs): Specs {
  return Object.fromEntries(Object.entries(specs).map(([logicalId, spec]) => [logicalId, { ...spec, isInvalid: false }]));
}

/** One to three edits of what is declared. */
function edited(specs: Specs, random: Random): Specs {
  let result = specs;
  for (let edits = 1 + random.below(3); edits > 0; edits--) {
    const standingNames = Object.keys(result).filter(logicalId => logicalId in LEAVES);
    const name = random.pick(standingNames.length > 0 && random.chance(0.6) ? standingNames : Object.keys(LEAVES));
    const { [name]: standing, ...others } = result;
    const next = standing ? changed(standing, result, random) : leaf(LEAVES[name], result, random);
    result = standing && random.chance(0.25) ? others : { ...others, [name]: next };
  }
  return result;
}

function leaf(kind: Kind, specs: Specs, random: Random): Spec {
  return { kind, ca: anyCa(specs, random), variant: 1, ...kind === 'requested' ? { request: madeElsewhere().request } : {} };
}

function anyCa(specs: Specs, random: Random): string {
  return random.pick(specs.Factory ? ['Ca', 'Factory'] : ['Ca']);
}

/** None, or some of a few; of keys in a parameter only. */
function anyTags(random: Random): Spec['tags'] {
  return Object.fromEntries(['team', 'stage', 'owner'].filter(() => random.chance(0.5)).map(key => [key, random.pick(['iot', 'plant', ''])]));
}

function changed(spec: Spec, specs: Specs, random: Random): Spec {
  switch (random.below(10)) {
    case 0: return { ...spec, isInvalid: true };
    case 1: return { ...spec, isInvalid: false, remark: random.below(100) };
    case 2: return { ...spec, isInvalid: false, place: 1 + random.below(2) };
    case 3: return { ...spec, isInvalid: false, ca: anyCa(specs, random) };
    case 4: return { ...spec, isInvalid: false, tags: anyTags(random) };
    default: return { ...spec, isInvalid: false, variant: 1 + random.below(3) };
  }
}

/** What befalls a request, by chance. */
function disturber(random: Random, counter: { pauses: number }): Director {
  return () => {
    const again = random.chance(0.12) ? [random.below(5)] : [];
    const step = random.below(MAX_STEPS);
    const chance = random.next();
    if (chance < 0.25) {
      const [fault, lasts] = [random.pick(CALL_FAULTS), random.chance(0.2)];
      return { plan: attempt => attempt === 1 || lasts ? faultAt(step, fault) : UNDISTURBED, again };
    }
    if (chance < 0.37) {
      counter.pauses++;
      return { plan: attempt => attempt === 1 ? holdAt(step) : UNDISTURBED, whenHeld: random.pick(['again', 'given up']), heldFor: random.below(6), again } satisfies Direction;
    }
    return { twice: chance < 0.43, again };
  };
}
