import https from 'node:https';
import { HttpsPlatform } from './https-platform';

type Connect = (options: object, callback?: unknown) => unknown;

/**
 * Has all that is asked over HTTPS, by whatever name, lead to a platform on this machine, whose certificate is checked for that
 * name: for clients that take no other address. Where they bring an agent of their own, it stays as it is.
 */
export function routeHttpsTo(server: HttpsPlatform): void {
  const agent = https.globalAgent as unknown as { createConnection: Connect; readonly options: { ca?: string } };
  const { createConnection } = agent;
  beforeAll(() => {
    agent.options.ca = server.trustedCas;
    agent.createConnection = (options, callback) => createConnection.call(agent, { ...options, host: '127.0.0.1', port: new URL(server.url).port }, callback);
  });
  afterAll(() => {
    delete agent.options.ca;
    agent.createConnection = createConnection;
  });
}
