import { Token } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { ConfigurableFunction } from './apply-options';
import { PrivateIotCaFunctionProxy } from './function-proxy';
import { nodeVersion } from './function-rules';
import { Complaint, quote } from '../../contract/rules';

/**
 * The oldest Node.js of Lambda that certainly leads calls through a proxy: since 22.21 and 24.5, and Lambda's runtimes for 22 are older and newer.
 * https://nodejs.org/api/cli.html#node_use_env_proxy1
 */
const OLDEST_NODE = 24;

/** Has a function reach everything through a proxy. The variables are those of Node.js; only HTTPS is used, so HTTP needs none. */
export function useProxy(scope: Construct, { function: target }: ConfigurableFunction, { url, noProxy = [] }: PrivateIotCaFunctionProxy): void {
  target.addEnvironment('NODE_USE_ENV_PROXY', '1');
  target.addEnvironment('HTTPS_PROXY', url);
  if (noProxy.length > 0) {
    target.addEnvironment('NO_PROXY', noProxy.join(','));
  }
  scope.node.addValidation({ validate: () => [checkRuntime(target.node.defaultChild as CfnFunction)].flatMap(complaint => complaint ?? []) });
}

/** The runtime that is deployed, also if an Aspect has changed it. */
function checkRuntime({ runtime }: CfnFunction): Complaint {
  const isKnown = !Token.isUnresolved(runtime);
  return isKnown && nodeVersion(runtime) >= OLDEST_NODE ? undefined
    : `runtime must be Node.js ${OLDEST_NODE} or newer with proxy, because an older version does not lead all calls through the proxy, got ${isKnown ? quote(runtime) : 'a token'}; `
      + `set runtime: new Runtime('nodejs${OLDEST_NODE}.x', RuntimeFamily.NODEJS)`;
}
