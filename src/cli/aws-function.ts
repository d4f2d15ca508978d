import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { awsMessageOf } from './aws-message';
import { CliError } from './cli-error';
import { InvokeFunction } from './revoke/function-revocation';

/** Invokes a function with the user's credentials: by its ARN in its own Region, by its name in the configured Region. */
export const invokeFunction: InvokeFunction = async (name, payload) => {
  // The client is part of the bundle, so its warning about the Node.js versions that later clients will need does not concern the user.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  try {
    const client = new LambdaClient({ region: name.split(':')[3] });
    const { Payload, FunctionError } = await client.send(new InvokeCommand({ FunctionName: name, Payload: payload }));
    return { payload: Buffer.from(Payload ?? []).toString(), error: FunctionError !== undefined };
  } catch (error) {
    throw new CliError(`--function: AWS Lambda did not invoke ${name}: ${awsMessageOf(error, name)}`);
  }
};
