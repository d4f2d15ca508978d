import { findFaketime } from './broker';
import { Story } from './story';
import { Verifier } from './verifier';
import { findMosquitto } from '../support/broker-programs';
import { OpensslCas } from '../support/openssl-ca';
import { whereInstalled } from '../support/second-opinions';
import { seedOf } from '../support/seed';

const SEED = seedOf('YEARS_SEED');

/** At night, the seed is drawn. */
const IS_NIGHT = process.env.RANDOM_SEEDS === 'true';

/** Fewer days and a share of the fleet, for a quick look. */
const DAYS = Number(process.env.YEARS_DAYS ?? 3650);
const SHARE = Number(process.env.YEARS_SHARE ?? 1);

/** OpenSSL is asked on each day, and about each device on each n-th one; at night, about all of them. It takes most of the time. */
const TURNS = Number(process.env.YEARS_TURNS ?? (IS_NIGHT ? 1 : 5));

const BROKER_DAYS = 20;

whereInstalled(findMosquitto() !== undefined, 'Mosquitto', 'mosquitto');
whereInstalled(findFaketime() !== undefined, 'faketime', 'faketime');
const hasBroker = findMosquitto() !== undefined && findFaketime() !== undefined;

const [verifier, requests] = [new Verifier(), new OpensslCas()];

test(`nobody is cut off, nothing is lost and nothing ends unseen in ${DAYS} days of renewals, revocations, faults and a roll-over (YEARS_SEED=${SEED})`, async () => {
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined); // the functions write their logs there
  const story = new Story({ seed: SEED, days: DAYS, share: SHARE, turns: TURNS, brokerDays: hasBroker ? BROKER_DAYS : 0 }, verifier, requests);
  await story.play();
  log.mockRestore();
  const { happened, world: { faults, cloudFormation }, verifier: { counts } } = story;
  expect(happened['let in by Mosquitto'] ?? 0).toBe(hasBroker ? 4 * BROKER_DAYS : 0);
  expect(counts.processes).toBeGreaterThanOrEqual(DAYS);
  if (DAYS === 3650 && SHARE === 1 && process.env.YEARS_SEED === undefined && !IS_NIGHT) { // with another seed, what is rare may not happen
    const least = {
      'revoked and replaced': 10, 'held': 3, 'released': 3, 'removed': 2, 'tagged': 10, 'replaced at 30': 10, 'replaced at 7': 10, 'forgotten at 0': 4, 'certificates': 500,
    };
    Object.entries(least).forEach(([what, number]) => expect([what, happened[what] >= number]).toEqual([what, true]));
    expect(story.hierarchy.refreshed).toBeGreaterThanOrEqual(2);
    expect(Object.keys(faults.met)).toHaveLength(4);
    expect(cloudFormation.counts.rollbacks).toBeGreaterThan(5);
  }
}, 3_000_000);
