import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { azure, certificateOf, environmentFor, issued, order, useAzureDevices } from './carried-to-azure';
import { CLIENT_SECRET } from './strict-entra';
import { AzureServiceName } from '../../../src/platforms/azure/contract';
import { Answer } from '../../support/cloudformation';
import { temporaryFiles } from '../../support/openssl';

useAzureDevices();

const BUNDLE = resolve(__dirname, '..', '..', '..', 'assets', 'registrars', 'index.js');
const file = temporaryFiles();

/** Invokes the bundle in a process of its own, in which Azure's hosts lead to the server of the test: who answers by them is checked as ever. */
async function check(service: AzureServiceName): Promise<string> {
  const script = `
    const { globalAgent: agent } = require('https'), connect = agent.createConnection;
    agent.createConnection = (options, callback) => connect.call(agent, { ...options, host: '127.0.0.1', port: ${new URL(azure.url).port} }, callback);
    require(${JSON.stringify(BUNDLE)}).azureRevocation({ 'detail-type': 'Scheduled Event' }, { getRemainingTimeInMillis: () => 60_000 });`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script], {
    env: { ...process.env, ...await environmentFor(service), NODE_EXTRA_CA_CERTS: file('azure.pem', azure.trustedCas) },
  });
  return stdout + stderr;
}

test.each<[AzureServiceName, (device: Answer) => boolean]>([
  ['azure-iot-hub', device => azure.hub.connects('sensor-001', certificateOf(device))],
  ['azure-dps', device => azure.dps.provisions('sensor-001', certificateOf(device))],
])('the function as it is deployed finds what is revoked, and has %s refuse it', async (service, isAccepted) => {
  const device = await issued('sensor-001');
  azure.hub.register('sensor-001');
  await order(device);
  expect(isAccepted(device)).toBe(true);
  const log = await check(service);
  expect(isAccepted(device)).toBe(false);
  expect(log).toContain('sensor-001');
  expect(log).not.toMatch(new RegExp([CLIENT_SECRET, ...azure.entra.tokens.keys()].join('|')));
});
