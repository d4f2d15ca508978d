import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AzureCloud, AzureIotService, AzureIotServiceOptions, AzureRevocation, AzureRevocationProps, PrivateIotCa } from '../../../src';
import { AZURE_DATA_PLANES } from '../../../src/platforms/azure/contract';
import { serviceIn } from '../../../src/platforms/azure/registrar/revocation';

const CREDENTIALS = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Azure-AbCdEf';
const HUB: AzureIotServiceOptions = { subscriptionId: '91d12660-3dec-467a-be2a-213b5544ddc0', resourceGroup: 'iot', name: 'acme-hub' };

function declared(props: Partial<AzureRevocationProps> = {}) {
  const stack = new Stack(new App(), 'Iot', { env: { account: '111111111111', region: 'eu-central-1' } });
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' } });
  const credentials = Secret.fromSecretCompleteArn(stack, 'Credentials', CREDENTIALS);
  const revocation = new AzureRevocation(stack, 'Revocation', { ca, service: AzureIotService.iotHub(HUB), credentials, ...props });
  return { stack, ca, credentials, revocation };
}

function functionIn(stack: Stack): { [name: string]: unknown } {
  const functions = Template.fromStack(stack).findResources('AWS::Lambda::Function', { Properties: { Handler: 'index.azureRevocation' } });
  return Object.values(functions)[0].Properties;
}

test('the function knows its CA, the service and the secret, by variables that it can read', () => {
  const { stack } = declared();
  const { Environment } = functionIn(stack) as { Environment: { Variables: NodeJS.ProcessEnv } };
  expect(Environment.Variables).toEqual({
    STACK_ID: { Ref: 'AWS::StackId' },
    CA_ID: { Ref: expect.stringMatching(/^Ca/) },
    LEDGER_TABLE: { Ref: expect.stringMatching(/^CaLedger/) },
    AZURE_CLOUD: 'public',
    AZURE_SERVICE: 'azure-iot-hub',
    AZURE_SERVICE_NAME: 'acme-hub',
    CREDENTIALS_SECRET_ARN: CREDENTIALS,
  });
  expect(serviceIn(Environment.Variables)).toEqual({ cloud: 'public', service: 'azure-iot-hub', name: 'acme-hub', credentials: CREDENTIALS });
});

test('the function can read what is revoked, the certificates of a device, and its secret, and nothing else', () => {
  const { stack } = declared();
  const keys = (...prefixes: string[]) => ({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes } });
  const rights = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('Revocation'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .map(({ Action, Resource, Condition }) => ({ action: [Action].flat(), resource: Resource, condition: Condition }))
    .filter(({ action }) => !/^(?:logs|sqs):/.test(action[0]));
  const table = { 'Fn::GetAtt': [expect.stringMatching(/^CaLedger/), 'Arn'] };
  expect(rights).toHaveLength(4);
  expect(rights).toEqual(expect.arrayContaining([
    { action: ['dynamodb:GetItem'], resource: table, condition: keys('issuer#*', 'revoked#*') },
    { action: ['dynamodb:Query'], resource: table, condition: keys('revoked#*') },
    { action: ['dynamodb:Query'], resource: table, condition: keys('name#*') },
    { action: ['secretsmanager:GetSecretValue'], resource: CREDENTIALS, condition: undefined },
  ]));
});

test('an IoT hub and its provisioning service have one each, and none has two', () => {
  const { stack, ca, credentials, revocation } = declared();
  new AzureRevocation(stack, 'Dps', { ca, credentials, service: AzureIotService.deviceProvisioningService({ ...HUB, name: 'acme-dps', cloud: AzureCloud.CHINA }) });
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { AZURE_CLOUD: 'china', AZURE_SERVICE: 'azure-dps', AZURE_SERVICE_NAME: 'acme-dps' } },
  });
  expect(() => new AzureRevocation(stack, 'Again', { ca, credentials, service: AzureIotService.iotHub(HUB) })).toThrow(
    'Iot/Again: ca must be a CA whose revocations are not carried over to Azure IoT Hub acme-hub yet, got Iot/Ca, for which Iot/Revocation does so');
  expect(revocation.alarm.alarmArn).toBeDefined();
});

test('a service with a name that Azure would not accept is refused', () => {
  expect(() => declared({ service: AzureIotService.iotHub({ ...HUB, name: 'acme/hub' }) })).toThrow('Iot/Revocation: name must be 3 to 50 letters, digits');
  expect(() => serviceIn({ AZURE_CLOUD: 'public', AZURE_SERVICE: 'azure-iot-hub', AZURE_SERVICE_NAME: 'acme.example/', CREDENTIALS_SECRET_ARN: CREDENTIALS }))
    .toThrow('AZURE_SERVICE_NAME must be 3 to 50 letters');
  expect(() => serviceIn({ AZURE_CLOUD: 'germany' })).toThrow('AZURE_CLOUD must be one of public, us-government, china, got "germany"');
});

test('each cloud has its own hosts, and its own scopes for tokens', () => {
  const planes = Object.entries(AZURE_DATA_PLANES).flatMap(([service, { clouds }]) =>
    Object.entries(clouds).map(([cloud, { domain, scope }]) => [service, cloud, domain, scope]));
  expect(planes).toEqual([
    ['azure-iot-hub', 'public', 'azure-devices.net', 'https://iothubs.azure.net/.default'],
    ['azure-iot-hub', 'us-government', 'azure-devices.us', 'https://iothubs.azure.us/.default'],
    ['azure-iot-hub', 'china', 'azure-devices.cn', 'https://iothubs.chinacloudapi.cn/.default'],
    ['azure-dps', 'public', 'azure-devices-provisioning.net', 'https://azure-devices-provisioning.net/.default'],
    ['azure-dps', 'us-government', 'azure-devices-provisioning.us', 'https://azure-devices-provisioning.net/.default'],
    ['azure-dps', 'china', 'azure-devices-provisioning.cn', 'https://azure-devices-provisioning.net/.default'],
  ]);
});
