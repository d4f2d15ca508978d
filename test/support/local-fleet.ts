import { ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, writeAssembly } from './cli-assembly';
import { cli, CliResult } from './cli-run';
import { iotTemplate } from './cli-templates';
import { requestOf } from './many-requests';
import { DeviceResult } from '../../src/contract/fleet';

const BUNDLE = join(__dirname, '..', '..', 'assets', 'cli', 'private-iot-ca.js');

/** A row of a manifest, by its columns. */
export type Row = { readonly [column: string]: string };

/** The fleet `Sensors` of the stack `Iot`, as its construct synthesizes it. */
export function fleetResource(changes: object = {}): object {
  return {
    Sensors: {
      Type: 'Custom::IotDeviceCertificateFleet',
      Properties: {
        ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] },
        LedgerTable: { Ref: 'Ledger' },
        Issuer: { Ref: 'Ca' },
        Subject: { Organization: 'Acme' },
        KeyAlgorithm: 'EC_P256',
        HashAlgorithm: 'SHA-256',
        ValidityDays: 365,
        Generation: 1,
        ClipToIssuer: false,
        Manifest: { Bucket: { Ref: 'Uploads' }, Key: 'sensors.csv' },
        ManifestFormat: 'csv',
        RunOnDeploy: true,
        ...changes,
      },
      DependsOn: ['Function'],
    },
  };
}

/** A local deployment with a CA, and with a fleet if one is declared. */
export class LocalFleet {
  public static async deploy(fleet?: object): Promise<LocalFleet> {
    const local = new LocalFleet();
    await local.update(fleet);
    return local;
  }

  public readonly folder = temporaryFolder();
  public readonly out = join(this.folder, 'local-out');

  /** Deploys another declaration. @returns what the command has said */
  public async update(fleet: object = {}): Promise<string> {
    const { Resources, ...rest } = iotTemplate({ devices: [], verification: false });
    const template = { ...rest, Resources: { ...Resources as object, Uploads: { Type: 'AWS::S3::Bucket' }, ...fleet } };
    writeAssembly(join(this.folder, 'app'), { Iot: { template } });
    return deployed('local', '--app', join(this.folder, 'app'), '--out', this.out);
  }

  /** Writes a manifest. @returns its path */
  public manifest(rows: readonly Row[], name = 'devices.csv'): string {
    const path = join(this.folder, name);
    const columns = [...new Set(rows.flatMap(row => Object.keys(row)))];
    writeFileSync(path, [columns, ...rows.map(row => columns.map(column => row[column] ?? ''))].map(line => `${line.join(',')}\n`).join(''));
    return path;
  }

  /** Rows of devices that have requests. */
  public rows(count: number, changes: Row = {}): Row[] {
    return Array.from({ length: count }, (_, index) => (
      { deviceId: `sensor-${String(index).padStart(5, '0')}`, certificateSigningRequest: requestOf(index), ...changes }));
  }

  /** Starts the command `fleet` in a process of its own. */
  public start(...args: string[]): ChildProcess {
    return spawn(process.execPath, [BUNDLE, 'fleet', ...args, '--local', this.out], { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Runs the command `fleet` to its end, so many seconds later. */
  public async later(seconds: number, ...args: string[]): Promise<CliResult> {
    const clock = join(this.folder, 'clock.cjs'); // all threads load it
    writeFileSync(clock, `const { now } = Date; const at = () => now() + ${1_000 * seconds};
      globalThis.Date = class extends Date { constructor(...args) { super(...args.length === 0 ? [at()] : args); } static now() { return at(); } };`);
    return resultOf(spawn(process.execPath, ['--require', clock, BUNDLE, 'fleet', ...args, '--local', this.out], { stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  /** Runs the command `fleet` to its end for a deployment in another directory. */
  public async elsewhere(directory: string, ...args: string[]): Promise<CliResult> {
    return resultOf(spawn(process.execPath, [BUNDLE, 'fleet', ...args, '--local', directory], { stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  /** Runs the command `fleet` to its end. */
  public async fleet(...args: string[]): Promise<CliResult> {
    return resultOf(this.start(...args));
  }

  /** The results of a run, from its default folder. */
  public results(number: number, fleet = 'Iot.Sensors'): DeviceResult[] {
    return jsonLines(join(this.out, 'fleets', fleet, String(number), 'results.jsonl'));
  }
}

export function jsonLines<T>(path: string): T[] {
  return readFileSync(path, 'utf8').split('\n').filter(line => line !== '').map(line => JSON.parse(line) as T);
}

export async function resultOf(child: ChildProcess): Promise<CliResult> {
  let [stdout, stderr] = ['', ''];
  child.stdout!.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  const code = await new Promise<number | null>(resolve => child.once('close', resolve));
  return { code: code ?? -1, stdout, stderr };
}

async function deployed(...args: string[]): Promise<string> {
  const result = await cli(...args);
  expect(result.code).toBe(0);
  return result.stdout + result.stderr;
}
