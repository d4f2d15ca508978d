import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { IssuingClients } from './aws/issuing-clients';
import { StackResources } from './aws/stack-resources';
import { handleLifecycleEvent } from './lifecycle';
import { Ports } from './ports';
import { renewDue } from './renewal/renew-due';
import { renewedCasIn } from './renewal/renewed-cas';
import { RenewerEnvironment } from '../contract/renewal';
import { AwsCalls } from '../lambda/aws/aws-calls';
import { byRegion } from '../lambda/aws/by-region';
import { CLIENT_OPTIONS } from '../lambda/aws/client-options';
import { functionEnvironment } from '../lambda/cloudformation/environment';
import { handleCloudFormationEvent, InvocationContext, Work } from '../lambda/cloudformation/handle-event';
import { log } from '../lambda/log';
import { orLogged } from '../lambda/or-logged';
import { text } from '../resource/property-values';

/**
 * The entry point of the Lambda function, and the only file of this folder that reads the environment. There is one client per service and
 * Region for the whole life of the process. The clients take credentials and endpoint (AWS_ENDPOINT_URL) from the environment on their own.
 * A resource can be in another Region than the function; its ARN names that Region.
 */
const clients = new IssuingClients(process.env.AWS_REGION!);
const cloudFormation = byRegion(region => new CloudFormationClient({ ...CLIENT_OPTIONS, region }));

/** The CAs that the stack's template declares now. CloudFormation reports what the stack has, but not what it is about to lose. */
const declaredCas = (process.env.CERTIFICATE_AUTHORITIES ?? '').split(',').filter(logicalId => logicalId !== '');

/** The function waits for a permission to take effect for at most a fifth of its time: one minute of five. */
const PATIENCE_SHARE = 5;

/** Answers CloudFormation through the URL in the event. The return value is ignored. */
export async function handler(event: unknown, context: InvocationContext): Promise<void> {
  const patience = context.getRemainingTimeInMillis() / PATIENCE_SHARE;
  const work: Work = (request, signal) => handleLifecycleEvent(request, ports(signal, patience));
  await handleCloudFormationEvent(event, context, work, functionEnvironment(process.env));
}

/** The time that is left of an invocation when its calls end, in milliseconds, so that its outcome is logged. */
const LAST_MOMENT = 5_000;

/** The time that the renewal of one certificate may take, in milliseconds: none is begun later than this before the end. */
const FOR_ONE = 30_000;

/** Renews the certificates of this stack that are due. The event says nothing but that it is time to look. */
export async function renew(_event: unknown, context: InvocationContext): Promise<void> {
  const { STACK_ID, RENEWED_CAS } = process.env as Partial<RenewerEnvironment>;
  const { awsRequestId } = context;
  const left = context.getRemainingTimeInMillis();
  return orLogged('not everything was renewed', awsRequestId, async () => {
    const through = ports(AbortSignal.timeout(Math.max(0, left - LAST_MOMENT)), left / PATIENCE_SHARE);
    const { failed, finished } = await renewDue(renewedCasIn(RENEWED_CAS), text('STACK_ID', STACK_ID), Date.now() + left - FOR_ONE, through,
      (about, outcome) => {
        const [what, serialNumber] = 'caId' in about ? [`certificates of ${about.caId}`, undefined] : [about.logicalResourceId, about.serialNumber];
        if (outcome instanceof Error) {
          log('ERROR', { message: `${what} could not be renewed`, serialNumber, errorName: outcome.name, errorMessage: outcome.message });
        } else if (outcome !== 'nothing') {
          log('INFO', { message: `${what}: ${outcome}`, serialNumber });
        }
      });
    if (failed > 0 || !finished) {
      throw new Error(failed > 0 ? `${failed} certificates could not be renewed` : 'the time ran out; the next invocation goes on');
    }
  });
}

/** The ports of one invocation. `signal` ends all their calls. */
function ports(signal: AbortSignal, patience: number): Ports {
  const calls = new AwsCalls(signal, patience);
  return {
    ...clients.ports(calls, new AwsCalls(signal, 0)),
    stack: async stackId => ({ resources: await new StackResources(cloudFormation(process.env.AWS_REGION!), calls).list(stackId), declaredCas }),
  };
}
