import { finishRun } from '../../../src/issuing/fleet/run/finish-run';
import { FleetFiles, forEachOf } from '../../../src/issuing/fleet/run/fleet-files';
import { planRun } from '../../../src/issuing/fleet/run/plan-run';
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

let world: FleetWorld;
beforeAll(async () => {
  world = await FleetWorld.start();
}, MOTO_TIMEOUT);
afterAll(() => world.proxy.stop());

describe('a plan', () => {
  test('has every row in one piece, wrong ones too, in the order of the manifest', async () => {
    const files = new MemoryFiles();
    const rows = Array.from({ length: 25 }, (_, index) => index === 3 ? 'a/b' : `sensor-${index}`);
    const plan = await planRun('run', manifest(`deviceId\n${rows.join('\n')}`), 10, files);
    expect(plan).toEqual({ run: 'run', rows: 25, pieces: 3, manifestVersion: 'version-1' });
    expect(files.lines('runs/run/pieces/0000001.jsonl')).toHaveLength(10);
    expect(files.lines('runs/run/pieces/0000001.jsonl').at(-1)).toEqual({ refused: expect.objectContaining({ line: 5, deviceId: 'a/b' }) });
    expect(JSON.parse(files.objects.get('runs/run/pieces.json')!)).toEqual([{ piece: 1 }, { piece: 2 }, { piece: 3 }]);
    const lines = [1, 2, 3].flatMap(piece => files.lines(`runs/run/pieces/000000${piece}.jsonl`)).map(({ row, refused }) => (row ?? refused).line);
    expect(lines.sort((one, other) => one - other)).toEqual(rows.map((_, index) => index + 2));
  });

  test('fails for a manifest without a row', async () => {
    await expect(planRun('run', manifest('deviceId\n'), 10, new MemoryFiles())).rejects.toThrow('the manifest must have a row for each device, got none');
  });

  test('fails if a piece can\'t be written, and writes no list of pieces', async () => {
    const files = new MemoryFiles();
    files.write = async name => {
      throw new Error(`no room for ${name}`);
    };
    await expect(planRun('run', manifest('deviceId\nsensor-1\n'), 10, files)).rejects.toThrow('no room for runs/run/pieces/0000001.jsonl');
    expect(files.objects.size).toBe(0);
  });
});

describe('a piece', () => {
  test('has the same results however often it is carried out, with certificates, forms and counts', async () => {
    const files = new MemoryFiles();
    await planRun('twice', manifest('deviceId\n=sensor,a\n"=sensor,a"\nsensor-b\n'), 10, files);
    const counts = await workPiece('twice', 1, world.fleet(), world.ports(), files);
    expect(counts).toMatchObject({ issued: 2, refused: 1 });
    const first = new Map(files.objects);
    expect(await workPiece('twice', 1, world.fleet(), world.ports(), files)).toEqual(counts);
    expect(files.objects).toEqual(first);
    const [device] = files.lines('runs/twice/results/0000001.jsonl');
    expect(files.objects.get('runs/twice/certificates/0000001.pem')!.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(files.lines('runs/twice/register/aws-iot/0000001.jsonl')[0]).toEqual({
      ThingName: '=sensor,a', SerialNumber: device.serialNumber, CertificatePem: device.certificatePem,
    });
    // A spreadsheet takes no name for a formula.
    expect(files.objects.get('runs/twice/devices/0000001.csv')!.split('\n')[0]).toBe(
      `"'=sensor,a",${device.serialNumber},${device.sha256Fingerprint},${device.notBefore},${device.notAfter},issued`);
  });

  test('that fails as a whole says why, and is counted as failed by the summary, which merges the others', async () => {
    const files = new MemoryFiles();
    await planRun('failing', manifest(`deviceId\n${Array.from({ length: 6 }, (_, index) => `device-${index}`).join('\n')}\na/b\n`), 3, files);
    const gone = world.fleet({ Issuer: 'ca-00000000000000000000000000000000' });
    await expect(workPiece('failing', 2, gone, world.ports(), files)).rejects.toThrow('ca must be a CA in this ledger');
    await workPiece('failing', 1, world.fleet(), world.ports(), files);
    await workPiece('failing', 3, world.fleet(), world.ports(), files);
    const summary = await finishRun('failing', 5, files);
    expect(summary).toMatchObject({ rows: 7, pieces: 3, issued: 3, refused: 1, failedPieces: 1, isFailed: true, failure: expect.stringContaining('ca must be a CA in this ledger') });
    expect(JSON.parse(files.objects.get('runs/failing/summary.json')!)).toEqual(summary);
    expect(files.lines('runs/failing/refused.jsonl')).toEqual([expect.objectContaining({ line: 8, deviceId: 'a/b' })]);
    expect(files.objects.get('runs/failing/devices.csv')!.trim().split('\n').map(line => line.split(',')[0])).toEqual(['deviceId', 'device-0', 'device-1', 'device-2']);

    // A retry of the piece makes up for it.
    await workPiece('failing', 2, world.fleet(), world.ports(), files);
    expect(await finishRun('failing', 5, files)).toMatchObject({ issued: 6, failedPieces: 0, isFailed: false, failure: '' });
  });
});

test('work on many is done some at once, and ends with the first error', async () => {
  let [running, most] = [0, 0];
  const seen: number[] = [];
  const work = async (each: number): Promise<void> => {
    most = Math.max(most, ++running);
    await new Promise(resolve => setImmediate(resolve));
    seen.push(each);
    running -= 1;
    if (each === 50) {
      throw new Error('the fiftieth');
    }
  };
  await expect(forEachOf(Array.from({ length: 1_000 }, (_, index) => index), 4, work)).rejects.toThrow('the fiftieth');
  expect(most).toBe(4);
  expect(seen.length).toBeLessThan(60);
});
