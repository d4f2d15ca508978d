import { randomUUID, X509Certificate } from 'node:crypto';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { StrictAzureDevices } from './strict-azure-devices';
import { CLIENT, CLIENT_SECRET, TENANT } from './strict-entra';
import { RevocationReason } from '../../../src/contract/revocation';
import { DynamoDbRevocations } from '../../../src/issuing/aws/dynamodb-revocations';
import { LedgerTable } from '../../../src/issuing/aws/ledger-table';
import { revokeCertificate } from '../../../src/issuing/revocation/revoke-certificate';
import { AzureServiceName } from '../../../src/platforms/azure/contract';
import { revocationTarget } from '../../../src/platforms/azure/registrar/revocation';
import { LedgerApi } from '../../../src/platforms/registrar/aws/ledger-api';
import { HttpApi } from '../../../src/platforms/registrar/http-api';
import { assertInReach } from '../../../src/platforms/registrar/revocation/deployment-check';
import { carryOverAll, carryOverMessages } from '../../../src/platforms/registrar/revocation/revocation-handler';
import { SqsBatchResponse } from '../../../src/platforms/registrar/revocation/revocation-messages';
import { AGAIN, RevokingCa } from '../../../src/platforms/registrar/revocation/revoking-ca';
import { awsCalls } from '../../support/aws-clients';
import { Answer } from '../../support/cloudformation';
import { NO_DEADLINE } from '../../support/deadline';
import { lifecycle } from '../../support/lifecycle';
import { subordinateCa } from '../../support/resources';

const SECRET = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Azure-AbCdEf';
const NAMES: { readonly [S in AzureServiceName]: string } = { 'azure-iot-hub': 'hub-1', 'azure-dps': 'dps-1' };

const set = lifecycle({}, 10);

export const azure = new StrictAzureDevices();
export let secret: Record<string, string>;
export let ca: Answer;

/** Has the tests of a file carry revocations over from a ledger in moto to the strict Azure, which begins anew for each of them. */
export function useAzureDevices(): void {
  beforeAll(() => azure.start());
  beforeEach(async () => {
    azure.reset();
    secret = { tenantId: TENANT, clientId: CLIENT, clientSecret: CLIENT_SECRET };
    jest.spyOn(console, 'log').mockImplementation();
    ca = await set.stack.create(await set.stack.ca({ PathLength: 1 }));
    azure.trust(certificateOf(ca));
  });
  afterEach(() => {
    const shown = jest.mocked(console.log).mock.calls.join('\n');
    [CLIENT_SECRET, ...azure.entra.tokens.keys()].forEach(hidden => expect(shown.includes(hidden)).toBe(false));
    jest.restoreAllMocks();
  });
  afterAll(() => azure.stop());
}

export const certificateOf = ({ Data }: Answer): X509Certificate => new X509Certificate(Data!.CertificatePem);

/** Has the CA issue a device certificate. Another resource has another certificate for the same name. */
export async function issued(commonName: string, logicalId = 'Device'): Promise<Answer> {
  return set.stack.create(await set.stack.device(ca.PhysicalResourceId, { Subject: { CommonName: commonName } }, logicalId));
}

/** Has the CA sign another CA. */
export async function signedCa(commonName: string): Promise<Answer> {
  return set.stack.create(await subordinateCa(set.stack, ca.PhysicalResourceId, { Subject: { CommonName: commonName } }));
}

export async function order({ Data }: Answer, reason: RevocationReason = 'keyCompromise'): Promise<void> {
  const ledger = new DynamoDbRevocations(new LedgerTable(set.stack.dynamoDb, awsCalls(), set.stack.table));
  await revokeCertificate({ issuer: ca.PhysicalResourceId, serialNumber: Data!.SerialNumber, reason, orderedBy: 'anna' }, ledger, new Date());
}

function revoking(service: AzureServiceName): RevokingCa {
  const ledger = { region: 'eu-central-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'x' }, patience: 0, endpoint: set.proxy.url };
  const endpoints = { login: azure.url, management: azure.url, dataPlane: azure.url };
  const reach = { endpoints, trustedCas: azure.trustedCas, readSecret: async () => JSON.stringify(secret) };
  return {
    name: 'Azure',
    pace: 0,
    caId: ca.PhysicalResourceId,
    ledger: signal => new LedgerApi(new HttpApi(signal), ledger, set.stack.table),
    others: () => [],
    target: signal => revocationTarget({ cloud: 'public', service, name: NAMES[service], credentials: SECRET }, signal, AGAIN, reach),
  };
}

/** The environment of the function for a service, which reaches AWS in moto. */
export async function environmentFor(service: AzureServiceName): Promise<NodeJS.ProcessEnv> {
  const { ARN } = await set.stack.secretsManager.send(new CreateSecretCommand({ Name: randomUUID(), SecretString: JSON.stringify(secret) }));
  return {
    AWS_ENDPOINT_URL: set.proxy.url,
    STACK_ID: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/iot/51af3dc0',
    CA_ID: ca.PhysicalResourceId,
    LEDGER_TABLE: set.stack.table,
    AZURE_CLOUD: 'public',
    AZURE_SERVICE: service,
    AZURE_SERVICE_NAME: NAMES[service],
    CREDENTIALS_SECRET_ARN: ARN,
  };
}

/** Carries over what the queue delivers about these certificates. */
export function carryOver(service: AzureServiceName, devices: readonly Answer[]): Promise<SqsBatchResponse> {
  const messages = devices.map(({ Data }, n) => ({
    messageId: String(n + 1),
    eventSource: 'aws:sqs',
    body: JSON.stringify({
      'source': 'private-iot-ca', 'detail-type': 'Certificate Revocation Changed', 'detail': { ca: ca.PhysicalResourceId, serialNumber: Data!.SerialNumber },
    }),
  }));
  return carryOverMessages(messages, revoking(service), Date.now() + 600_000);
}

/** Orders a revocation, and carries it over. */
export async function revoke(service: AzureServiceName, device: Answer, reason?: RevocationReason): Promise<void> {
  await order(device, reason);
  expect([await carryOver(service, [device]), logged('ERROR')]).toEqual([{ batchItemFailures: [] }, []]);
}

/** What a deployment checks. */
export const checkReach = (service: AzureServiceName): Promise<void> => assertInReach(revoking(service), NO_DEADLINE);

export const checkAll = (service: AzureServiceName): Promise<void> => carryOverAll(revoking(service), Date.now() + 60_000);

/** What was logged at a level: the messages, with those of errors. */
export function logged(level: 'INFO' | 'WARN' | 'ERROR'): string[] {
  return jest.mocked(console.log).mock.calls.map(([line]) => JSON.parse(line)).filter(each => each.level === level)
    .map(({ message, errorMessage }) => errorMessage ?? message);
}

/** The requests that were to change something. */
export const changes = (): string[] => azure.calls.filter(call => /^(?:PUT|DELETE) /.test(call));
