import { AwsApiOptions, AwsService, SignedApi, SignedCall } from './signed-api';
import { wasGivenOut } from '../../../contract/given-out';
import { isMap, JsonMap } from '../../../contract/json-map';
import {
  certificatePartition, disabledPartition, namePartition, pointerPartition, revocationPartition, serialKey, serialNumberIn,
} from '../../../contract/ledger-keys';
import { isRevocationReason, REVOCATION_STATES, RevocationReason, RevocationState } from '../../../contract/revocation';
import { quote } from '../../../contract/rules';
import { HttpApi } from '../http-api';
import { jsonAnswer, listIn } from '../json-answer';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const DYNAMODB: AwsService = {
  id: 'dynamodb', name: 'Amazon DynamoDB', throttled: ['ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'ThrottlingException'],
};

/** The revocations of a page. With what is read of each, a page stays below the longest response that is accepted. */
const PAGE = 1_000;

const TAMPERED = 'the table was changed by hand: restore the item from its point-in-time recovery';

/** What the ledger of a CA says about the revocation of a certificate. */
export interface RecordedRevocation {
  /** 40 upper-case hexadecimal digits. */
  readonly serialNumber: string;
  readonly state: RevocationState;
  readonly reason: RevocationReason;
  /** The end of the certificate's validity, ISO 8601. */
  readonly notAfter: string;
  /** Counts the changes. */
  readonly revision: number;
}

/** A certificate that a CA has signed, by its keys in the ledger. */
export interface SignedBy {
  /** The identity of the CA. */
  readonly issuer: string;
  readonly serialNumber: string;
}

/** What a ledger notes about something that was disabled at a platform. */
export interface DisabledNote {
  /** The certificate because of which it was disabled last. */
  readonly serialNumber: string;
  /** Whether it has not been enabled here since. */
  readonly isDisabled: boolean;
  /** Counts the changes. */
  readonly revision: number;
}

/** Another certificate for the common name of a certificate. */
export interface OtherCertificate {
  readonly serialNumber: string;
  /**
   * Whether a device may connect with it: it was given out, has not expired, and is neither revoked nor on hold. That a resource no longer
   * declares it does not mean that the device no longer uses it.
   */
  isGood(): Promise<boolean>;
  /** Whether it is revoked for good. */
  isRevoked(): Promise<boolean>;
  /** The certificate, DER, if there is one. */
  certificate(): Promise<Buffer | undefined>;
}

/**
 * The ledger of a CA as the functions read it that carry revocations over to platforms. Every read is consistent. They
 * write only notes on what they have disabled there.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
 */
export class LedgerApi {
  private readonly api: SignedApi;

  /** @param table the name of the table, or its ARN */
  constructor(http: HttpApi, options: AwsApiOptions, private readonly table: string) {
    this.api = new SignedApi(http, DYNAMODB, options);
  }

  /** The revocation of a certificate, or `undefined` if it was never revoked. */
  public async revocation({ issuer, serialNumber }: SignedBy): Promise<RecordedRevocation | undefined> {
    const item = await this.item(revocationPartition(issuer), serialKey(serialNumber), REVOCATION);
    return item && revocationIn(item);
  }

  /** A certificate, DER, or `undefined` if the ledger has none with this serial number. */
  public async certificate({ issuer, serialNumber }: SignedBy): Promise<Buffer | undefined> {
    const item = await this.item(certificatePartition(issuer, serialNumber), serialKey(serialNumber), { ProjectionExpression: 'certificate' });
    const certificate = valueIn(item, 'certificate', 'B');
    return certificate === undefined ? undefined : Buffer.from(certificate, 'base64');
  }

  /** The latest certificate of an identity, such as a CA's own, DER; `undefined` if there is none. */
  public async latestCertificate(identity: string): Promise<Buffer | undefined> {
    const item = await this.item(pointerPartition(identity), 'current', { ProjectionExpression: 'issuer, serialNumber' });
    const [issuer, serialNumber] = [valueIn(item, 'issuer', 'S'), valueIn(item, 'serialNumber', 'S')];
    return issuer === undefined || serialNumber === undefined ? undefined : this.certificate({ issuer, serialNumber });
  }

  /**
   * The revocations of a CA's certificates, page by page, by ascending serial number.
   *
   * @param after begins after this serial number
   * @throws Error at the end if a revocation is damaged, so that it holds up no other
   */
  public async *revocations(issuer: string, after?: string): AsyncIterable<readonly RecordedRevocation[]> {
    let damage: unknown;
    const readable = (item: JsonMap): RecordedRevocation[] => {
      try {
        return [revocationIn(item)];
      } catch (error) {
        damage ??= error;
        return [];
      }
    };
    for await (const page of this.pages(revocationPartition(issuer), after === undefined ? undefined : serialKey(after), REVOCATION)) {
      yield page.flatMap(readable);
    }
    if (damage !== undefined) {
      throw damage;
    }
  }

  /**
   * The other certificates that a CA has made for a common name, by ascending serial number. What is not asked about one of them is not read.
   */
  public async *others({ issuer, serialNumber }: SignedBy, commonName: string): AsyncIterable<OtherCertificate> {
    for await (const page of this.pages(namePartition(issuer, commonName), undefined, { ProjectionExpression: 'sk, notAfter' })) {
      for (const { notAfter, ...named } of page.map(namedIn).filter(each => each.serialNumber !== serialNumber)) {
        const other = { issuer, ...named };
        yield {
          serialNumber: other.serialNumber,
          isGood: async () => new Date(notAfter) > new Date() && this.isGood(other),
          isRevoked: async () => (await this.revocation(other))?.state === 'REVOKED',
          certificate: () => this.certificate(other),
        };
      }
    }
  }

  /** What a note says about something at a platform, or `undefined` if it was never disabled here. */
  public async disabled(issuer: string, thing: string): Promise<DisabledNote | undefined> {
    const item = await this.item(disabledPartition(issuer), thing, { ProjectionExpression: 'serialNumber, isDisabled, revision' });
    const [serialNumber, revision] = [valueIn(item, 'serialNumber', 'S'), valueIn(item, 'revision', 'N')];
    const isDisabled = isMap(item?.isDisabled) ? item.isDisabled.BOOL : undefined;
    if (item && (serialNumber === undefined || revision === undefined || typeof isDisabled !== 'boolean')) {
      throw new Error(`the ledger must have a serialNumber, isDisabled and a revision in the note on ${quote(thing)}, got others; ${TAMPERED}`);
    }
    return item && { serialNumber: serialNumber!, isDisabled: isDisabled as boolean, revision: Number(revision) };
  }

  /** Notes that something at a platform is disabled because of a certificate. */
  public async noteDisabled({ issuer, serialNumber }: SignedBy, thing: string): Promise<void> {
    await this.answer(this.call('UpdateItem', {
      Key: { pk: { S: disabledPartition(issuer) }, sk: { S: thing } },
      UpdateExpression: 'SET serialNumber = :serialNumber, isDisabled = :yes ADD revision :one',
      ExpressionAttributeValues: { ':serialNumber': { S: serialNumber }, ':yes': { BOOL: true }, ':one': { N: '1' } },
    }));
  }

  /** Notes that something is enabled again, unless it was disabled anew after a note. */
  public async noteEnabled(issuer: string, thing: string, { revision }: DisabledNote): Promise<void> {
    await this.api.send(this.call('UpdateItem', {
      Key: { pk: { S: disabledPartition(issuer) }, sk: { S: thing } },
      UpdateExpression: 'SET isDisabled = :no ADD revision :one',
      ConditionExpression: 'revision = :revision',
      ExpressionAttributeValues: { ':no': { BOOL: false }, ':one': { N: '1' }, ':revision': { N: String(revision) } },
    }), 'ConditionalCheckFailedException');
  }

  private async isGood(certificate: SignedBy): Promise<boolean> {
    const { issuer, serialNumber } = certificate;
    const item = await this.item(certificatePartition(issuer, serialNumber), serialKey(serialNumber), GIVEN_OUT);
    const [status, issuedAt, reservedBy, withdrawnBy] = ['status', 'issuedAt', 'reservedBy', 'withdrawnBy'].map(name => valueIn(item, name, 'S'));
    if (!wasGivenOut({ status, issuedAt, reservedBy, withdrawnBy })) {
      return false;
    }
    const revocation = await this.revocation(certificate);
    return revocation === undefined || revocation.state === 'RELEASED';
  }

  /** The items of a partition, page by page. @param after begins after this sort key */
  private async *pages(partition: string, after: string | undefined, projection: object): AsyncIterable<JsonMap[]> {
    const pk = { S: partition };
    let start: unknown = after === undefined ? undefined : { pk, sk: { S: after } };
    do {
      const call = this.call('Query', {
        KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk }, ExclusiveStartKey: start, Limit: PAGE, ...projection,
      });
      const { Items, LastEvaluatedKey } = await this.answer(call);
      yield listIn(this.api.describe(call), 'Items', Items);
      start = LastEvaluatedKey;
    } while (start);
  }

  private async item(pk: string, sk: string, projection: object): Promise<JsonMap | undefined> {
    const { Item } = await this.answer(this.call('GetItem', { Key: { pk: { S: pk }, sk: { S: sk } }, ...projection }));
    return isMap(Item) ? Item : undefined;
  }

  private call(operation: 'GetItem' | 'Query' | 'UpdateItem', input: object): SignedCall {
    return {
      action: `dynamodb:${operation} on the table ${this.table}`,
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${operation}` },
      body: JSON.stringify({ TableName: this.table, ...operation !== 'UpdateItem' && { ConsistentRead: true }, ...input }),
    };
  }

  /** An answer that is no JSON comes from something in front of DynamoDB. It must not be taken for a certificate that is not revoked. */
  private async answer(call: SignedCall): Promise<JsonMap> {
    return jsonAnswer(this.api.describe(call), (await this.api.send(call))!);
  }
}

/** What is read of a revocation. `state` is a reserved word of DynamoDB. */
const REVOCATION = { ProjectionExpression: 'sk, #state, reason, notAfter, revision', ExpressionAttributeNames: { '#state': 'state' } };

/** What is read of a certificate to know whether it was given out. `status` is a reserved word, too. */
const GIVEN_OUT = { ProjectionExpression: '#status, issuedAt, reservedBy, withdrawnBy', ExpressionAttributeNames: { '#status': 'status' } };

/** What the ledger says of a certificate under its common name. */
function namedIn(item: JsonMap): { serialNumber: string; notAfter: string } {
  const [sk, notAfter] = ['sk', 'notAfter'].map(name => valueIn(item, name, 'S'));
  const serialNumber = serialNumberIn(sk);
  if (serialNumber === undefined || notAfter === undefined) {
    throw new Error(`the ledger must have a serial number and a notAfter in the certificate ${quote(sk)} of a common name, got others; ${TAMPERED}`);
  }
  return { serialNumber, notAfter };
}

function revocationIn(item: JsonMap): RecordedRevocation {
  const [sk, state, reason, notAfter] = ['sk', 'state', 'reason', 'notAfter'].map(name => valueIn(item, name, 'S'));
  const revision = valueIn(item, 'revision', 'N');
  const serialNumber = serialNumberIn(sk);
  if (serialNumber === undefined || notAfter === undefined || revision === undefined || !isRevocationReason(reason)
    || !REVOCATION_STATES.includes(state as RevocationState)) {
    throw new Error(`the ledger must have a state of ${REVOCATION_STATES.join(', ')}, a reason, a notAfter and a revision in the revocation ${quote(sk)}, `
      + `got others; ${TAMPERED}`);
  }
  return { serialNumber, state: state as RevocationState, reason, notAfter, revision: Number(revision) };
}

/** The value of an attribute, or `undefined` if the item has none of this type. */
function valueIn(item: JsonMap | undefined, name: string, type: 'S' | 'N' | 'B'): string | undefined {
  const attribute = item?.[name];
  const value = isMap(attribute) ? attribute[type] : undefined;
  return typeof value === 'string' ? value : undefined;
}
