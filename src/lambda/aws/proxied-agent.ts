import { Agent, AgentOptions, globalAgent } from 'node:https';

/** Node.js has the option from 22.21 and 24.5 on; its types here are older. https://nodejs.org/api/http.html#built-in-proxy-support */
interface ProxiedOptions extends AgentOptions {
  readonly proxyEnv?: NodeJS.ProcessEnv;
}

/** As the clients of AWS make their own agents. */
const OF_AWS_CLIENTS: AgentOptions = { keepAlive: true, maxSockets: 50 };

/**
 * The agent for the clients of AWS, if Node.js itself leads calls through a proxy (NODE_USE_ENV_PROXY=1 and HTTPS_PROXY). The clients have agents of
 * their own, which know nothing of it. It must be an agent, and not the options of one: for a long body, the client of S3 would make another.
 */
export const PROXIED_AGENT: { readonly httpsAgent?: Agent } = agentLike(globalAgent.options);

function agentLike({ proxyEnv }: ProxiedOptions): { readonly httpsAgent?: Agent } {
  const options: ProxiedOptions = { ...OF_AWS_CLIENTS, proxyEnv };
  return proxyEnv ? { httpsAgent: new Agent(options) } : {};
}
