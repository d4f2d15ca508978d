import { FleetCounts } from '../../../src/contract/fleet';
import { RunPlan } from '../../../src/contract/fleet-run';
import { finishRun } from '../../../src/issuing/fleet/run/finish-run';
import { FleetFiles, forEachOf } from '../../../src/issuing/fleet/run/fleet-files';
import { planRun } from '../../../src/issuing/fleet/run/plan-run';
import { digestOfDeclaration } from '../../../src/issuing/fleet/run/sealed-piece';
import { workPiece } from '../../../src/issuing/fleet/run/work-piece';
import { FleetWorld } from '../../support/fleet-world';
import { MOTO_TIMEOUT } from '../../support/moto';

/** The objects of runs in memory. */
class MemoryFiles implements FleetFiles {
  public readonly objects = new Map<string, string>();

  public async write(name: string, content: string | Buffer): Promise<void> {
    this.objects.set(name, content.toString());
  }

  public async read(name: string): Promise<Buffer | undefined> {
    const content = this.objects.get(name);
    return content === undefined ? undefined : Buffer.from(content);
  }

  public async *list(folder: string): AsyncIterable<string> {
    yield* [...this.objects.keys()].filter(name => name.startsWith(folder)).sort();
  }

  public lines(name: string): any[] {
    return this.objects.get(name)!.split('\n').filter(line => line !== '').map(line => JSON.parse(line));
  }
}

async function* octetsOf(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

function manifest(text: string) {
  return { format: 'csv', octets: octetsOf(text), version: () => 'version-1' } as const;
}

/** What is declared, as the environment of the functions has it. */
const DECLARATION = digestOfDeclaration({ DECLARATION: '{"Issuer":"ca"}' });

let world: FleetWorld;

/** Runs begin a second after each other. */
let second = 0;

function plan(run: string, text: string, size: number, files: FleetFiles): Promise<RunPlan> {
  const begunAt = new Date(Date.UTC(2026, 0, 1, 0, 0, second++)).toISOString();
  return planRun({ run, begunAt }, DECLARATION, manifest(text), size, world.runs(), files);
}

function work(run: string, piece: number, files: FleetFiles, { fleet = world.fleet(), declaration = DECLARATION } = {}): Promise<FleetCounts> {
  return workPiece({ run, piece, declaration }, fleet, world.ports(), world.runs(), files);
}

beforeAll(async () => {
  world = await FleetWorld.start();
}, MOTO_TIMEOUT);
afterAll(() => world.proxy.stop());

describe('a plan', () => {
  test('has every row in one piece, wrong ones too, in the order of the manifest', async () => {
    const files = new MemoryFiles();
    const rows = Array.from({ length: 25 }, (_, index) => index === 3 ? 'a/b' : `sensor-${index}`);
    expect(await plan('run', `deviceId\n${rows.join('\n')}`, 10, files)).toEqual({ run: 'run', rows: 25, pieces: 3, manifestVersion: 'version-1' });
    expect(files.lines('runs/run/pieces/0000001.jsonl')).toHaveLength(11); // the first line authenticates the others
    expect(files.lines('runs/run/pieces/0000001.jsonl').at(-1)).toEqual({ refused: expect.objectContaining({ line: 5, deviceId: 'a/b' }) });
    expect(JSON.parse(files.objects.get('runs/run/pieces.json')!)).toEqual([{ piece: 1 }, { piece: 2 }, { piece: 3 }]);
    const lines = [1, 2, 3].flatMap(piece => files.lines(`runs/run/pieces/000000${piece}.jsonl`).slice(1)).map(({ row, refused }) => (row ?? refused).line);
    expect(lines.sort((one, other) => one - other)).toEqual(rows.map((_, index) => index + 2));
  });

  test('fails for a manifest without a row', async () => {
    await expect(plan('run', 'deviceId\n', 10, new MemoryFiles())).rejects.toThrow('the manifest must have a row for each device, got none');
  });

  test('fails if a piece can\'t be written, and writes no list of pieces', async () => {
    const files = new MemoryFiles();
    files.write = async name => {
      throw new Error(`no room for ${name}`);
    };
    await expect(plan('run', 'deviceId\nsensor-1\n', 10, files)).rejects.toThrow('no room for runs/run/pieces/0000001.jsonl');
    expect(files.objects.size).toBe(0);
  });
});

describe('a piece', () => {
  test('has the same results however often it is carried out, with certificates, forms and counts', async () => {
    const files = new MemoryFiles();
    await plan('twice', 'deviceId\n=sensor,a\n"=sensor,a"\nsensor-b\n', 10, files);
    const counts = await work('twice', 1, files);
    expect(counts).toMatchObject({ issued: 2, refused: 1 });
    const first = new Map(files.objects);
    expect(await work('twice', 1, files)).toEqual(counts);
    expect(files.objects).toEqual(first);
    const [device] = files.lines('runs/twice/results/0000001.jsonl');
    expect(files.objects.get('runs/twice/certificates/0000001.pem')!.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect([...files.objects.keys()].filter(name => name.includes('/register/')).sort()).toEqual(
      ['alibaba-cloud-iot/0000001.csv', 'aws-iot-core/0000001.jsonl', 'azure-iot-central/0000001.csv', 'azure-iot-hub/0000001.jsonl'].map(name => `runs/twice/register/${name}`));
    expect(files.lines('runs/twice/register/aws-iot-core/0000001.jsonl')[0]).toEqual({
      ThingName: '=sensor,a', SerialNumber: device.serialNumber, CertificatePem: device.certificatePem,
    });
    // A spreadsheet takes no name for a formula.
    expect(files.objects.get('runs/twice/devices/0000001.csv')!.split('\n')[0]).toBe(
      `"'=sensor,a","'=sensor,a",${device.serialNumber},${device.sha256Fingerprint},${device.notBefore},${device.notAfter},issued`);
  });

  test('that fails as a whole says why, and is counted as failed by the summary, which merges the others', async () => {
    const files = new MemoryFiles();
    await plan('failing', `deviceId\n${Array.from({ length: 6 }, (_, index) => `device-${index}`).join('\n')}\na/b\n`, 3, files);
    const gone = world.fleet({ Issuer: 'ca-00000000000000000000000000000000' });
    await expect(work('failing', 2, files, { fleet: gone })).rejects.toThrow('ca must be a CA in this ledger');
    await work('failing', 1, files);
    await work('failing', 3, files);
    const summary = await finishRun('failing', 5, world.runs(), files);
    expect(summary).toMatchObject({ rows: 7, pieces: 3, issued: 3, refused: 1, failedPieces: 1, isFailed: true, failure: expect.stringContaining('ca must be a CA in this ledger') });
    expect(JSON.parse(files.objects.get('runs/failing/summary.json')!)).toEqual(summary);
    expect(files.lines('runs/failing/refused.jsonl')).toEqual([expect.objectContaining({ line: 8, deviceId: 'a/b' })]);
    expect(files.objects.get('runs/failing/devices.csv')!.trim().split('\n').map(line => line.split(',')[0])).toEqual(['deviceId', 'device-0', 'device-1', 'device-2']);

    // A retry of the piece makes up for it.
    await work('failing', 2, files);
    expect(await finishRun('failing', 5, world.runs(), files)).toMatchObject({ issued: 6, failedPieces: 0, isFailed: false, failure: '' });
  });
});

describe('a worker issues only', () => {
  const PIECE = 'runs/sealed/pieces/0000001.jsonl';

  test.each([
    ['another row', (text: string) => text.replace('sensor-1', 'sensor-9')],
    ['a further row', (text: string) => `${text}{"row":{"line":9,"deviceId":"sensor-9"}}\n`],
    ['one row less', (text: string) => text.split('\n').slice(0, -2).join('\n') + '\n'],
    ['another declaration', (text: string) => text.replace(DECLARATION, digestOfDeclaration({ DECLARATION: '{}' }))],
    ['no code', (text: string) => text.split('\n').slice(1).join('\n')],
    ['nothing', () => ''],
  ])('what its planner has written: a piece that somebody has changed to have %s fails, and nothing is issued', async (_, changed) => {
    const files = new MemoryFiles();
    await plan('sealed', 'deviceId\nsensor-1\nsensor-2\n', 10, files);
    const before = (await world.devices()).length;
    files.objects.set(PIECE, changed(files.objects.get(PIECE)!));
    await expect(work('sealed', 1, files)).rejects.toThrow('the piece 1 of the run sealed must be as its planner has written it for the manifest of the run, and it is not: it was changed in the bucket');
    expect(await world.devices()).toHaveLength(before);
  });

  test('the piece of its number and run: one that was put in the place of another fails', async () => {
    const files = new MemoryFiles();
    await plan('earlier', 'deviceId\nsensor-1\n', 1, files);
    await plan('sealed', 'deviceId\nsensor-2\nsensor-3\n', 1, files);
    for (const other of ['runs/earlier/pieces/0000001.jsonl', 'runs/sealed/pieces/0000002.jsonl']) {
      const swapped = new MemoryFiles();
      swapped.objects.set(PIECE, files.objects.get(other)!);
      await expect(work('sealed', 1, swapped)).rejects.toThrow('must be as its planner has written it');
    }
  });

  test('pieces of its own fleet: those that another fleet with the same bucket has planned fail', async () => {
    const files = new MemoryFiles();
    await planRun({ run: 'sealed', begunAt: '2026-01-01T01:00:00.000Z' }, DECLARATION, manifest('deviceId\nsensor-1\n'), 10, world.runs('Others'), files);
    await plan('sealed', 'deviceId\nsensor-2\n', 10, new MemoryFiles());
    await expect(work('sealed', 1, files)).rejects.toThrow('must be as its planner has written it');
  });

  test('what was declared when the run began: after an update of the stack the run fails, and says to run the fleet again', async () => {
    const files = new MemoryFiles();
    await plan('outdated', 'deviceId\nsensor-1\n', 10, files);
    const declaration = digestOfDeclaration({ DECLARATION: '{"Issuer":"ca"}', RENEW_BEFORE_DAYS: '30' });
    await expect(work('outdated', 1, files, { declaration })).rejects.toThrow('the declaration of the fleet has changed since; run the fleet again');
  });
});

describe('a run that a later one has overtaken', () => {
  test('issues nothing more, and can\'t be planned again', async () => {
    const files = new MemoryFiles();
    const early = { run: 'early', begunAt: '2026-02-01T00:00:00.000Z' };
    const rows = manifest('deviceId,organization\nmoved,Before\n');
    await planRun(early, DECLARATION, rows, 10, world.runs('Overtaken'), files);
    await planRun({ run: 'late', begunAt: '2026-02-01T00:00:00.001Z' }, DECLARATION, manifest('deviceId,organization\nmoved,After\n'), 10, world.runs('Overtaken'), files);
    const worked = (run: string): Promise<FleetCounts> =>
      workPiece({ run, piece: 1, declaration: DECLARATION }, world.fleet({}, { logicalResourceId: 'Overtaken' }), world.ports(), world.runs('Overtaken'), files);
    expect(await worked('late')).toMatchObject({ issued: 1 });
    await expect(worked('early')).rejects.toThrow('the run early must be the latest one of its fleet, and late is');
    await expect(planRun(early, DECLARATION, manifest('deviceId\nmoved\n'), 10, world.runs('Overtaken'), files)).rejects.toThrow('a later one has begun meanwhile');
    expect(await finishRun('early', 5, world.runs('Overtaken'), files)).toMatchObject({ isFailed: false, failedPieces: 1, overtakenBy: 'late' });
    expect((await world.devices()).filter(({ deviceId }) => deviceId === 'moved').map(({ subject }) => subject)).toEqual(['CN=moved,O=After']);
  });

  test('issues nothing more in the middle of a piece either: it can\'t replace what the later run has made', async () => {
    const files = new MemoryFiles();
    const fleet = world.fleet({}, { logicalResourceId: 'Raced' });
    await planRun({ run: 'early', begunAt: '2026-02-01T00:00:00.000Z' }, DECLARATION, manifest('deviceId,organization\nraced,Before\n'), 10, world.runs('Raced'), files);
    const ports = world.ports();
    const ledger = ports.fleetLedger(world.table);
    const late = async (): Promise<void> => {
      await planRun({ run: 'late', begunAt: '2026-02-01T00:01:00.000Z' }, DECLARATION, manifest('deviceId,organization\nraced,After\n'), 10, world.runs('Raced'), files);
      await workPiece({ run: 'late', piece: 1, declaration: DECLARATION }, fleet, world.ports(), world.runs('Raced'), files);
    };
    // The whole later run happens after the earlier one has looked into the ledger, and before it records what it has made.
    const slow = Object.assign(Object.create(ledger), { record: async (made: never) => late().then(() => ledger.record(made)) });
    const piece = workPiece({ run: 'early', piece: 1, declaration: DECLARATION }, fleet, { ...ports, fleetLedger: () => slow }, world.runs('Raced'), files);
    await expect(piece).rejects.toThrow('the run early must be the latest one of its fleet, and late is');
    expect((await world.devices()).filter(({ deviceId }) => deviceId === 'raced').map(({ subject }) => subject)).toEqual(['CN=raced,O=After']);
  });

  test('whose plan is delivered twice, with another manifest each, issues for one of them only', async () => {
    const files = new MemoryFiles();
    const run = { run: 'twice-planned', begunAt: '2026-02-01T00:00:00.000Z' };
    const version = (text: string, number: string) => ({ ...manifest(text), version: () => number });
    const runs = world.runs('TwicePlanned');
    await planRun(run, DECLARATION, version('deviceId\nnewer-1\nnewer-2\n', 'two'), 1, runs, files);
    // The first delivery, which was held up, has read an older manifest.
    await expect(planRun(run, DECLARATION, version('deviceId\nolder-1\n', 'one'), 1, runs, files)).rejects.toThrow('or the manifest has changed while it was read');
    const worked = (piece: number): Promise<FleetCounts> =>
      workPiece({ run: run.run, piece, declaration: DECLARATION }, world.fleet({}, { logicalResourceId: 'TwicePlanned' }), world.ports(), runs, files);
    await expect(worked(1)).rejects.toThrow('must be as its planner has written it for the manifest of the run');
    expect(await worked(2)).toMatchObject({ issued: 1 });
    expect(await finishRun(run.run, 5, runs, files)).toMatchObject({ rows: 2, pieces: 2, issued: 1, failedPieces: 1, isFailed: true });
    expect((await world.devices()).map(({ deviceId }) => deviceId)).not.toContain('older-1');
  });

  test('can be redelivered while it is the latest: planning it again leaves it the latest', async () => {
    const files = new MemoryFiles();
    const once = { run: 'once', begunAt: '2026-02-01T00:00:00.000Z' };
    for (let delivery = 0; delivery < 2; delivery++) {
      expect(await planRun(once, DECLARATION, manifest('deviceId\nagain\n'), 10, world.runs('Again'), files)).toMatchObject({ rows: 1 });
    }
    const fleet = world.fleet({}, { logicalResourceId: 'Again' });
    expect(await workPiece({ run: 'once', piece: 1, declaration: DECLARATION }, fleet, world.ports(), world.runs('Again'), files)).toMatchObject({ issued: 1 });
  });
});

test('work on many is done some at once, and ends with the first error', async () => {
  let [running, most] = [0, 0];
  const seen: number[] = [];
  const one = async (each: number): Promise<void> => {
    most = Math.max(most, ++running);
    await new Promise(resolve => setImmediate(resolve));
    seen.push(each);
    running -= 1;
    if (each === 50) {
      throw new Error('the fiftieth');
    }
  };
  await expect(forEachOf(Array.from({ length: 1_000 }, (_, index) => index), 4, one)).rejects.toThrow('the fiftieth');
  expect(most).toBe(4);
  expect(seen.length).toBeLessThan(60);
});
