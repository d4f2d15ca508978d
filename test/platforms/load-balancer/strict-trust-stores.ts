import { randomBytes } from 'node:crypto';
import { SignedRequest } from '../../support/aws-signature';
import { openssl, opensslOutput } from '../../support/openssl';
import { AwsAnswer, AwsRefusal, StrictAws } from '../../support/strict-aws';

/** A revocation list that a trust store has copied. */
interface Copy {
  readonly id: number;
  readonly pem: string;
  readonly entries: number;
}

/** The members of each operation's input, in the service's model 2015-12-01. */
const OPERATIONS: { readonly [name: string]: RegExp } = {
  AddTrustStoreRevocations: /^RevocationContents\.member\.1\.(S3Bucket|S3Key|S3ObjectVersion|RevocationType)$/,
  RemoveTrustStoreRevocations: /^RevocationIds\.member\.\d+$/,
  DescribeTrustStoreRevocations: /^(RevocationIds\.member\.\d+|Marker|PageSize)$/,
  GetTrustStoreRevocationContent: /^RevocationId$/,
};

/** "Quotas for your Application Load Balancers": revocation lists and revocation entries per trust store. */
const MAX_LISTS = 30;
const MAX_ENTRIES = 500_000;

/** So few on a page that there are several. */
const PAGE = 2;

/**
 * Elastic Load Balancing as its API reference describes it, as far as the revocation lists of trust stores are concerned. It copies a list when
 * it is added, as OpenSSL reads it, and delivers the copy at a presigned URL.
 */
export class StrictTrustStores extends StrictAws {
  /** The trust stores that exist, and their lists. */
  public readonly stores = new Map<string, Copy[]>();
  private readonly urls = new Map<string, string>();
  private last = 0;
  constructor() {
    super('elasticloadbalancing');
  }

  /** Reads a file in Amazon S3 with the rights of the caller; `undefined` if there is none or the caller may not read it. */
  public s3: (bucket: string, key: string) => Promise<string | undefined> = async () => undefined;
  /** What is delivered as the copy of a list. */
  public delivered: (pem: string) => string = pem => pem;

  public idsOf(store: string): number[] {
    return this.stores.get(store)!.map(({ id }) => id);
  }

  /** The numbers of the lists of a trust store, as OpenSSL reads them. */
  public numbersOf(store: string): number[] {
    return this.stores.get(store)!.map(({ pem }) => Number(opensslOutput(['crl', '-noout', '-crlnumber'], pem).replace(/^crlNumber=(0x)?/, '0x')));
  }

  /** Adds a list, as anybody with the right to it can. */
  public add(store: string, pem: string): number {
    const { status, stdout } = openssl(['crl', '-noout', '-text'], pem);
    if (status !== 0) {
      throw new AwsRefusal(400, 'InvalidRevocationContent');
    }
    const copies = this.find(store);
    const entries = stdout.match(/Serial Number:/g)?.length ?? 0;
    if (copies.length >= MAX_LISTS || copies.reduce((sum, each) => sum + each.entries, entries) > MAX_ENTRIES) {
      throw new AwsRefusal(400, 'TooManyTrustStoreRevocationEntries');
    }
    copies.push({ id: ++this.last, pem, entries });
    return this.last;
  }

  /** Where the next ID begins. */
  public countFrom(id: number): void {
    this.last = id - 1;
  }

  protected operationOf({ method, url, headers, body }: SignedRequest): string {
    const input = new URLSearchParams(body);
    const operation = input.get('Action') ?? '';
    const others = [...input.keys()].filter(name => !['Action', 'Version', 'TrustStoreArn'].includes(name));
    const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
    if (method !== 'POST' || url !== '/' || !isForm || input.get('Version') !== '2015-12-01' || !OPERATIONS[operation]) {
      throw new AwsRefusal(400, 'InvalidAction');
    }
    if (!input.get('TrustStoreArn') || others.some(name => !OPERATIONS[operation].test(name))) {
      throw new AwsRefusal(400, 'ValidationError');
    }
    return operation;
  }

  protected async carryOut(operation: string, { body }: SignedRequest): Promise<AwsAnswer> {
    const input = new URLSearchParams(body);
    const store = input.get('TrustStoreArn')!;
    switch (operation) {
      case 'AddTrustStoreRevocations': {
        const [bucket, key] = ['S3Bucket', 'S3Key'].map(name => input.get(`RevocationContents.member.1.${name}`)!);
        this.find(store);
        const pem = await this.s3(bucket, key);
        if (pem === undefined) {
          throw new AwsRefusal(400, 'RevocationContentNotFound');
        }
        const id = this.add(store, pem);
        return success(operation, described(store, this.find(store).filter(each => each.id === id)));
      }
      case 'DescribeTrustStoreRevocations': {
        const [copies, start] = [this.find(store), Number(input.get('Marker') ?? 0)];
        const next = start + PAGE < copies.length ? `<NextMarker>${start + PAGE}</NextMarker>` : '';
        return success(operation, `${described(store, copies.slice(start, start + PAGE))}${next}`);
      }
      case 'RemoveTrustStoreRevocations': {
        const copy = this.findCopy(store, input.get('RevocationIds.member.1'));
        this.stores.set(store, this.find(store).filter(each => each !== copy));
        return success(operation, '');
      }
      default: {
        const path = `/copies/${randomBytes(8).toString('hex')}?X-Amz-Expires=600&X-Amz-Signature=${randomBytes(32).toString('hex')}`;
        this.urls.set(path, this.findCopy(store, input.get('RevocationId')).pem);
        return success(operation, `<Location>${this.url}${path.replaceAll('&', '&amp;')}</Location>`);
      }
    }
  }

  protected unsigned({ method, url }: SignedRequest): AwsAnswer | undefined {
    const pem = this.urls.get(url);
    return method === 'GET' && pem !== undefined ? { status: 200, contentType: 'binary/octet-stream', body: this.delivered(pem) } : undefined;
  }

  /** https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#operation-error-serialization */
  protected refused({ status, code }: AwsRefusal): AwsAnswer {
    return xml(status, `<ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><Error><Type>Sender</Type><Code>${code}</Code>`
      + '<Message>a message of AWS</Message></Error><RequestId>1</RequestId></ErrorResponse>');
  }

  private find(store: string): Copy[] {
    const copies = this.stores.get(store);
    if (!copies) {
      throw new AwsRefusal(400, 'TrustStoreNotFound');
    }
    return copies;
  }

  private findCopy(store: string, id: string | null): Copy {
    const copy = this.find(store).find(each => String(each.id) === id);
    if (!copy) {
      throw new AwsRefusal(400, 'RevocationIdNotFound');
    }
    return copy;
  }
}

function described(store: string, copies: readonly Copy[]): string {
  return `<TrustStoreRevocations>${copies.map(({ id, entries }) => `<member><TrustStoreArn>${store}</TrustStoreArn><RevocationId>${id}</RevocationId>`
    + `<RevocationType>CRL</RevocationType><NumberOfRevokedEntries>${entries}</NumberOfRevokedEntries></member>`).join('')}</TrustStoreRevocations>`;
}

function success(operation: string, result: string): AwsAnswer {
  return xml(200, `<${operation}Response xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><${operation}Result>${result}</${operation}Result>`
    + `<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${operation}Response>`);
}

function xml(status: number, body: string): AwsAnswer {
  return { status, contentType: 'text/xml', body };
}
