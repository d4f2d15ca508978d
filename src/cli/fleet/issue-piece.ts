import { PieceResult, Task } from './messages';
import { DEVICE_OUTCOMES, DeviceResult, FleetCounts, NO_DEVICES, RefusedRow } from '../../contract/fleet';
import { FleetPorts, issueDevices } from '../../issuing/fleet/issue-devices';
import { Piece } from '../../issuing/fleet/pieces';
import { localDisk } from '../disk';
import { directoryEngine, outside } from '../local/engine';
import { DirectoryFleetLedger, FleetRecords } from '../local/fleet-ledger';
import { declaredInState, GivenSecrets, readGivenSecret } from '../local/given-secrets';
import { StateStore } from '../local/state-store';
import { silentProgress } from '../terminal';

/** The code that encrypts keys takes much memory, and a thread without a recipient does without it. */
function keyArchiveModule() {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a dynamic import would be a module of another kind for TypeScript and for jest
  return require('./key-archive') as typeof import('./key-archive');
}

/** What issuing for a fleet needs of a local deployment. Nothing of it writes the state. */
export function fleetPorts({ directory, secrets, fleet, keys }: Pick<Task, 'directory' | 'secrets' | 'fleet' | 'keys'>, records: FleetRecords): FleetPorts {
  const store = StateStore.ofDeployment(directory, localDisk, '');
  const given = new GivenSecrets(secrets.map(readGivenSecret), declaredInState(store.state));
  const { ports } = directoryEngine(store, outside, given, silentProgress);
  return {
    ...ports,
    fleetLedger: table => new DirectoryFleetLedger(records, ports.revocations(table)),
    keyArchive: fleet.template.Recipient === undefined ? undefined : keyArchiveModule().keyArchive(fleet.template, directory, keys),
  };
}

/** Issues for the devices of a piece. */
export async function issuePiece({ number, rows, refused }: Piece, { fleet, run }: Pick<Task, 'fleet' | 'run'>, ports: FleetPorts): Promise<PieceResult> {
  const result = await issueDevices(rows, fleet, run, ports);
  const allRefused = [...refused, ...result.refused].sort((one, other) => one.line - other.line);
  return {
    piece: number,
    results: jsonLines(result.devices),
    certificates: octetsOf(result.devices.map(({ certificatePem }) => certificatePem)),
    refused: jsonLines(allRefused),
    counts: countsOf(result.devices, allRefused),
  };
}

function jsonLines(all: readonly (DeviceResult | RefusedRow)[]): Uint8Array {
  return octetsOf(all.map(each => `${JSON.stringify(each)}\n`));
}

/** Octets of their own, which can be passed to another thread: a Buffer may be a part of a larger one. */
function octetsOf(texts: readonly string[]): Uint8Array {
  return new TextEncoder().encode(texts.join(''));
}

function countsOf(devices: readonly DeviceResult[], refused: readonly RefusedRow[]): FleetCounts {
  const counts = DEVICE_OUTCOMES.map(outcome => [outcome, devices.filter(each => each.outcome === outcome).length] as const);
  return { ...NO_DEVICES, ...Object.fromEntries(counts), refused: refused.length };
}
