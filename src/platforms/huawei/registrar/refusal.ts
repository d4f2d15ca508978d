import { entryOf, outsideCode, outsideMessage } from '../../../lambda/outside-text';
import { HttpResponse } from '../../registrar/http-api';
import { jsonOf } from '../../registrar/json-answer';
import { refusalOf } from '../../registrar/platform-failure';

/** The platform's name in messages. */
export const HUAWEI_IOTDA = 'Huawei Cloud IoTDA';

/** How much of the platform's message is shown; characters. */
const MAX_MESSAGE = 300;

/** The codes that say that the verification certificate does not prove possession of this CA's key for this code. */
export const NOT_PROVED: readonly string[] = ['IOTDA.014307', 'IOTDA.014308'];

/** What to do about refusals, by their codes. */
export interface WaysOut {
  readonly [code: string]: string;
}

/**
 * What to do about the refusals that occur in practice. https://support.huaweicloud.com/api-iothub/iot_06_v5_0022.html
 * and the pages beside it; https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-0001.html
 */
export const WAYS_OUT: WaysOut = {
  'IOTDA.000021': 'the user must belong to the account that has IoTDA',
  'IOTDA.000022': 'grant the user iotda:certificates:upload, queryList, check and delete, and iotda:certificate:query',
  'IOTDA.001006': 'appId must be that of a resource space of the instance, and instanceId that of the instance',
  'IOTDA.014300': 'delete CA certificates that are no longer needed: an instance holds at most 100',
  'IOTDA.014301': 'the CA certificate must be one that IoTDA accepts; RSA and the NIST curves are known to work',
  'IOTDA.014304': 'devices or templates that use the certificate must be moved to another certificate or deleted first',
  'IOTDA.014307': 'the verification certificate must have the CA\'s current code as its common name: '
    + 'if the CA was uploaded again in the console, delete it there',
  'IOTDA.014308': 'the verification certificate must be issued by the registered CA: '
    + 'if another CA with the same common name and validity is registered, delete it in the console',
  'APIGW.0301': 'credentials must be a valid access key or token of the account; for a standard or enterprise instance, endpoint must be the host '
    + 'that the console shows for it',
  'APIGW.0302': 'credentials must be those of a user who may use IoTDA',
  'APIGW.0303': 'credentials must be a valid access key',
};

/** What to do instead where revocations are carried over, for which the user needs other rights. */
export const REVOCATION_WAYS_OUT: WaysOut = {
  'IOTDA.000022': 'to carry over revocations, the user needs iotda:devicecertificates:queryList and update, and iotda:devices:queryList, query, freeze and unfreeze',
};

/** The platform's code, if it gives one. */
export function codeOf(response: HttpResponse): string | undefined {
  const { error_code: code } = jsonOf(response);
  return typeof code === 'string' ? code : undefined;
}

/**
 * The error for a refusal, with what Huawei Cloud said: `{error_code, error_msg}`, from IoTDA or from its API Gateway. After its first
 * comma, the gateway's message quotes what was signed; that part is left out.
 *
 * @param call the call, in words
 * @param secrets what was sent and must not be shown
 * @param waysOut what to do about some refusals instead of what `WAYS_OUT` says
 */
export function refusal(call: string, response: HttpResponse, secrets: readonly string[], waysOut: WaysOut = {}): Error {
  const { error_msg: message } = jsonOf(response);
  const given = codeOf(response);
  const code = given === undefined ? undefined : outsideCode(given, secrets);
  const text = outsideMessage(typeof message === 'string' && code?.startsWith('APIG') ? message.split(',', 1)[0] : message, MAX_MESSAGE, secrets);
  const said = [response.status, code, text === undefined ? undefined : JSON.stringify(text)].filter(part => part !== undefined).join(' ');
  const advice = code === undefined ? undefined : entryOf(waysOut, code) ?? entryOf(WAYS_OUT, code);
  return refusalOf(HUAWEI_IOTDA, call, said, advice);
}
