import { UpdateItemCommand, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { Item, toItem } from './ledger-item';
import { fleetKey } from './ledger-keys';
import { CONDITION_FAILED, LedgerTable } from './ledger-table';
import { errorName } from '../../lambda/aws/aws-calls';
import { FleetRuns, NewestRun } from '../fleet/run/fleet-runs';
import { TABLE_WAS_CHANGED } from '../ledger/ledger';

/** The octets of a key: as many as the digest that it keys has. */
const KEY_OCTETS = 32;

/** Words that DynamoDB may reserve. */
const NAMES = { '#key': 'pieceKey', '#run': 'run', '#begun': 'begunAt', '#manifest': 'manifest' };

/**
 * What the DynamoDB table of a ledger knows about the runs of a fleet:
 *
 * - `fleet#<stack id>/<logical id>`, `current`: the key of its pieces (`pieceKey`), and the newest run (`run`) with
 *   the beginning of its execution (`begunAt`) and the version of its manifest (`manifest`)
 */
export class DynamoDbFleetRuns implements FleetRuns {
  /**
   * @param fleet the ID of the stack, a slash, and the logical ID of the fleet
   * @param random returns the given number of cryptographically secure random bytes
   */
  constructor(private readonly table: LedgerTable, private readonly fleet: string, private readonly random: (bytes: number) => Buffer) {}

  public async key(): Promise<Buffer> {
    const { Attributes } = await this.update({
      UpdateExpression: 'SET #key = if_not_exists(#key, :key)',
      ExpressionAttributeNames: { '#key': NAMES['#key'] },
      ExpressionAttributeValues: toItem({ ':key': this.random(KEY_OCTETS) }),
      ReturnValues: 'ALL_NEW',
    });
    return this.keyIn(Attributes);
  }

  public async begin(run: string, begunAt: string, manifest: string): Promise<boolean> {
    try {
      const { '#key': _, ...names } = NAMES;
      await this.update({
        UpdateExpression: 'SET #run = :run, #begun = :begun, #manifest = :manifest',
        ConditionExpression: 'attribute_not_exists(#begun) OR #begun < :begun OR (#run = :run AND #manifest = :manifest)',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: toItem({ ':run': run, ':begun': begunAt, ':manifest': manifest }),
      });
      return true;
    } catch (error) {
      if (errorName(error) === CONDITION_FAILED) {
        return false;
      }
      throw error;
    }
  }

  public async newest(): Promise<NewestRun> {
    const item = await this.table.get(fleetKey(this.fleet));
    return { key: this.keyIn(item), run: item?.run?.S, manifest: item?.manifest?.S };
  }

  private update(input: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>): Promise<{ readonly Attributes?: Item }> {
    return this.table.write('dynamodb:UpdateItem', (client, options) => client.send(new UpdateItemCommand({
      TableName: this.table.name, Key: fleetKey(this.fleet), ...input,
    }), options), [CONDITION_FAILED]);
  }

  private keyIn(item: Item | undefined): Buffer {
    const key = item?.pieceKey?.B;
    if (key?.length !== KEY_OCTETS) {
      throw new Error(`the ledger ${this.table.name} must have ${KEY_OCTETS} bytes in the attribute pieceKey of the item of the fleet ${this.fleet}; ${TABLE_WAS_CHANGED}`);
    }
    return Buffer.from(key);
  }
}
