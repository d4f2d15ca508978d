import { randomUUID } from 'node:crypto';
import { SignedRequest } from '../../support/aws-signature';
import { openssl } from '../../support/openssl';
import { AwsAnswer, AwsRefusal, StrictAws } from '../../support/strict-aws';

/** A revocation list as IAM Roles Anywhere holds it. */
export interface StoredCrl {
  readonly crlId: string;
  readonly name: string;
  readonly trustAnchorArn: string;
  readonly createdAt: string;
  enabled: boolean;
  /** PEM. */
  data: string;
}

interface Operation {
  readonly method: string;
  readonly path: RegExp;
  readonly members: readonly string[];
  readonly required: readonly string[];
}

/** The operations about revocation lists: `requestUri` and `method` of the service's model 2018-05-10, and the members of their input. */
const OPERATIONS: { readonly [name: string]: Operation } = {
  ImportCrl: { method: 'POST', path: /^\/crls$/, members: ['name', 'crlData', 'enabled', 'tags', 'trustAnchorArn'], required: ['name', 'crlData', 'trustAnchorArn'] },
  ListCrls: { method: 'GET', path: /^\/crls$/, members: [], required: [] },
  UpdateCrl: { method: 'PATCH', path: /^\/crl\/([a-f0-9]{8}-(?:[a-z0-9]{4}-){3}[a-z0-9]{12})$/, members: ['name', 'crlData'], required: [] },
  DeleteCrl: { method: 'DELETE', path: /^\/crl\/([a-f0-9]{8}-(?:[a-z0-9]{4}-){3}[a-z0-9]{12})$/, members: [], required: [] },
};

/** ImportCrlRequestCrlDataBlob. */
const MAX_BYTES = 300_000;

/**
 * IAM Roles Anywhere as its API reference describes it, as far as revocation lists are concerned. OpenSSL reads what is imported. A trust
 * anchor has room for a few lists.
 */
export class StrictRolesAnywhere extends StrictAws {
  public crls: StoredCrl[] = [];
  /** How many pages are shown before one has the lists that were imported last. */
  public pagesBehind = 0;
  private shownBefore = 0;
  /** The trust anchors that exist, and how many lists each has room for. */
  public readonly anchors = new Map<string, number>();

  constructor() {
    super('rolesanywhere');
  }

  protected operationOf({ method, url }: SignedRequest): string {
    const { pathname } = new URL(url, this.url);
    const found = Object.entries(OPERATIONS).find(([, each]) => each.method === method && each.path.test(pathname));
    if (!found) {
      throw new AwsRefusal(404, 'UnknownOperationException');
    }
    return found[0];
  }

  protected async carryOut(operation: string, { url, headers, body }: SignedRequest): Promise<AwsAnswer> {
    const { pathname, searchParams } = new URL(url, this.url);
    const { path, members, required } = OPERATIONS[operation];
    const input = body === '' ? {} : JSON.parse(body);
    if ((body !== '' && headers['content-type'] !== 'application/json') || Object.keys(input).some(name => !members.includes(name))
      || required.some(name => !(name in input)) || (members.length === 0 && body !== '')) {
      throw new AwsRefusal(400, 'ValidationException');
    }
    const [, id] = path.exec(pathname)!;
    switch (operation) {
      case 'ImportCrl': return json(201, { crl: shown(this.import(input)) });
      case 'ListCrls': return json(200, this.page(searchParams));
      case 'UpdateCrl': {
        const crl = this.find(id);
        crl.data = input.crlData === undefined ? crl.data : checkedData(input.crlData);
        return json(200, { crl: shown(crl) });
      }
      default: {
        const crl = this.find(id);
        this.crls = this.crls.filter(each => each !== crl);
        return json(200, { crl: shown(crl) });
      }
    }
  }

  protected unsigned(): undefined {
    return undefined;
  }

  /** https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization */
  protected refused({ status, code }: AwsRefusal): AwsAnswer {
    return json(status, { __type: `com.amazonaws.rolesanywhere#${code}`, message: 'a message of AWS' });
  }

  private import({ name, crlData, enabled = false, trustAnchorArn }: Omit<StoredCrl, 'enabled'> & { crlData: string; enabled?: boolean }): StoredCrl {
    const room = this.anchors.get(trustAnchorArn);
    if (room === undefined || this.crls.filter(each => each.trustAnchorArn === trustAnchorArn).length >= room || !/^[ a-zA-Z0-9-_]{1,255}$/.test(name)) {
      throw new AwsRefusal(400, 'ValidationException');
    }
    const crl = { crlId: randomUUID(), name, trustAnchorArn, createdAt: new Date().toISOString(), enabled, data: checkedData(crlData) };
    this.shownBefore = this.crls.push(crl) - 1;
    return crl;
  }

  private find(id: string): StoredCrl {
    const crl = this.crls.find(({ crlId }) => crlId === id);
    if (!crl) {
      throw new AwsRefusal(404, 'ResourceNotFoundException');
    }
    return crl;
  }

  private page(query: URLSearchParams): object {
    if ([...query.keys()].some(name => !['pageSize', 'nextToken'].includes(name))) {
      throw new AwsRefusal(400, 'ValidationException');
    }
    const visible = this.pagesBehind-- > 0 ? this.crls.slice(0, this.shownBefore) : this.crls;
    const [start, size] = [Number(query.get('nextToken') ?? 0), Number(query.get('pageSize') ?? 20)];
    const end = start + size;
    return { crls: visible.slice(start, end).map(shown), ...end < visible.length && { nextToken: String(end) } };
  }
}

function checkedData(base64: string): string {
  const pem = Buffer.from(base64, 'base64').toString();
  if (Buffer.byteLength(pem) > MAX_BYTES || openssl(['crl', '-noout', '-crlnumber'], pem).status !== 0) {
    throw new AwsRefusal(400, 'ValidationException');
  }
  return pem;
}

function shown({ data, ...crl }: StoredCrl): object {
  return { ...crl, crlArn: `arn:aws:rolesanywhere:eu-central-1:111111111111:crl/${crl.crlId}`, crlData: Buffer.from(data).toString('base64'), updatedAt: crl.createdAt };
}

function json(status: number, body: object): AwsAnswer {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}
