import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonLines, LocalFleet, resultOf } from '../../support/local-fleet';

jest.setTimeout(240_000);

describe('a run whose folder is not as it was left', () => {
  const described = ['--ca', 'Iot/Ca', '--name', 'sensors', '--validity-days', '90'];

  test('goes on where its whole deployment was moved, and a copy of the deployment does not touch the original', async () => {
    const fleet = await LocalFleet.deploy();
    const run = ['run', ...described, '--manifest', fleet.manifest(fleet.rows(3_000)), '--batch', '10'];
    const child = fleet.start(...run);
    const results = (directory: string): string => join(directory, 'fleets', 'Iot.sensors', '1', 'results.jsonl');
    while (!existsSync(results(fleet.out)) || statSync(results(fleet.out)).size === 0) {
      await sleep(5);
    }
    child.kill('SIGKILL');
    await resultOf(child);
    const copy = join(fleet.folder, 'copy');
    cpSync(fleet.out, copy, { recursive: true });
    const before = readFileSync(results(fleet.out));
    const inCopy = await fleet.elsewhere(copy, ...run);
    expect(inCopy.stdout).toContain(`results: ${resolve(copy)}`);
    expect(readFileSync(results(fleet.out))).toEqual(before);
    const moved = join(fleet.folder, 'moved');
    renameSync(fleet.out, moved);
    const inMoved = await fleet.elsewhere(moved, ...run);
    expect(inMoved).toMatchObject({ code: 0, stderr: expect.stringContaining('note: continues run 1, which was stopped') });
    expect(jsonLines(results(moved))).toHaveLength(3_000);
  });

  test('is kept apart from the folders of others: an --out that was moved away can be given again, and none is within the keys', async () => {
    const fleet = await LocalFleet.deploy();
    const run = ['run', ...described, '--manifest', fleet.manifest(fleet.rows(3))];
    const out = join(fleet.folder, 'results');
    await fleet.fleet(...run, '--out', out);
    renameSync(out, join(fleet.folder, 'archive'));
    expect(await fleet.fleet(...run, '--out', out)).toMatchObject({ code: 0, stdout: expect.stringContaining('run 2 of the fleet Iot/sensors: 3 rows: 3 unchanged') });
    writeFileSync(join(fleet.out, 'fleets', 'Iot.sensors', 'latest.json'), '');
    expect((await fleet.fleet(...run)).stderr).toContain('latest.json: this is not JSON (the file is empty); remove the file, and the next run begins anew');
    expect((await fleet.fleet(...run, '--out', join(fleet.out, 'fleets', 'Iot.sensors', 'keys', 'x'))).code).toBe(2);
  });

  test('is refused if the ledger of the former runs is gone: no device gets another certificate by accident', async () => {
    const fleet = await LocalFleet.deploy();
    const run = ['run', ...described, '--manifest', fleet.manifest(fleet.rows(3))];
    await fleet.fleet(...run);
    const [ledger] = readdirSync(join(fleet.out, 'ledgers')).filter(name => name.endsWith('.jsonl'));
    rmSync(join(fleet.out, 'ledgers', ledger));
    expect(await fleet.fleet(...run)).toMatchObject({ code: 2, stderr: expect.stringContaining('it has the certificates of former runs; restore it from a backup') });
  });

  test('is shown as gone if it was moved away, and the next run answers for every device, with the certificates that they have', async () => {
    const fleet = await LocalFleet.deploy();
    const run = ['run', ...described, '--manifest', fleet.manifest(fleet.rows(12))];
    await fleet.fleet(...run);
    const before = fleet.results(1, 'Iot.sensors');
    const folder = join(fleet.out, 'fleets', 'Iot.sensors', '1');
    renameSync(folder, join(fleet.folder, 'moved'));
    const status = await fleet.fleet('status');
    expect(status).toMatchObject({ code: 0, stderr: expect.stringContaining(`the folder of the latest run of the fleet Iot.sensors, run 1, is gone: ${resolve(folder)}`) });
    expect(await fleet.fleet('retry', ...described, '--manifest', run.at(-1)!)).toMatchObject({ code: 2, stderr: expect.stringContaining('got one whose folder is gone') });
    expect(await fleet.fleet('run', ...described)).toMatchObject({ code: 2, stderr: expect.stringContaining('if the folder of the run before is gone') });
    expect((await fleet.fleet(...run)).stdout).toContain('run 2 of the fleet Iot/sensors: 12 rows: 12 unchanged');
    expect(fleet.results(2, 'Iot.sensors').map(({ serialNumber }) => serialNumber)).toEqual(before.map(({ serialNumber }) => serialNumber));
  });
});
