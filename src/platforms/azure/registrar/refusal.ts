import { isMap } from '../../../contract/json-map';
import { outsideCode, outsideMessage } from '../../../lambda/outside-text';
import { HttpResponse } from '../../registrar/http-api';
import { jsonOf } from '../../registrar/json-answer';
import { refusalOf } from '../../registrar/platform-failure';
import { AZURE_DATA_PLANES } from '../contract';

/** How much of the platform's message is shown; characters. */
const MAX_MESSAGE = 600;

/** How much of a message is searched for a code; characters. */
const MAX_LOOKED_AT = 8_192;

const ROLE_NEEDED = 'assign the service principal a role on the service that includes Microsoft.Devices/*/certificates/*, such as Contributor; '
  + 'a role assignment takes up to ten minutes to take effect';

/** A reason for which Azure refuses a call. */
interface Cause {
  /** Matches the status, the code and the message of the refusal. */
  readonly sign: RegExp;
  readonly wayOut: string;
  /** Whether waiting does not help, although the status is a conflict, after which other calls are retried. */
  readonly lasts?: boolean;
}

/**
 * The causes of the refusals that occur in practice. The first cause whose sign matches counts: signs of a single cause come before words
 * that may also occur in a name, and both come before a status that has several causes.
 */
export const CAUSES: readonly Cause[] = [
  {
    // https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
    sign: /^\d+ ScopeLocked\b/,
    wayOut: 'remove the lock on the service, on its resource group or on the subscription, and deploy again',
    lasts: true,
  },
  {
    // https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-register-resource-provider
    sign: /^\d+ (?:MissingSubscriptionRegistration|SubscriptionNotRegistered)\b/,
    wayOut: 'register the resource provider in the subscription: az provider register --namespace Microsoft.Devices',
    lasts: true,
  },
  {
    // https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-policy-requestdisallowedbypolicy
    sign: /^\d+ RequestDisallowedByPolicy\b/,
    wayOut: 'the Azure Policy that the message names forbids it: have the service exempted from that policy, or the policy changed',
    lasts: true,
  },
  {
    // https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-disabled
    sign: /^\d+ (?:ReadOnlyDisabledSubscription|SubscriptionDisabled)\b/,
    wayOut: 'the subscription is disabled: have it enabled again',
    lasts: true,
  },
  {
    // https://github.com/Azure/azure-cli/issues/5376
    sign: /IH400053|Proof-Of-Possession/i,
    wayOut: 'the verification certificate must be issued by the uploaded CA itself, with the latest code that was generated for it '
      + 'as its common name: if another code was generated since, for example in the portal, or if the code has expired, '
      + 'give the registration another caName',
  },
  {
    // https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
    sign: /^\d+ \w*AuthorizationFailed/,
    wayOut: ROLE_NEEDED,
  },
  {
    sign: /^\d+ (?:Subscription|ResourceGroup|Resource)NotFound|^404\b/,
    wayOut: 'subscriptionId, resourceGroup and name must be those of an existing service, which this library does not create',
  },
  {
    // https://learn.microsoft.com/azure/iot-dps/about-iot-dps#quotas-and-limits
    sign: /quota|limit|exceed|maximum/i,
    wayOut: 'delete CA certificates that are no longer needed: a provisioning service holds at most 25',
  },
  {
    sign: /^403 /,
    wayOut: ROLE_NEEDED,
  },
  {
    sign: /^401 /,
    wayOut: 'the service principal must belong to the tenant of the subscription, and cloud must be the cloud of that tenant',
  },
];

/**
 * The causes of the refusals of the services' data planes. What an IP filter refuses gets no other answer than a right that is missing:
 * https://learn.microsoft.com/azure/iot-hub/iot-hub-ip-filtering
 */
export const DATA_PLANE_CAUSES: readonly Cause[] = [
  {
    sign: /^401\b|^403\b/,
    wayOut: `assign the service principal the role ${AZURE_DATA_PLANES['azure-iot-hub'].role} on the IoT hub, or ${AZURE_DATA_PLANES['azure-dps'].role} `
      + 'on the provisioning service, whose network access and IP filter must let the function in; a role assignment takes up to ten minutes to take effect',
  },
  {
    sign: /^404\b/,
    wayOut: 'the service must exist in the declared cloud; this library does not create it',
  },
];

/** The causes of refusals to read, with what the person can do whose command it was. */
export const READING_CAUSES: readonly Cause[] = [
  {
    // https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/internet-of-things
    sign: /^40[13]\b/,
    wayOut: 'assign the service principal the roles Reader and IoT Hub Data Reader on the IoT hub, or Reader and Device Provisioning Service Data Reader on the '
      + 'provisioning service, whose network access and IP filter must let this machine in; a role assignment takes up to ten minutes to take effect',
  },
  {
    sign: /^404\b/,
    wayOut: '--service must be the resource ID of an existing service, and --cloud its cloud',
  },
];

/**
 * The error for a refusal, with what Azure said. Azure uses several forms: that of Azure Resource Manager, `{error: {code, message}}`, that
 * of the IoT services there, `{code, httpStatusCode, message}`, and those of their data planes, `{errorCode, message}` and `{Message}`.
 *
 * @param service the name of the service
 * @param call the call, in words
 * @param secrets what was sent and must not be shown
 * @param wayOut what to do if no known cause matches
 * @param causes the known causes
 */
export function refusal(
  service: string, call: string, response: HttpResponse, secrets: readonly string[], wayOut?: string, causes = CAUSES,
): Error {
  const said = saidIn(response, secrets);
  return refusalOf(service, call, said, causeOf(said, causes)?.wayOut ?? wayOut);
}

/** Whether the call is refused until someone changes something. */
export function lasts(response: HttpResponse): boolean {
  return causeOf(saidIn(response, []), CAUSES)?.lasts ?? false;
}

function causeOf(said: string, causes: readonly Cause[]): Cause | undefined {
  return causes.find(({ sign }) => sign.test(said));
}

/** The status, and the code and the message if they are there. */
function saidIn(response: HttpResponse, secrets: readonly string[]): string {
  const { code, message } = errorIn(response);
  return [
    response.status,
    code === undefined || code === null ? undefined : outsideCode(codeText(code), secrets),
    typeof message === 'string' ? quoted(message, secrets) : undefined,
  ].filter(part => part !== undefined).join(' ');
}

function errorIn(response: HttpResponse): { readonly code?: unknown; readonly message?: unknown } {
  const body = jsonOf(response);
  return isMap(body.error) ? body.error : { code: body.code ?? body.errorCode, message: body.message ?? body.Message };
}

/** The IoT services also write their codes as numbers. */
function codeText(code: unknown): unknown {
  return typeof code === 'number' ? String(code) : code;
}

/** The part of a message before the IDs for Microsoft's support, with the message's code at the end. */
function quoted(message: string, secrets: readonly string[]): string {
  const looked = message.slice(0, MAX_LOOKED_AT);
  const [code] = /\bIH\d{6}\b/.exec(looked) ?? [];
  const end = looked.search(/If you contact a support representative/i);
  return `"${outsideMessage(end < 0 ? message : message.slice(0, end), MAX_MESSAGE, secrets)}"${code ? ` (${code})` : ''}`;
}
