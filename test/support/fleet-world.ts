import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { awsCalls, dynamoDb, makeTable } from './aws-clients';
import { caProperties, request, STACK_ID } from './events';
import { FaultProxy } from './fault-proxy';
import { MemoryWorld } from './memory-ports';
import { motoUrl } from './moto';
import { DeviceRow } from '../../src/contract/fleet';
import { DynamoDbFleetLedger } from '../../src/issuing/aws/dynamodb-fleet-ledger';
import { DynamoDbFleetRuns } from '../../src/issuing/aws/dynamodb-fleet-runs';
import { DynamoDbLedger } from '../../src/issuing/aws/dynamodb-ledger';
import { DynamoDbRevocations } from '../../src/issuing/aws/dynamodb-revocations';
import { LedgerTable } from '../../src/issuing/aws/ledger-table';
import { BatchResult, Fleet, FleetPorts, issueDevices } from '../../src/issuing/fleet/issue-devices';
import { DeviceKey } from '../../src/issuing/fleet/key-archive';
import { LedgerEntry } from '../../src/issuing/ledger/ledger';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';

/** A CA with its ledger in moto and its key in memory, and a fleet below it. */
export class FleetWorld {
  public static async start(): Promise<FleetWorld> {
    const proxy = await FaultProxy.start(await motoUrl());
    const client = dynamoDb(proxy.url);
    const world = new FleetWorld(proxy, client, await makeTable(client));
    const { physicalResourceId } = await handleLifecycleEvent(
      { ...request('ca', 'Create', caProperties({ LedgerTable: world.table })), logicalResourceId: 'Ca' }, { ...world.memory.ports(), ...world.ports() });
    world.ca = physicalResourceId;
    return world;
  }

  public readonly memory = new MemoryWorld();
  public ca = '';
  /** The keys in each archive, by its name. */
  public readonly archives = new Map<string, readonly DeviceKey[]>();

  private constructor(public readonly proxy: FaultProxy, public readonly client: DynamoDBClient, public readonly table: string) {}

  public fleet(changes: Record<string, unknown> = {}, others: Partial<Fleet> = {}): Fleet {
    const template = { LedgerTable: this.table, Issuer: this.ca, KeyAlgorithm: 'EC_P256', HashAlgorithm: 'SHA-256', ValidityDays: '365', Generation: '1', ...changes };
    return { stackId: STACK_ID, logicalResourceId: 'Sensors', template, ...others };
  }

  public issue(rows: readonly DeviceRow[], { fleet = this.fleet(), run = 'run-1', ports = this.ports() } = {}): Promise<BatchResult> {
    return issueDevices(rows, fleet, run, ports);
  }

  /** The ports of one attempt. */
  public ports(client = this.client): FleetPorts {
    const table = (name: string): LedgerTable => new LedgerTable(client, awsCalls(), name);
    const ledger = (name: string): DynamoDbLedger => new DynamoDbLedger(table(name));
    const ports = this.memory.ports();
    return {
      ...ports,
      ledger,
      anyTable: ledger,
      revocations: name => new DynamoDbRevocations(table(name)),
      fleetLedger: name => new DynamoDbFleetLedger(table(name)),
      keyArchive: {
        store: async keys => {
          const name = `keys/${this.archives.size}`;
          this.archives.set(name, keys);
          return name;
        },
      },
    };
  }

  /** What the ledger knows about the runs of a fleet. */
  public runs(fleet = 'Sensors'): DynamoDbFleetRuns {
    return new DynamoDbFleetRuns(new LedgerTable(this.client, awsCalls(), this.table), `${STACK_ID}/${fleet}`, randomBytes);
  }

  /** The certificates of devices in the ledger. */
  public async devices(): Promise<LedgerEntry[]> {
    const found: LedgerEntry[] = [];
    for await (const entry of new DynamoDbLedger(new LedgerTable(this.client, awsCalls(), this.table)).certificates(this.ca)) {
      if (entry.deviceId !== undefined) {
        found.push(entry);
      }
    }
    return found;
  }
}

export function deviceRows(count: number, changes: Partial<DeviceRow> = {}): DeviceRow[] {
  return Array.from({ length: count }, (_, index) => ({ line: index + 2, deviceId: `sensor-${String(index).padStart(3, '0')}`, ...changes }));
}

/** Everything that must hold of the certificates of devices in the ledger after any number of attempts. */
export async function expectDevices(world: FleetWorld, count: number): Promise<void> {
  const entries = await world.devices();
  expect(entries).toHaveLength(count);
  expect(new Set(entries.map(({ serialNumber }) => serialNumber)).size).toBe(count);
}

export function outcomes({ devices }: BatchResult): string[] {
  return devices.map(({ outcome }) => outcome);
}
