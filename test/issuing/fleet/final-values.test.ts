import { createHash, createHmac } from 'node:crypto';
import { declaredDevice } from '../../../src/issuing/fleet/device-declaration';
import { digestOfDeclaration, openedPiece, sealedPiece } from '../../../src/issuing/fleet/run/sealed-piece';
import { STACK_ID } from '../../support/events';

/** Final: decisions 30 and 31. A device with another identity would get a second certificate. */

const TEMPLATE = { LedgerTable: 'ledger', Issuer: `ca-${'2'.repeat(32)}`, KeyAlgorithm: 'EC_P256', HashAlgorithm: 'SHA-256', ValidityDays: '365', Generation: '1' };
const DECLARATION = '3b813dfbdd50c7a961475355687e23abf692bbe491327190f4ad59f3d4918068';
const FLEET = { stackId: STACK_ID, logicalResourceId: 'Sensors' };

test('the identity of a device is that of its CA, its fleet and its ID, whatever else its row declares', () => {
  const { identity } = declaredDevice({ line: 2, deviceId: 'sensor-001' }, TEMPLATE, FLEET);
  expect(identity).toBe(`device-${createHash('sha256')
    .update(`["cdk-private-iot-ca/1","Custom::IotDeviceCertificateFleet","ca-${'2'.repeat(32)}","${STACK_ID}","Sensors","sensor-001"]`).digest('hex').slice(0, 32)}`);
  expect(declaredDevice({ line: 9, deviceId: 'sensor-001', subject: { organization: 'Acme' } }, { ...TEMPLATE, Generation: '2' }, FLEET).identity).toBe(identity);
  expect(declaredDevice({ line: 2, deviceId: 'Sensor-001' }, TEMPLATE, FLEET).identity).toBe(identity); // the same device for some platforms
  expect(declaredDevice({ line: 2, deviceId: 'sensor-002' }, TEMPLATE, FLEET).identity).not.toBe(identity);
  expect(declaredDevice({ line: 2, deviceId: 'sensor-001' }, { ...TEMPLATE, Issuer: `ca-${'3'.repeat(32)}` }, FLEET).identity).not.toBe(identity);
});

test('what is declared is what the identity of a single certificate covers', () => {
  const declared = (row: object = {}, template: object = {}): string =>
    declaredDevice({ line: 2, deviceId: 'sensor-001', ...row }, { ...TEMPLATE, ...template }, FLEET).declared;
  expect(declared()).toBe(DECLARATION);
  expect(declared({ line: 7 }, { LedgerTable: 'other', Platforms: ['azure-dps'], ClipToIssuer: 'true' })).toBe(DECLARATION);
  const others = [
    declared({ subject: { organization: 'Acme' } }), declared({ names: { dns: ['a.example'] } }), declared({}, { Generation: '2' }), declared({}, { ValidityDays: '366' }),
    declared({}, { Issuer: `ca-${'3'.repeat(32)}` }), declared({}, { KeyAlgorithm: 'EC_P384' }),
  ];
  expect(new Set([DECLARATION, ...others]).size).toBe(7);
});

test('the code of a piece covers its run, its number, the declaration, the version of the manifest and its lines', () => {
  const declaration = digestOfDeclaration({ DECLARATION: '{"Issuer":"ca"}', RENEW_BEFORE_DAYS: '30' });
  expect(declaration).toBe(createHash('sha256').update('["{\\"Issuer\\":\\"ca\\"}",null,"30"]').digest('hex'));
  const key = Buffer.alloc(32, 7);
  const lines = '{"row":{"line":2,"deviceId":"sensor-001"}}\n';
  const code = createHmac('sha256', key).update(`["cdk-private-iot-ca/fleet-piece/1","run-1",4,"${declaration}","v1"]\0${lines}`).digest('hex');
  const seal = { run: 'run-1', piece: 4, declaration, manifest: 'v1' };
  const piece = { rows: [{ line: 2, deviceId: 'sensor-001' }], refused: [] };
  expect(sealedPiece(piece, seal, key)).toBe(`{"declaration":"${declaration}","code":"${code}"}\n${lines}`);
  expect(openedPiece(Buffer.from(sealedPiece(piece, seal, key)), seal, key)).toEqual(piece);
});
