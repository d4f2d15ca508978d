import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { awsMessageOf, WaysOut } from './aws-message';
import { CliError } from './cli-error';
import { InvokeFunction } from './revoke/function-revocation';
import { PLAIN_CLIENT } from '../issuing/aws/plain-calls';

/** What to do about an error of Lambda, by its name. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const WAYS_OUT: WaysOut = {
  AccessDeniedException: 'allow these credentials lambda:InvokeFunction on it (ca.grantRevoke(role))',
  ResourceNotFoundException: 'use the credentials and the Region of its account, and the outputs of the latest deployment',
};

/** The function to which a ledger leads exists only if the app uses it, and is missing where a CA was taken back with `fromKeptCa`. */
const OF_LEDGER: WaysOut = {
  ...WAYS_OUT,
  ResourceNotFoundException: 'declare an output of ca.revokeFunction.functionArn in the stack of the CA, and deploy; or name the function of a CA of fromKeptCa or '
    + 'fromPrivateIotCaAttributes with --function',
};

/** Invokes a function with the user's credentials: by its ARN in its own Region, by its name in the configured Region. */
export const invokeFunction: InvokeFunction = async ({ name, option }, payload) => {
  try {
    const client = new LambdaClient({ ...PLAIN_CLIENT, region: name.split(':')[3] });
    const { Payload, FunctionError } = await client.send(new InvokeCommand({ FunctionName: name, Payload: payload }));
    return { payload: Buffer.from(Payload ?? []).toString(), error: FunctionError !== undefined };
  } catch (error) {
    throw new CliError(`${option}: AWS Lambda did not invoke ${name}: ${awsMessageOf(error, name, option === '--ledger' ? OF_LEDGER : WAYS_OUT)}`);
  }
};
