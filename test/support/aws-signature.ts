import { IncomingHttpHeaders } from 'node:http';
import { SSMClient } from '@aws-sdk/client-ssm';

/** The credentials with which calls to the strict servers are signed. */
export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', sessionToken: 'session-token' };

/** IAM user guide, "Create a signed AWS API request": "within five minutes of the time stamp". */
const CLOCK_SKEW = 300_000;

/** A header that requests to other services than S3 may have, or not. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
const PAYLOAD_HASH = 'x-amz-content-sha256';

/** A request as it went over the wire. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Checks the signatures of requests to a service in a Region, with the signer of the AWS SDK. */
export class SignatureCheck {
  private readonly signer;

  constructor(private readonly service: string, private readonly region: string) {
    this.signer = new SSMClient({ region, credentials: { ...CREDENTIALS } }).config.signer;
  }

  /** AWS's name of what is wrong with the signature; `undefined` if nothing is. */
  public async fault({ method, url, headers, body }: SignedRequest): Promise<string | undefined> {
    const [, signed] = /SignedHeaders=([^,]+),/.exec(headers.authorization ?? '') ?? [];
    if (signed === undefined) {
      return 'MissingAuthenticationTokenException';
    }
    const signingDate = new Date(String(headers['x-amz-date']).replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'));
    if (Math.abs(Date.now() - signingDate.getTime()) > CLOCK_SKEW) {
      return 'InvalidSignatureException';
    }
    const { pathname, searchParams } = new URL(url, 'https://127.0.0.1');
    const signer = await this.signer(
      { schemeId: 'aws.auth#sigv4', signingName: this.service, signingRegion: this.region, name: 'sigv4', properties: {} } as never,
    );
    const expected = await signer.sign({
      method,
      protocol: 'https:',
      hostname: '127.0.0.1',
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: Object.fromEntries(signed.split(';').map(name => [name, String(headers[name])])),
      body,
    } as never, { signingDate, unsignableHeaders: new Set(signed.split(';').includes(PAYLOAD_HASH) ? [] : [PAYLOAD_HASH]) } as never);
    return (expected as { headers: { [name: string]: string } }).headers.authorization === headers.authorization ? undefined : 'InvalidSignatureException';
  }
}
