import { generateKeyPairSync } from 'node:crypto';
import { quote } from '../../src/contract/rules';
import { reasonOf } from '../../src/lambda/reason';
import { deviceProperties, request } from '../support/events';

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
    `keyStorage must be a parameter path, got ${quote(`${LONG_PATH}/`)}`],
  ['a long name', names([LONG_URI]), `subjectAlternativeNames.uri must be a URI, got ${quote(LONG_URI)}`],
  ['a name that is longer than messages show', names([`${LONG_URI}/${LONG_PATH}`]), `subjectAlternativeNames.uri must be a URI, got ${quote(`${LONG_URI}/${LONG_PATH}`)}`],
  ['a directory name', names([], { Directory: [{ Organization: 'AcmeIotPlatformFactoryHangzhouProductionLine4' }] }), 'got AcmeIotPlatformFactoryHangzhouProductionLine4'],
  ['a rule for the names of a request', { AllowedNames: { Uri: [LONG_URI] } }, `got ${LONG_URI}`],
  ['the ledger of the issuer', { IssuerLedgerTable: 'AcmeIotPlatform-CaLedger4C5D6E7F-1A2B3C4D5E6F7' }, 'the ledger AcmeIotPlatform-CaLedger4C5D6E7F-1A2B3C4D5E6F7 does not exist'],
])('a reason shows %s as it was declared', (_, properties, message) => {
  expect(told(properties, message)).toBe(message);
});

test.each<[string, (text: string) => object]>([
  ['a name', text => names([text])],
  ['an attribute of the subject', text => ({ Subject: { CommonName: text } })],
  ['a path', text => ({ KeyStorage: { Type: 'Parameter', Path: text } })],
  ['a rule', text => ({ AllowedNames: { Dns: [text] } })],
  ['the value of an extension', text => ({ Extensions: { CustomExtensions: [{ Oid: '1.2.3', Value: text }] } })],
])('a private key that was pasted in the place of %s is not shown, whatever its form', (_, properties) => {
  const der = KEY.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  const pem = KEY.export({ type: 'pkcs8', format: 'pem' }).toString();
  const hex = KEY.export({ type: 'pkcs8', format: 'der' }).toString('hex');
  const number = KEY.export({ format: 'jwk' }).d!;
  for (const text of [der, pem, pem.replaceAll('\n', ''), der.slice(0, 100), hex, hex.toUpperCase(), `urn:x:${hex}`, number, `${number}=`, `${number} `, ` ${number}`, `d=${number}`, `the key ${number}`]) {
    const shown = told(properties(text), `got ${text} and ${quote(text)}`);
    for (const piece of [der.slice(20, 60), der.slice(48, 80), hex.slice(80, 110), hex.slice(80, 110).toUpperCase(), number.slice(8, 32)]) {
      expect(shown).not.toContain(piece);
    }
  }
});

test('a value that is declared in another form than it should have hides nothing and breaks nothing', () => {
  for (const odd of [undefined, null, 7, true, 'text', ['list'], { Deep: [{ Deeper: null }] }]) {
    expect(told({ Extensions: odd, AllowedNames: odd, Subject: odd, KeyStorage: odd, LedgerTable: odd }, 'subject must be a map')).toBe('subject must be a map');
  }
});
