import { randomBytes } from 'node:crypto';
import { PlatformAnswer, PlatformRequest } from '../../support/https-platform';

export const TENANT = '7a9f1c00-1111-4222-8333-444455556666';
export const CLIENT = '0b5e9d10-aaaa-4bbb-8ccc-ddddeeeeffff';
export const CLIENT_SECRET = 'Xq8~client.secret_of-the-tests.1234567890';

/** Microsoft Entra as it documents itself: tokens for a service principal, each for one scope. */
export class StrictEntra {
  /** The scopes of the tokens, by the token. */
  public readonly tokens = new Map<string, string>();
  /** The code with which Microsoft Entra refuses to sign in. */
  public error?: string;

  /** @param scopes of the services that the tenant knows */
  constructor(private readonly scopes: readonly string[]) {}

  /** The answer to a request for a token; `undefined` for any other request. */
  public answer(request: PlatformRequest): PlatformAnswer | undefined {
    const [, tenant] = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(request.path) ?? [];
    return tenant === undefined ? undefined : this.signIn(tenant, request);
  }

  /** The scope of the token that a request has; `undefined` if it has none. */
  public scopeOf({ headers }: PlatformRequest): string | undefined {
    const [, token = ''] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? [];
    return this.tokens.get(token);
  }

  /** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#first-case-access-token-request-with-a-shared-secret */
  private signIn(tenant: string, { method, headers, body }: PlatformRequest): PlatformAnswer {
    const form = Object.fromEntries(new URLSearchParams(body));
    const wrong = method !== 'POST' || headers['content-type'] !== 'application/x-www-form-urlencoded' ? 'AADSTS900144'
      : tenant !== TENANT ? 'AADSTS90002'
        : form.client_id !== CLIENT ? 'AADSTS700016'
          : form.client_secret !== CLIENT_SECRET ? 'AADSTS7000215'
            : form.grant_type !== 'client_credentials' ? 'AADSTS70003' : this.wrongScope(form.scope) ?? this.error;
    if (wrong) {
      return {
        status: 401,
        body: { error: 'invalid_client', error_description: `${wrong}: Refused for the app '${form.client_id}' with '${form.client_secret}'.`, error_codes: [1] },
      };
    }
    const token = `eyJ0${randomBytes(60).toString('base64url')}`;
    this.tokens.set(token, form.scope);
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: token } };
  }

  /** https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
  private wrongScope(scope = ''): string | undefined {
    return !scope.endsWith('/.default') ? 'AADSTS70011' : this.scopes.includes(scope) ? undefined : 'AADSTS500011';
  }
}
