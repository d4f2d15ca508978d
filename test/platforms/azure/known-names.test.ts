import { generateKeyPairSync } from 'node:crypto';
import { quote } from '../../../src/contract/rules';
import { reasonOf } from '../../../src/lambda/reason';
import { azureNames } from '../../../src/platforms/azure/registrar/known-names';
import { request } from '../../support/events';

/** What CloudFormation is told of a registration that failed with this message. */
function told(properties: object, message: string): string {
  return reasonOf(new Error(message), request('device', 'Create', { ...properties }), 'invocation-1', azureNames);
}

const AZURE = {
  Service: 'azure-dps',
  SubscriptionId: '91d12660-3dec-467a-be2a-213b5544ddc0',
  ResourceGroup: 'rg-Iot-Production-ChinaEast2',
  ServiceName: 'Acme-Provisioning-Shanghai',
  CertificateName: 'Acme-Root-CA-Factory-Shanghai-Production-2026-1f0c9a2e',
};
const GROUP_ID = `/subscriptions/${AZURE.SubscriptionId}/resourceGroups/${AZURE.ResourceGroup}`;
const CERTIFICATE_ID = `${GROUP_ID}/providers/Microsoft.Devices/provisioningServices/${AZURE.ServiceName}/certificates/${AZURE.CertificateName}`;
const denied = (scope: string, action = 'Microsoft.Devices/provisioningServices/certificates/generateVerificationCode/action') =>
  `refused the request for a verification code: 403 AuthorizationFailed "The client does not have authorization to perform action '${action}' over scope '${scope}' or so"`;

test.each<[string, string]>([
  ['a right and its scope', denied(CERTIFICATE_ID)],
  ['a scope in Azure\'s own capitals and small letters', denied(CERTIFICATE_ID.replace('resourceGroups', 'resourcegroups').replace('provisioning', 'Provisioning'))],
  ['a scope above', denied(GROUP_ID, 'Microsoft.Devices/provisioningServices/read')],
  ['a service that is not there', `The Resource 'Microsoft.Devices/provisioningServices/${AZURE.ServiceName}' under resource group '${AZURE.ResourceGroup}' was not found.`],
  ['the name of a certificate', `caName must be a name that no other certificate has, got ${quote(AZURE.CertificateName)}, which is held`],
])('a message about a registration with Azure shows %s', (_, message) => {
  expect(told(AZURE, message)).toBe(message);
});

/** Keys whose base64 has slashes, by which it looks like a path. */
const SLASHED = Array.from({ length: 200 }, () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey)
  .map(key => [key.export({ type: 'pkcs8', format: 'der' }).toString('base64'), Buffer.from(key.export({ format: 'jwk' }).d!, 'base64url').toString('base64')])
  .filter(([, number]) => number.slice(8, 36).includes('/'))
  .flat();

test.each<[string, (key: string) => string]>([
  ['as a scope', key => denied(`/${key}`)],
  ['below a subscription', key => denied(`/subscriptions/${key}`)],
  ['in place of a group', key => denied(`/subscriptions/${AZURE.SubscriptionId}/resourceGroups/${key}`)],
  ['in place of a service', key => denied(`${GROUP_ID}/providers/Microsoft.Devices/provisioningServices/${key}`)],
  ['in place of a certificate', key => denied(`${GROUP_ID}/providers/Microsoft.Devices/provisioningServices/${AZURE.ServiceName}/certificates/${key}`)],
  ['after a whole id', key => denied(`${CERTIFICATE_ID}/${key}`)],
  ['as a right', key => denied(GROUP_ID, `Microsoft.Devices/${key}/read`)],
  ['in segments', key => denied(key.replace(/.{8}/g, '$&/'))],
  ['with the end of a certificate\'s name', key => `got "${key.replace(/=+$/, '')}-1f0c9a2e"`],
])('a message about a registration with Azure does not show a key that stands %s', (_, message) => {
  expect(SLASHED.length).toBeGreaterThan(10);
  for (const key of SLASHED) {
    const shown = told(AZURE, message(key));
    const plain = shown.replaceAll('/', '');
    for (const piece of [key.slice(0, 24), key.slice(10, 34), key.slice(-26, -2)]) {
      expect(plain).not.toContain(piece.replaceAll('/', ''));
    }
  }
});

test.each(Object.keys(AZURE).slice(1))('a message about a registration with Azure does not show a key that was pasted in place of %s', property => {
  for (const base64 of SLASHED) {
    const key = property.endsWith('Name') ? base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') : base64;
    for (const value of [key, [key]]) {
      const declared = { ...AZURE, [property]: value };
      const id = `/subscriptions/${declared.SubscriptionId}/resourceGroups/${declared.ResourceGroup}/providers/Microsoft.Devices/provisioningServices/${declared.ServiceName}`;
      const shown = told(declared, denied(`${id}/certificates/${declared.CertificateName}`));
      expect(shown).not.toContain(key.slice(0, 24));
      expect(shown).not.toContain(key.slice(-30, -6));
    }
  }
});
