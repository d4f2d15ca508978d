import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttributeValue, DynamoDBClient, GetItemCommand, UpdateItemCommand, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { begun, LatestRequest } from './latest-request';
import { PATIENCE } from './registrar';
import { RegistrationRequest } from './registration';
import { OpenRecords, Origin, RegistrationRecords, resourceOf, Standing } from './registration-records';
import { REGISTRATION_PREFIX } from '../../contract/ledger-keys';
import { AwsCalls, errorName } from '../../lambda/aws/aws-calls';
import { byRegion, regionIn } from '../../lambda/aws/by-region';
import { CLIENT_OPTIONS } from '../../lambda/aws/client-options';

type Item = { readonly [name: string]: AttributeValue };

const CONDITION_FAILED = 'ConditionalCheckFailedException';
const TABLE_GONE = 'ResourceNotFoundException';

/** The sort keys of a registration's item and of a resource's item. */
const CURRENT = 'current';
const REQUEST = 'request';

/** How long one delivery may ask the platform for a code before another delivery may ask, and how often the waiting one looks; milliseconds. */
const ASKING = 60_000;
const LOOK = 1_000;
const WAITED_IN_VAIN = 'another delivery of the request was asking the platform for a code, until the time ran out; deploy again';

const clients = byRegion(region => new DynamoDBClient({ ...CLIENT_OPTIONS, region }));

/** Opens the records in a ledger. A ledger in another Region is named by its ARN. */
export const openRecords: OpenRecords = (table, signal) => {
  return new DynamoDbRecords(clients(regionIn(table) ?? process.env.AWS_REGION!), new AwsCalls(signal, PATIENCE), table, signal);
};

/**
 * The records of registrations in the table of a CA's ledger. The function has permissions on these keys only:
 *
 * - `registration#<registration>`, `current`: the resources that declare it (`declaredBy`), and its `origin`, `made` or `found`
 * - `registration#<registration>`, `code#<purpose>`: the `registrationCode`, or the delivery that asks for it (`askedBy`) and how long it
 *   may ask (`askedUntil`, milliseconds); and the number of `attempts`
 * - `registration#<stack id>/<logical id>`, `request`: the latest request for a resource (`request`, JSON)
 *
 * See decisions/0004-ledger.md.
 */
export class DynamoDbRecords implements RegistrationRecords {
  constructor(
    private readonly client: DynamoDBClient, private readonly calls: AwsCalls, private readonly table: string, private readonly signal: AbortSignal,
  ) {}

  public async begin(request: RegistrationRequest, aim: string): Promise<void> {
    const resource = resourceOf(request);
    for (let isNoted = false; !isNoted;) {
      const noted = (await this.item(resource, REQUEST))?.request?.S;
      const latest = begun(noted === undefined ? undefined : JSON.parse(noted) as LatestRequest, request, aim);
      isNoted = await this.update(resource, REQUEST, {
        UpdateExpression: 'SET #request = :request',
        ConditionExpression: noted === undefined ? 'attribute_not_exists(#request)' : '#request = :noted',
        ExpressionAttributeNames: { '#request': 'request' },
        ExpressionAttributeValues: { ':request': { S: JSON.stringify(latest) }, ...noted === undefined ? {} : { ':noted': { S: noted } } },
      }) !== undefined;
    }
  }

  public async aim(resource: string): Promise<string | undefined> {
    const noted = (await this.item(resource, REQUEST))?.request?.S;
    return noted === undefined ? undefined : (JSON.parse(noted) as LatestRequest).aim;
  }

  public async declare(registration: string, resource: string, origin: Origin): Promise<void> {
    await this.update(registration, CURRENT, {
      UpdateExpression: `ADD declaredBy :resource SET origin = ${origin === 'made' ? ':origin' : 'if_not_exists(origin, :origin)'}`,
      ExpressionAttributeValues: { ':resource': { SS: [resource] }, ':origin': { S: origin === 'found' ? 'found' : 'made' } },
    });
  }

  public async leave(registration: string, resource: string): Promise<Standing> {
    try {
      const left = await this.update(registration, CURRENT, {
        UpdateExpression: 'DELETE declaredBy :resource',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':resource': { SS: [resource] } },
        ReturnValues: 'ALL_NEW',
      }, [TABLE_GONE]);
      return standingIn(left);
    } catch (error) {
      if (errorName(error) === TABLE_GONE) {
        return standingIn(undefined); // the records are gone, and the stack must still be deletable
      }
      throw error;
    }
  }

  public async standing(registration: string, resource: string): Promise<Standing> {
    const item = await this.item(registration, CURRENT);
    const others = item?.declaredBy?.SS?.filter(each => each !== resource) ?? [];
    return { ...standingIn(item), heldByOthers: others.length > 0 };
  }

  public async forget(registration: string): Promise<void> {
    await this.update(registration, CURRENT, {
      UpdateExpression: 'REMOVE origin', ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(declaredBy)',
    });
  }

  public async code(registration: string, purpose: string): Promise<string | undefined> {
    return (await this.item(registration, codeKey(purpose)))?.registrationCode?.S;
  }

  public async codeOnce(registration: string, purpose: string, ask: () => Promise<string | undefined>): Promise<string | undefined> {
    const asker = randomUUID(); // DynamoDB's response can be lost, and then the client writes again
    for (let isWaiting = false; ; isWaiting = true) {
      const { known, mayAsk } = await this.look(registration, purpose, asker).catch(error => {
        throw isWaiting && this.signal.aborted ? new Error(WAITED_IN_VAIN) : error;
      });
      if (known !== undefined || mayAsk) {
        return known ?? this.asked(registration, purpose, asker, ask);
      }
      await sleep(LOOK, undefined, { signal: this.signal }).catch(() => {
        throw new Error(WAITED_IN_VAIN);
      });
    }
  }

  public async attempt(registration: string, purpose: string): Promise<void> {
    await this.update(registration, codeKey(purpose), { UpdateExpression: 'ADD attempts :one', ExpressionAttributeValues: { ':one': { N: '1' } } });
  }

  public async attempts(registration: string, purpose: string): Promise<number> {
    return Number((await this.item(registration, codeKey(purpose)))?.attempts?.N ?? 0);
  }

  public async forgetCode(registration: string, purpose: string, code?: string): Promise<void> {
    await this.update(registration, codeKey(purpose), {
      UpdateExpression: 'REMOVE registrationCode, askedUntil, askedBy',
      ...code === undefined ? { ConditionExpression: 'attribute_exists(pk)' }
        : { ConditionExpression: 'registrationCode = :code', ExpressionAttributeValues: { ':code': { S: code } } },
    });
  }

  /** Looks for the code. If there is none, and no other delivery asks for it, this one is recorded as the one that does. */
  private async look(registration: string, purpose: string, asker: string): Promise<{ readonly known?: string; readonly mayAsk?: boolean }> {
    const known = await this.code(registration, purpose);
    if (known !== undefined) {
      return { known };
    }
    const now = Date.now();
    const mine = await this.update(registration, codeKey(purpose), {
      UpdateExpression: 'SET askedUntil = :until, askedBy = :asker',
      ConditionExpression: 'attribute_not_exists(registrationCode) AND (attribute_not_exists(askedUntil) OR askedUntil < :now OR askedBy = :asker)',
      ExpressionAttributeValues: { ':until': { N: String(now + ASKING) }, ':now': { N: String(now) }, ':asker': { S: asker } },
      ReturnValues: 'ALL_NEW',
    });
    return { mayAsk: mine !== undefined };
  }

  private async asked(registration: string, purpose: string, asker: string, ask: () => Promise<string | undefined>): Promise<string | undefined> {
    let code: string | undefined;
    let stands: Item | undefined;
    try {
      code = await ask();
    } finally {
      stands = await this.update(registration, codeKey(purpose), {
        UpdateExpression: code === undefined ? 'REMOVE askedUntil, askedBy' : 'SET registrationCode = :code REMOVE askedUntil, askedBy',
        ConditionExpression: 'askedBy = :asker',
        ExpressionAttributeValues: { ':asker': { S: asker }, ...code === undefined ? {} : { ':code': { S: code } } },
        ReturnValues: 'ALL_NEW',
      });
    }
    // If this delivery took longer than ASKING and was overtaken, or if the ledger's response was lost, the recorded code counts.
    return stands ? code : this.code(registration, purpose);
  }

  private async item(registration: string, sk: string): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName: this.table, Key: keyOf(registration, sk), ConsistentRead: true });
    return (await this.calls.make('dynamodb:GetItem', this.resource, options => this.client.send(command, options))).Item;
  }

  /** Updates an item. Returns the attributes that `ReturnValues` selects, or `undefined` if the condition does not hold. */
  private async update(
    registration: string, sk: string, change: Partial<UpdateItemCommandInput>, expected: readonly string[] = [],
  ): Promise<Item | undefined> {
    const command = new UpdateItemCommand({ TableName: this.table, Key: keyOf(registration, sk), ...change });
    const send = (options: { abortSignal: AbortSignal }) => this.client.send(command, options);
    try {
      return (await this.calls.make('dynamodb:UpdateItem', this.resource, send, [CONDITION_FAILED, ...expected])).Attributes ?? {};
    } catch (error) {
      if (errorName(error) !== CONDITION_FAILED) {
        throw error;
      }
      return undefined;
    }
  }

  private get resource(): string {
    return `the table ${this.table}`;
  }
}

function standingIn(item: Item | undefined): Standing {
  return { heldByOthers: item?.declaredBy !== undefined, foundThere: item?.origin?.S === 'found', madeHere: item?.origin?.S === 'made' };
}

function codeKey(purpose: string): string {
  return `code#${purpose}`;
}

function keyOf(registration: string, sk: string): { [name: string]: AttributeValue } {
  return { pk: { S: `${REGISTRATION_PREFIX}${registration}` }, sk: { S: sk } };
}
