import { entryOf } from '../../../lambda/outside-text';
import { HttpApi, HttpResponse, passingStatus } from '../../registrar/http-api';
import { jsonOf } from '../../registrar/json-answer';
import { errorCode } from '../../registrar/platform-failure';

/** A service principal and the scope it requests, under their OAuth 2.0 names. */
export interface TokenRequest {
  readonly client_id: string;
  readonly client_secret: string;
  readonly scope: string;
}

/**
 * What to do about the refusals that occur in practice.
 * https://learn.microsoft.com/azure/developer/java/sdk/troubleshooting-authentication-service-principal
 */
export const WAYS_OUT: { readonly [code: string]: string } = {
  AADSTS7000215: 'clientSecret must be the value of a client secret, not its ID; '
    + 'create a new client secret in Microsoft Entra and store it in the secret',
  AADSTS7000222: 'the client secret has expired; create a new one in Microsoft Entra and store it in the secret',
  AADSTS700016: 'clientId must be that of an application in the tenant, and cloud must be the cloud of the tenant',
  AADSTS500011: 'the tenant does not know the service: cloud must be the cloud of the tenant, and the subscription must have the resource provider '
    + 'Microsoft.Devices registered',
  AADSTS90002: 'tenantId must be that of an existing tenant, and cloud must be the cloud of the tenant',
};

/**
 * "A transient error has occurred. Please try again.", with the status 400.
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const TRANSIENT = /\bAADSTS90033\b/;

function passing(response: HttpResponse): string | undefined {
  const { error_description: description } = jsonOf(response);
  return typeof description === 'string' ? TRANSIENT.exec(description)?.[0] ?? passingStatus(response) : passingStatus(response);
}

/**
 * Requests a token from Microsoft Entra with the client credentials flow.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 *
 * @throws Error with the code of Microsoft or of OAuth 2.0 (RFC 6749, section 5.2). It shows nothing of the credentials, which the
 * response's description can quote
 */
export async function accessToken(api: HttpApi, url: string, request: TokenRequest): Promise<string> {
  const response = await api.send('Microsoft Entra: the request for a token', () => ({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...request }).toString(),
  }), passing);
  const { access_token: token, error, error_description: description } = jsonOf(response);
  if (response.status === 200 && typeof token === 'string') {
    return token;
  }
  const [microsoft] = typeof description === 'string' ? /\bAADSTS\d{1,10}\b/.exec(description) ?? [] : [];
  const code = microsoft ?? errorCode(error, response.status, [request.client_secret]);
  throw new Error(`credentials must be those of a service principal that can sign in, got ${code} from Microsoft Entra; `
    + (entryOf(WAYS_OUT, code) ?? 'look the code up at https://learn.microsoft.com/entra/identity-platform/reference-error-codes'));
}
