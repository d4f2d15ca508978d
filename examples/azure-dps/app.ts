import { App, CfnOutput, CfnParameter, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AzureCaRegistration, AzureIotService, IotPlatform, KeyAlgorithm, PrivateIotCa } from 'cdk-private-iot-ca';

const app = new App();
const stack = new Stack(app, 'AzureDps', { description: 'A private CA for devices that Azure provisions' });

const ca = new PrivateIotCa(stack, 'IotCa', {
  subject: { commonName: 'Acme IoT Root CA 2026', organization: 'Acme' },
  keyAlgorithm: KeyAlgorithm.EC_P256,
  platforms: [IotPlatform.AZURE_DPS],
});

// Where the Device Provisioning Service is: az iot dps show --name acme-dps --query "[subscriptionid, resourcegroup, name]"
const parameter = (name: string, description: string): string => new CfnParameter(stack, name, { description }).valueAsString;
const registration = new AzureCaRegistration(stack, 'Registration', {
  ca,
  service: AzureIotService.deviceProvisioningService({
    subscriptionId: parameter('SubscriptionId', 'The Azure subscription of the service'),
    resourceGroup: parameter('ResourceGroup', 'Its resource group'),
    name: parameter('DpsName', 'Its name'),
  }),
  // {"tenantId": ..., "clientId": ..., "clientSecret": ...}
  credentials: Secret.fromSecretCompleteArn(stack, 'ServicePrincipal', parameter('CredentialsArn', 'The secret with the service principal')),
  caName: 'acme-root',
});

// The common name is the registration ID.
const device = ca.addDeviceCertificate('Sensor001', { subject: { commonName: 'sensor-001' }, keyAlgorithm: KeyAlgorithm.EC_P256 });

new CfnOutput(stack, 'CaCertificate', { value: ca.certificatePem });
new CfnOutput(stack, 'CertificateName', { value: registration.certificateName, description: 'For enrollment groups: --ca-name' });
new CfnOutput(stack, 'DeviceCertificate', { value: device.certificatePem });
new CfnOutput(stack, 'DeviceCertificateChain', { value: device.certificateChainPem });
new CfnOutput(stack, 'DevicePrivateKeySecret', { value: device.privateKeySecret!.secretArn });
