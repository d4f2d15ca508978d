import { JsonMap } from '../../../contract/json-map';
import { AwsApiOptions, AwsService, SignedApi, SignedCall } from '../../registrar/aws/signed-api';
import { HttpApi } from '../../registrar/http-api';
import { jsonAnswer, listIn } from '../../registrar/json-answer';

/**
 * https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/CommonErrors.html. The calls about revocation lists share one a second.
 * https://docs.aws.amazon.com/rolesanywhere/latest/userguide/quotas.html
 */
const ROLES_ANYWHERE: AwsService = { id: 'rolesanywhere', name: 'IAM Roles Anywhere', throttled: ['ThrottlingException', 'TooManyRequestsException'] };

/** The lists of a page. The answer holds their contents, each up to 400,000 characters. */
const PAGE = 10;
const LONGEST_PAGE = 5_000_000;

/** What makes IAM Roles Anywhere refuse a list, which it reports as ValidationException whatever it is. */
const LOOK_AT_ANCHOR = 'trustAnchorArn must be the ARN of a trust anchor that exists, whose certificates include that of the CA, and that has room for one more '
  + 'revocation list (Service Quotas, IAM Roles Anywhere)';

/** A revocation list in IAM Roles Anywhere. */
export interface Crl {
  readonly id: string;
  readonly name: string;
  readonly trustAnchorArn: string;
  readonly enabled: boolean;
  /** PEM. */
  readonly data: string;
}

/**
 * The calls to IAM Roles Anywhere about revocation lists.
 *
 * @see https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_Operations.html
 */
export class CrlApi {
  private readonly api: SignedApi;

  constructor(http: HttpApi, options: AwsApiOptions) {
    this.api = new SignedApi(http, ROLES_ANYWHERE, options);
  }

  /** All revocation lists of the account in the Region. */
  public async all(): Promise<Crl[]> {
    const found: Crl[] = [];
    for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
      const query = new URLSearchParams({ pageSize: String(PAGE), ...token === undefined ? {} : { nextToken: token } });
      const call: SignedCall = { action: 'rolesanywhere:ListCrls', method: 'GET', path: `/crls?${query}`, longest: LONGEST_PAGE };
      const { crls, nextToken } = await this.answer(call);
      found.push(...listIn(this.api.describe(call), 'crls', crls).map(each => this.crlIn(call, each)));
      token = typeof nextToken === 'string' && nextToken !== '' ? nextToken : undefined;
    }
    return found;
  }

  /**
   * Imports a list, which is in force from then on.
   *
   * @throws UnansweredError if the list may be there, or not: each call makes another one
   */
  public async import(name: string, trustAnchorArn: string, pem: string): Promise<void> {
    await this.answer({
      action: `rolesanywhere:ImportCrl for ${trustAnchorArn}`,
      method: 'POST',
      path: '/crls',
      ...jsonBody({ name, trustAnchorArn, crlData: base64(pem), enabled: true }),
      once: true,
      longest: LONGEST_PAGE,
      advice: { ValidationException: LOOK_AT_ANCHOR, ResourceNotFoundException: LOOK_AT_ANCHOR },
    });
  }

  /** Replaces the contents of a list. */
  public async update(id: string, pem: string): Promise<void> {
    await this.answer({
      action: `rolesanywhere:UpdateCrl of ${id}`, method: 'PATCH', path: `/crl/${id}`, ...jsonBody({ crlData: base64(pem) }), longest: LONGEST_PAGE,
    });
  }

  /** Deletes a list, if it is still there. */
  public async delete(id: string): Promise<void> {
    await this.api.send({ action: `rolesanywhere:DeleteCrl of ${id}`, method: 'DELETE', path: `/crl/${id}`, longest: LONGEST_PAGE }, 'ResourceNotFoundException');
  }

  private async answer(call: SignedCall): Promise<JsonMap> {
    return jsonAnswer(this.api.describe(call), (await this.api.send(call))!);
  }

  private crlIn(call: SignedCall, { crlId, name, trustAnchorArn, enabled, crlData }: JsonMap): Crl {
    if (typeof crlId !== 'string' || !/^[0-9a-z-]{36}$/.test(crlId) || typeof name !== 'string' || typeof trustAnchorArn !== 'string') {
      throw new Error(`${this.api.describe(call)} returned a list without crlId, name or trustAnchorArn`);
    }
    return { id: crlId, name, trustAnchorArn, enabled: enabled === true, data: typeof crlData === 'string' ? Buffer.from(crlData, 'base64').toString('latin1') : '' };
  }
}

function jsonBody(body: object): Pick<SignedCall, 'headers' | 'body'> {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function base64(pem: string): string {
  return Buffer.from(pem).toString('base64');
}
