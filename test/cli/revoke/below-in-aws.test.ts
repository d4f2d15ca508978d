import { resolve } from 'node:path';
import { outside } from '../../../src/cli/local/engine';
import { revokeCommand, RevokeOptions } from '../../../src/cli/revoke-command';
import { silentProgress } from '../../../src/cli/terminal';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { answerRevocation } from '../../../src/issuing/revocation/revoker';
import { temporaryFolder, writeJson } from '../../support/cli-assembly';
import { NO_AWS, readJson } from '../../support/cli-run';
import { caProperties, deviceProperties, Kind, Properties, request, SECRET, subordinateProperties } from '../../support/events';
import { complaintsOf } from '../../support/json-schema';
import { MemoryWorld } from '../../support/memory-ports';

const SCHEMA = readJson(resolve(__dirname, '..', '..', '..', 'schema', 'command-line-v1.schema.json'));

/** A root with two CAs below it, of which the first has a CA below it, too. Each has a ledger and a function of its name, and has issued for a device. */
const CAS = ['root', 'plant', 'line', 'office'] as const;
type Ca = typeof CAS[number];

let world: MemoryWorld;
let ids: { [name in Ca]: string };
/** The functions that were invoked, and whether with a dry run; and those that fail unless it is one. */
let invoked: string[];
let broken: Ca[];

beforeEach(async () => {
  world = new MemoryWorld();
  [invoked, broken] = [[], []];
  const root = await made('ca', 'root', caProperties({ LedgerTable: 'root', PathLength: '2', KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}root-AbCdEf` } }));
  const below = (name: Ca, issuer: string, IssuerLedgerTable: Ca, PathLength: string): Promise<string> =>
    made('subordinate', name, subordinateProperties(issuer, name, { IssuerLedgerTable, PathLength }));
  const plant = await below('plant', root, 'root', '1');
  ids = { root, plant, line: await below('line', plant, 'plant', '0'), office: await below('office', root, 'root', '0') };
  for (const ca of CAS) {
    const KeyStorage = { Type: 'SecretsManager', SecretArn: `${SECRET}device-${ca}-AbCdEf` };
    await made('device', `device-${ca}`, deviceProperties(ids[ca], { LedgerTable: ca, Subject: { CommonName: `device-${ca}` }, KeyStorage }));
  }
});

async function made(kind: Kind, name: string, properties: Properties): Promise<string> {
  return (await handleLifecycleEvent({ ...request(kind, 'Create', properties), requestId: name, logicalResourceId: name }, world.ports())).physicalResourceId;
}

interface Said { readonly done: boolean; readonly out: string; readonly asked: readonly string[] }

/** What the command says if the user agrees. */
async function said(options: Partial<RevokeOptions>): Promise<Said> {
  let out = '';
  const asked: string[] = [];
  const print = (text: string): void => { out += text; };
  const ask = async (question: string): Promise<boolean> => { asked.push(question); return true; };
  const done = await revokeCommand({ local: 'local-out', reason: 'cACompromise', ...options }, { progress: silentProgress, print, warn: print, ask }, {
    ...NO_AWS,
    awsFunction: () => ({
      invokeFunction: async ({ name }, payload) => {
        const event = JSON.parse(payload);
        invoked.push(`${name}${event.dryRun ? '?' : ''}`);
        if (!event.dryRun && broken.includes(name as Ca)) {
          throw new Error(`${name} is throttled`);
        }
        const ports = { ...world.ports(), ledger: world.ports().ledger(name), revocations: world.revocations(name) };
        return { payload: JSON.stringify(await answerRevocation({ caId: ids[name as Ca], table: name, reach: [] }, event, '8f5c', ports)), error: false };
      },
    }),
  }, { ...outside, clock: () => world.now });
  return { done, out, asked };
}

/** The devices and the CAs with a certificate that is revoked or on hold. */
async function revoked(): Promise<string[]> {
  const found: string[] = [];
  for (const ca of CAS) {
    for await (const { serialNumber, logicalResourceId } of world.ports().ledger(ca).certificates(ids[ca])) {
      const revocation = await world.revocations(ca).find(ids[ca], serialNumber);
      found.push(...revocation && revocation.state !== 'RELEASED' ? [logicalResourceId] : []);
    }
  }
  return found.sort();
}

describe('everything below a CA', () => {
  test('is shown in one table, and is revoked from the top after one question', async () => {
    const { done, out, asked } = await said({ function: ['line', 'office', 'plant', 'root'], below: ['Iot/root'] });
    expect(asked).toEqual(['Revoke 7 certificates?']);
    expect(out).toMatch(/device-line +Iot\/device-line +Iot\/line +revoked\n/);
    expect(out).toMatch(/CN=Acme plant\S* .* Iot\/plant +Iot\/root +revoked\n/);
    expect(out).toMatch(/\n7 certificates changed in the ledger; /);
    expect(invoked).toEqual(['line?', 'office?', 'plant?', 'root?', 'root', expect.any(String), expect.any(String), 'line']);
    expect(await revoked()).toEqual(['device-line', 'device-office', 'device-plant', 'device-root', 'line', 'office', 'plant']);
    expect(done).toBe(true);
  });

  test('leaves alone what other CAs have issued', async () => {
    await said({ function: [...CAS], below: [ids.plant] });
    expect(await revoked()).toEqual(['device-line', 'device-plant', 'line']);
  });

  test('is not said to be revoked if the function of a CA is not given', async () => {
    const { done, out } = await said({ function: ['root', 'plant'], below: ['Iot/root'] });
    expect(out.match(/^not reached: .*/gm)!.map(line => line.split(',')[0]).sort()).toEqual([
      expect.stringMatching(/^not reached: the CA CN=Acme line\S* \(Iot\/line\)$/), expect.stringMatching(/^not reached: the CA CN=Acme office\S* \(Iot\/office\)$/),
    ]);
    expect(await revoked()).toEqual(['device-plant', 'device-root', 'line', 'office', 'plant']);
    expect(done).toBe(false);
  });

  test('is followed by programs, which learn of the CAs that are not reached', async () => {
    const { out } = await said({ function: ['root', 'plant'], below: ['Iot/root'], yes: true, json: true });
    const document = JSON.parse(out);
    expect(complaintsOf(SCHEMA, document)).toBe('');
    expect(document.casNotReached.map(({ resource }: { resource: string }) => resource).sort()).toEqual(['Iot/line', 'Iot/office']);
  });

  test('needs no function of a CA that has expired', async () => {
    world.now = new Date('2032-01-01T00:00:00Z'); // the CAs below are valid for five years, the root for ten
    const { done, out } = await said({ function: ['root'], below: ['Iot/root'], dryRun: true });
    expect(out).not.toContain('not reached');
    expect(done).toBe(true);
  });

  test('is revoked in the end if the command has failed halfway: the CAs at the top come first, and the same command goes on', async () => {
    broken = ['plant'];
    await expect(said({ function: [...CAS], below: ['Iot/root'] })).rejects.toThrow(/^plant is throttled; done for Iot\/root.* only: give the same command again, which goes on$/);
    expect(await revoked()).toEqual(expect.arrayContaining(['plant', 'office', 'device-root']));
    broken = [];
    const { done, out } = await said({ function: [...CAS], below: ['Iot/root'] });
    expect(out).toMatch(/Iot\/plant +Iot\/root +already revoked \(cACompromise\) since .*; not changed\n/);
    expect(await revoked()).toHaveLength(7);
    expect(done).toBe(true);
  });

  test('comes back from the bottom when a hold ends', async () => {
    await said({ function: [...CAS], below: ['Iot/root'], reason: 'certificateHold' });
    invoked = [];
    const { asked } = await said({ function: [...CAS], below: ['Iot/root'], reason: 'removeFromCRL' });
    expect(asked).toEqual(['Release 7 certificates?']);
    expect(invoked.filter(name => !name.endsWith('?'))).toEqual(['line', expect.any(String), expect.any(String), 'root']);
    expect(await revoked()).toEqual([]);
  });

  test('is what all outputs files together lead to', async () => {
    const files = CAS.map(ca => {
      const file = `${temporaryFolder()}/outputs.json`;
      writeJson(file, { [`Of${ca}`]: { RevokeFunction: ca } });
      return file;
    });
    const { done } = await said({ outputs: files, below: ['Iot/root'] });
    expect([done, (await revoked()).length]).toEqual([true, 7]);
  });
});

describe('a mistake changes nothing,', () => {
  test.each<[string, Partial<RevokeOptions>, RegExp]>([
    ['a CA whose function is not given', { function: ['root'], below: ['Iot/plant'] },
      /^--below must be the caId of a CA whose function is given \(Iot\/root\), or <stack>\/<logical ID> or the path of its construct, got "Iot\/plant"$/],
    ['another selector with --below', { function: ['root'], below: ['Iot/root'], stack: ['Iot'] }, /^--below must be the only selector for CAs in AWS, .*, got --stack too$/],
    ['another selector with --all', { function: ['root'], all: true, commonName: ['device-root'] }, /^--all must be the only selector for CAs in AWS, .*, got --common-name too$/],
    ['several functions without --below', { function: ['root', 'plant'], all: true }, /^--function, --ledger or --outputs must lead to one CA unless --below selects certificates, got 2$/],
    ['--app for a local deployment', { app: 'cdk.out', stack: ['Iot'] }, /^--app must be left out without --function, --ledger or --outputs, /],
  ])('such as %s', async (_, options, message) => {
    await expect(said(options)).rejects.toThrow(message);
    expect(await revoked()).toEqual([]);
  });
});
