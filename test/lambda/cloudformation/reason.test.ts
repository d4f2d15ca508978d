import { generateKeyPairSync } from 'node:crypto';
import { quote } from '../../../src/contract/rules';
import { reasonOf } from '../../../src/lambda/cloudformation/reason';
import { deviceProperties, request } from '../../support/events';

const KEY = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;

/** What CloudFormation is told of a failure with this message, where these properties are declared. */
function told(properties: object, message: string): string {
  const event = request('device', 'Create', { ...deviceProperties('ca'), ...properties });
  return reasonOf(new Error(message), event, 'invocation-1');
}

const names = (Uri: string[], more: object = {}) => ({ Extensions: { SubjectAlternativeNames: { Uri, ...more } } });
const LONG_PATH = '/AcmeIotPlatform/FactoryHangzhou/ProductionLine4/PressControllerSensor001-ab12cd34ef56ab78';
const LONG_URI = 'urn:AcmeIotPlatform/FactoryHangzhou/ProductionLine4/Sensor001';

test.each<[string, object, string]>([
  ['a long path of parameters', { KeyStorage: { Type: 'Parameter', Path: LONG_PATH } }, `keyStorage must stay ${LONG_PATH}, got another one`],
  ['a parameter below it', { KeyStorage: { Type: 'Parameter', Path: LONG_PATH } }, `ssm:GetParameter on the parameter ${LONG_PATH}/${'0A'.repeat(20)} failed`],
  ['a path that is refused, shortened as messages do', { KeyStorage: { Type: 'Parameter', Path: `${LONG_PATH}/` } },
    `keyStorage must name a path of parameters, got ${quote(`${LONG_PATH}/`)}`],
  ['a long name', names([LONG_URI]), `subjectAlternativeNames.uri must be a URI, got ${quote(LONG_URI)}`],
  ['a name that is longer than messages show', names([`${LONG_URI}/${LONG_PATH}`]), `subjectAlternativeNames.uri must be a URI, got ${quote(`${LONG_URI}/${LONG_PATH}`)}`],
  ['a directory name', names([], { Directory: [{ Organization: 'AcmeIotPlatformFactoryHangzhouProductionLine4' }] }), 'got AcmeIotPlatformFactoryHangzhouProductionLine4'],
  ['a rule for the names of a request', { AllowedNames: { Uri: [LONG_URI] } }, `got ${LONG_URI}`],
  ['the ledger of the issuer', { IssuerLedgerTable: 'AcmeIotPlatform-CaLedger4C5D6E7F-1A2B3C4D5E6F7' }, 'the ledger AcmeIotPlatform-CaLedger4C5D6E7F-1A2B3C4D5E6F7 does not exist'],
])('%s is told as it was declared', (_, properties, message) => {
  expect(told(properties, message)).toBe(message);
});

test.each<[string, (text: string) => object]>([
  ['a name', text => names([text])],
  ['an attribute of the subject', text => ({ Subject: { CommonName: text } })],
  ['a path', text => ({ KeyStorage: { Type: 'Parameter', Path: text } })],
  ['a rule', text => ({ AllowedNames: { Dns: [text] } })],
  ['the value of an extension', text => ({ Extensions: { CustomExtensions: [{ Oid: '1.2.3', Value: text }] } })],
])('a private key that was pasted in the place of %s is not told, whatever its form', (_, properties) => {
  const der = KEY.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  const pem = KEY.export({ type: 'pkcs8', format: 'pem' }).toString();
  const hex = KEY.export({ type: 'pkcs8', format: 'der' }).toString('hex');
  const number = KEY.export({ format: 'jwk' }).d!;
  for (const text of [der, pem, pem.replaceAll('\n', ''), der.slice(0, 100), hex, hex.toUpperCase(), `urn:x:${hex}`, number, `${number}=`]) {
    const shown = told(properties(text), `got ${text} and ${quote(text)}`);
    for (const piece of [der.slice(20, 60), der.slice(48, 80), hex.slice(80, 110), hex.slice(80, 110).toUpperCase(), number.slice(8, 32)]) {
      expect(shown).not.toContain(piece);
    }
  }
});

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
  `making a verification code was refused: 403 AuthorizationFailed "The client does not have authorization to perform action '${action}' over scope '${scope}' or so"`;

test.each<[string, string]>([
  ['a right and its scope', denied(CERTIFICATE_ID)],
  ['a scope in Azure\'s own capitals and small letters', denied(CERTIFICATE_ID.replace('resourceGroups', 'resourcegroups').replace('provisioning', 'Provisioning'))],
  ['a scope above', denied(GROUP_ID, 'Microsoft.Devices/provisioningServices/read')],
  ['a service that is not there', `The Resource 'Microsoft.Devices/provisioningServices/${AZURE.ServiceName}' under resource group '${AZURE.ResourceGroup}' was not found.`],
  ['the name of a certificate', `certificateName must be one that no other certificate has, got ${quote(AZURE.CertificateName)}, which is held`],
])('of a registration with Azure, %s is told', (_, message) => {
  expect(told(AZURE, message)).toBe(message);
});

test.each<[string, object, string]>([
  ['ApsaraMQ', { CaName: 'Acme/Root-CA/Factory-Shanghai/Production-2026' }, 'caName must be another, got "Acme/Root-CA/Factory-Shanghai/Production-2026"'],
  ['Tencent Cloud', { CertName: 'Acme_Root_CA_Factory_Shanghai_Production_2026' }, 'certName must be another, got "Acme_Root_CA_Factory_Shanghai_Production_2026"'],
])('of a registration with %s, the name is told', (_, properties, message) => {
  expect(told(properties, message)).toBe(message);
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
])('of a registration with Azure, a key is not told that stands %s', (_, message) => {
  expect(SLASHED.length).toBeGreaterThan(10);
  for (const key of SLASHED) {
    const shown = told(AZURE, message(key));
    const plain = shown.replaceAll('/', '');
    for (const piece of [key.slice(0, 24), key.slice(10, 34), key.slice(-26, -2)]) {
      expect(plain).not.toContain(piece.replaceAll('/', ''));
    }
  }
});

test.each(Object.keys(AZURE).slice(1))('of a registration with Azure, a key is not told that was pasted in place of %s', property => {
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

test('what is declared in another form than it should have hides nothing and breaks nothing', () => {
  for (const odd of [undefined, null, 7, true, 'text', ['list'], { Deep: [{ Deeper: null }] }]) {
    expect(told({ Extensions: odd, AllowedNames: odd, Subject: odd, KeyStorage: odd, LedgerTable: odd }, 'subject must be a map')).toBe('subject must be a map');
  }
});
