import { AwsApiOptions, AwsService, SignedApi, SignedCall } from '../../registrar/aws/signed-api';
import { xmlTexts } from '../../registrar/aws/xml-texts';
import { HttpApi } from '../../registrar/http-api';
import { MAX_REVOCATION_BYTES } from '../contract';

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/CommonErrors.html */
const LOAD_BALANCING: AwsService = {
  id: 'elasticloadbalancing', name: 'Elastic Load Balancing', throttled: ['Throttling', 'ThrottlingException', 'RequestLimitExceeded'],
};

const VERSION = '2015-12-01';

const NO_TRUST_STORE = 'TrustStoreNotFound';
const NO_REVOCATION = 'RevocationIdNotFound';

/** What to do if a list can't be added. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddTrustStoreRevocations.html */
const ADVICE = {
  [NO_TRUST_STORE]: 'trustStore must be a trust store that exists',
  RevocationContentNotFound: 'Elastic Load Balancing reads the file with the rights of this function, so the bucket and its key must let the function\'s role read it',
  InvalidRevocationContent: 'the CA must sign its lists with an algorithm that Elastic Load Balancing knows',
  TooManyTrustStoreRevocationEntries: 'all lists of the trust store together may have 500,000 entries, and for a moment the new list is there beside the former one',
};

/**
 * The calls to Elastic Load Balancing about the revocation lists of a trust store.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Operations.html
 */
export class TrustStoreApi {
  private readonly api: SignedApi;

  constructor(private readonly http: HttpApi, options: AwsApiOptions, public readonly trustStoreArn: string) {
    this.api = new SignedApi(http, LOAD_BALANCING, options);
  }

  /** The IDs of all revocation lists, or `undefined` if the trust store does not exist. */
  public async revocationIds(): Promise<string[] | undefined> {
    const ids: string[] = [];
    for (let marker: string | undefined, isFirst = true; isFirst || marker !== undefined; isFirst = false) {
      const answer = await this.answer(this.call('DescribeTrustStoreRevocations', marker === undefined ? {} : { Marker: marker }), NO_TRUST_STORE);
      if (answer === undefined) {
        return undefined;
      }
      ids.push(...idsIn(answer));
      [marker] = xmlTexts(answer, 'NextMarker').filter(text => text !== '');
    }
    return ids;
  }

  /**
   * Adds a list, which Elastic Load Balancing copies from Amazon S3.
   *
   * @returns its ID
   * @throws UnansweredError if the list may be there, or not: each call adds another one
   */
  public async add(bucket: string, key: string): Promise<string> {
    const content = { S3Bucket: bucket, S3Key: key, RevocationType: 'CRL' };
    const input = Object.fromEntries(Object.entries(content).map(([name, value]) => [`RevocationContents.member.1.${name}`, value]));
    const call = { ...this.call('AddTrustStoreRevocations', input), once: true, advice: ADVICE };
    const [id] = idsIn((await this.answer(call))!);
    if (id === undefined) {
      throw new Error(`${this.api.describe(call)} returned no RevocationId`);
    }
    return id;
  }

  /** Removes a list, if it is still there. */
  public async remove(id: string): Promise<void> {
    await this.answer(this.call('RemoveTrustStoreRevocations', { 'RevocationIds.member.1': id }), NO_REVOCATION);
  }

  /** The file that a list was added from, as it was then; `undefined` if the list is gone. The URL of the file needs no signature. */
  public async content(id: string): Promise<string | undefined> {
    const call = this.call('GetTrustStoreRevocationContent', { RevocationId: id });
    const answer = await this.answer(call, NO_REVOCATION);
    if (answer === undefined) {
      return undefined;
    }
    const [url = ''] = xmlTexts(answer, 'Location');
    if (!URL.canParse(url)) {
      throw new Error(`${this.api.describe(call)} returned no URL`);
    }
    const what = `${this.api.describe(call)}: download of the revocation list ${id}`;
    const { status, text } = await this.http.send(what, () => ({ method: 'GET', url, longest: MAX_REVOCATION_BYTES }));
    if (status !== 200) {
      throw new Error(`${what} failed with HTTP status ${status}`);
    }
    return text;
  }

  /** https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#request-serialization */
  private call(operation: string, input: { readonly [name: string]: string }): SignedCall & { readonly operation: string } {
    return {
      operation,
      action: `elasticloadbalancing:${operation} on ${this.trustStoreArn}`,
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: String(new URLSearchParams({ Action: operation, Version: VERSION, TrustStoreArn: this.trustStoreArn, ...input })),
    };
  }

  /** A truncated answer is an error: a list must not be taken for one that is not there. */
  private async answer({ operation, ...call }: SignedCall & { readonly operation: string }, absent?: string): Promise<string | undefined> {
    const response = await this.api.send(call, absent);
    if (response && !response.text.includes(`</${operation}Response>`)) {
      throw new Error(`${this.api.describe(call)} returned no answer of Elastic Load Balancing`);
    }
    return response?.text;
  }
}

function idsIn(answer: string): string[] {
  return xmlTexts(answer, 'RevocationId').filter(id => /^\d{1,19}$/.test(id));
}
