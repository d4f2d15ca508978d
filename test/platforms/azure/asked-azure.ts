import { RESOURCE_GROUP, StrictAzure, SUBSCRIPTION } from './strict-azure';
import { CLIENT, CLIENT_SECRET, TENANT } from './strict-entra';
import { AzureCaUpload } from '../../../src/platforms/azure/registrar/ca-upload';
import { AzureCaVerification } from '../../../src/platforms/azure/registrar/ca-verification';
import { carryOut } from '../../../src/platforms/registrar/registrar';
import { RegistrationType } from '../../../src/platforms/registrations';
import { NO_DEADLINE } from '../../support/deadline';
import { STACK_ID } from '../../support/events';
import { MemoryRecords } from '../../support/memory-records';
import { RegisteredCa, registeredCa } from '../../support/registered-ca';

export const UPLOAD = RegistrationType.AZURE_CA_UPLOAD;
export const VERIFICATION = RegistrationType.AZURE_CA_VERIFICATION;
export const DPS = 'provisioningServices/dps-1';
export const HUB = 'IotHubs/hub-1';
export const SECRET = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Azure-AbCdEf';
export const TOKEN_CALL = 'POST v2.0/token';

export type Properties = Record<string, unknown>;

export const azure = new StrictAzure();
export let secret: Record<string, string>;
export let records: MemoryRecords;
export let ca: RegisteredCa;
export let other: RegisteredCa;

/** Has the tests of a file ask Azure, which begins anew for each of them. */
export function useAzure(): void {
  beforeAll(async () => {
    await azure.start();
    [ca, other] = await Promise.all([registeredCa(), registeredCa()]);
  });
  beforeEach(() => {
    azure.forget();
    azure.held.forEach(certificates => certificates.clear());
    azure.inUse.clear();
    azure.entra.error = undefined;
    azure.roleMissing = false;
    azure.transitioning = false;
    records = new MemoryRecords();
    secret = { tenantId: TENANT, clientId: CLIENT, clientSecret: CLIENT_SECRET };
  });
  afterAll(() => azure.stop());
}

export function properties(changes: Properties = {}): Properties {
  return {
    Cloud: 'public',
    Service: 'azure-dps',
    SubscriptionId: SUBSCRIPTION,
    ResourceGroup: RESOURCE_GROUP,
    ServiceName: 'dps-1',
    CredentialsSecretArn: SECRET,
    LedgerTable: 'ledger',
    CertificateName: 'acme',
    CertificatePem: ca.pem,
    ...changes,
  };
}

export interface Asked {
  readonly physicalResourceId?: string;
  readonly logicalResourceId?: string;
  readonly signal?: AbortSignal;
}

export function ask(requestType: 'Create' | 'Update' | 'Delete', resourceType: string, given: Properties, asked: Asked = {}) {
  const { physicalResourceId, logicalResourceId = 'Azure', signal = NO_DEADLINE } = asked;
  const endpoints = { login: azure.url, management: azure.url };
  const reach = { endpoints, trustedCas: azure.trustedCas, readSecret: async () => JSON.stringify(secret), openRecords: () => records };
  return carryOut({ [UPLOAD]: new AzureCaUpload(reach), [VERIFICATION]: new AzureCaVerification(reach) }, {
    requestType, resourceType, properties: given, physicalResourceId, stackId: STACK_ID, logicalResourceId, requestId: 'r1', signal,
  });
}

export const upload = (changes?: Properties, physicalResourceId?: string) =>
  ask(physicalResourceId ? 'Update' : 'Create', UPLOAD, properties(changes), { physicalResourceId });
export const remove = (physicalResourceId: string, changes?: Properties) => ask('Delete', UPLOAD, properties(changes), { physicalResourceId });

/** What the template hands on: the code to the CA, and the certificate that it issues. */
export async function verify({ data }: { readonly data?: { readonly [name: string]: string } }, changes: Properties = {}, by = ca) {
  const { CertificateName, Thumbprint, VerificationCode } = data!;
  return ask('Create', VERIFICATION, properties({ CertificateName, Thumbprint, VerificationCertificatePem: await by.prove(VerificationCode), ...changes }));
}

export const nameOf = (of: RegisteredCa) => `acme-${of.certificate.fingerprint256.replaceAll(':', '').slice(0, 8).toLowerCase()}`;
