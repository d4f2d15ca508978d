import 'reflect-metadata';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { RandomApp } from './random-app';
import { messageOf } from '../../../src/cli/cli-error';
import { DeployedReader } from '../../../src/cli/diff/deployed-stack';
import { diffCommand } from '../../../src/cli/diff-command';
import { localDisk } from '../../../src/cli/disk';
import { outside } from '../../../src/cli/local/engine';
import { State } from '../../../src/cli/local/state';
import { StateStore } from '../../../src/cli/local/state-store';
import { localCommand } from '../../../src/cli/local-command';
import { silentProgress } from '../../../src/cli/terminal';
import { temporaryFolder, TemplateJson, writeAssembly } from '../../support/cli-assembly';
import { directoryAsAws } from '../../support/directory-as-aws';
import { Random } from '../../support/random';
import { seedOf } from '../../support/seed';

/** How many changes are compared; the night compares more. */
const CHANGES = Number(process.env.DIFF_CHANGES ?? 40);
const SEED = seedOf('DIFF_SEED');

/** After how many changes a new app begins. */
const LIFE = 25;

interface Foreseen {
  readonly logicalId: string;
  readonly outcome: string;
  readonly serialNumber?: string;
  readonly nextSerialNumber?: string;
  readonly reasons: readonly string[];
}

type Resource = State['stacks'][string]['resources'][string];

function stateOf(out: string): State {
  return structuredClone(StateStore.open(out, localDisk).state);
}

function entryOf(state: State, resource: Resource | undefined): { serialNumber: string; status: string; issuer: string } | undefined {
  const identity = resource?.physicalId;
  const ledger = state.ledgers[String(resource?.properties.IssuerLedgerTable ?? resource?.properties.LedgerTable)];
  return identity === undefined ? undefined : ledger?.entries[ledger.latest[identity]];
}

function serialsIn(state: State): Set<string> {
  return new Set(Object.values(state.ledgers).flatMap(({ entries }) => Object.values(entries)).map(({ serialNumber }) => serialNumber));
}

/** What a deployment has done with a resource, from the states before and after it. */
function done(before: State, after: State, id: string): Pick<Foreseen, 'outcome' | 'serialNumber' | 'nextSerialNumber'> {
  const [from, to] = [before, after].map(state => state.stacks.Iot?.resources[id]);
  const [present, next] = [entryOf(before, from), entryOf(after, to)];
  const known = serialsIn(before);
  const nextSerialNumber = next && known.has(next.serialNumber) ? next.serialNumber : undefined;
  if (!from) {
    return { outcome: nextSerialNumber === undefined ? 'issue' : 'takeBack', nextSerialNumber };
  }
  if (!to) {
    const { status, issuer } = entryOf(after, from)!;
    const isRevoked = (state: State): boolean =>
      Object.values(state.ledgers).some(({ revoked = {} }) => Object.hasOwn(revoked, `${issuer}/${present!.serialNumber}`));
    return status === 'WITHDRAWN' ? { outcome: isRevoked(after) && !isRevoked(before) ? 'revoke' : 'withdraw', serialNumber: present!.serialNumber }
      : { outcome: 'keep' };
  }
  if (from.physicalId !== to.physicalId) {
    return { outcome: 'replace', serialNumber: present!.serialNumber, nextSerialNumber };
  }
  expect(next!.serialNumber).toBe(present!.serialNumber); // law 2
  return isDeepStrictEqual(from.properties, to.properties) ? { outcome: 'none' } : { outcome: 'change', serialNumber: present!.serialNumber };
}

/** A moment for each change: what a refusal says about times is then the same twice. */
function at(change: number): typeof outside {
  return { ...outside, clock: () => new Date(Date.UTC(2026, 0, 1 + change)) };
}

/** A text without what each run invents: the last characters in the ARNs of secrets that the deployment makes. */
function withoutChance(text: string): string {
  return text.replace(/(:secret:[\w-]+)-[0-9a-f]{6}\b/g, '$1-…');
}

interface Diff {
  readonly code: number;
  readonly certificates: readonly Foreseen[];
  readonly failure?: string;
}

/** @param aws the stacks in AWS; absent for the comparison with the directory */
async function diffed(app: string, out: string, change: number, aws?: DeployedReader): Promise<Diff> {
  let said = '';
  const local = aws ? undefined : out;
  const code = await diffCommand({ app, local, json: true }, { print: text => { said += text; }, warn: () => undefined, progress: silentProgress },
    () => ({ awsStacks: aws! }), at(change));
  return { code, ...JSON.parse(withoutChance(said)).stacks[0] };
}

/** @returns why the deployment has failed, or `undefined` if it has not */
function deployed(app: string, out: string, change: number): Promise<string | undefined> {
  const silent = { print: () => undefined, warn: () => undefined, progress: silentProgress };
  return localCommand({ app, out }, silent, at(change)).then(() => undefined, error => withoutChance(messageOf(error)));
}

/** What the ledgers hold now for the resources. */
function standing(state: State): object {
  const resources = Object.entries(state.stacks.Iot?.resources ?? {}).filter(([, { type }]) => type.startsWith('Custom::'));
  return Object.fromEntries(resources.map(([id, resource]) => [id, [resource.physicalId, entryOf(state, resource)?.serialNumber]]));
}

test(`what diff says about ${CHANGES} random changes is what the deployment then does`, async () => {
  const random = new Random(SEED);
  const seen = new Map<string, number>();
  for (let index = 0, app = new RandomApp(random), out = join(temporaryFolder(), 'out'), takeBack = (): void => undefined, present: TemplateJson = {}; index < CHANGES; index++) {
    if (index % LIFE === 0) {
      [app, out] = [new RandomApp(random), join(temporaryFolder(), 'out')];
    } else {
      takeBack = app.change();
    }
    const before = stateOf(out);
    const caIds = Object.fromEntries(Object.entries(before.stacks.Iot?.resources ?? {}).map(([id, { physicalId }]) => [id, physicalId]));
    const template = app.template(caIds);
    const folder = writeAssembly(temporaryFolder(), { Iot: { template } });
    const where = `DIFF_SEED=${SEED}, change ${index}`;
    const said = await diffed(folder, out, index);
    const { code, certificates, failure } = said;
    const inAws = await diffed(folder, out, index, directoryAsAws(out, { Iot: present }));
    expect({ where, ...inAws }).toEqual({ where, ...said });
    expect(stateOf(out)).toEqual(before);
    const failed = await deployed(folder, out, index);
    const after = stateOf(out);
    const refused = certificates.filter(({ outcome }) => outcome === 'refuse');
    if (failed === undefined) {
      present = template;
      const resources = { ...before.stacks.Iot?.resources, ...after.stacks.Iot.resources };
      const ids = Object.keys(resources).filter(id => resources[id].type.startsWith('Custom::'));
      const actual = Object.fromEntries(ids.map(id => [id, done(before, after, id)]));
      const foreseen = Object.fromEntries(certificates
        .map(({ logicalId, outcome, serialNumber, nextSerialNumber }) => [logicalId, { outcome, serialNumber, nextSerialNumber }]));
      expect({ where, failure, certificates: foreseen }).toEqual({ where, failure: undefined, certificates: actual });
      expect(code).toBe(Object.values(actual).some(({ outcome }) => outcome !== 'none') ? 3 : 0);
    } else {
      const reasons = [failure, ...refused.map(each => each.reasons[0])].filter(each => each !== undefined);
      expect({ where, said: failed, reasons: reasons.filter(each => failed.includes(each)).length > 0 ? 'one of them' : reasons })
        .toEqual({ where, said: failed, reasons: 'one of them' });
      expect(code).toBe(1);
      expect(standing(after)).toEqual(standing(before));
      takeBack();
    }
    certificates.forEach(({ outcome }) => seen.set(outcome, (seen.get(outcome) ?? 0) + 1));
  }
  process.stdout.write(`${[...seen].sort().map(([outcome, number]) => `${outcome} ${number}`).join(', ')}\n`);
}, 60_000 + CHANGES * 3_000);
