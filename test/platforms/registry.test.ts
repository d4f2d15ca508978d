import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { platformDeviceTable, platformTable } from '../../projenrc/docs-tables/platforms';
import { IotPlatform, KeyAlgorithm, PrivateIotCa } from '../../src';
import { noticesOf } from '../../src/contract/platform-rules';
import { parseDeclaration } from '../../src/issuing/declaration/parse-declaration';
import { checkCaName, checkRegistrationCode } from '../../src/platforms/platform-checks';
import { PLATFORM_IDS, PlatformId, platformRules } from '../../src/platforms/registry';

const constants = Object.entries(IotPlatform).filter(([, value]) => value instanceof IotPlatform) as [string, IotPlatform][];
const CA = { subject: { commonName: 'Acme IoT Root CA' } };

function stackWith(platform: IotPlatform, keyAlgorithm = KeyAlgorithm.RSA_2048): [Stack, PrivateIotCa] {
  const stack = new Stack(new App(), 'Stack');
  return [stack, new PrivateIotCa(stack, 'Ca', { ...CA, keyAlgorithm, platforms: [platform] })];
}

describe('the platforms', () => {
  test('stand in templates by names that never change', () => {
    expect(PLATFORM_IDS).toEqual([
      'alibaba-cloud-iot', 'apsara-mqtt', 'aws-iot-core', 'azure-iot-hub', 'azure-dps', 'huawei-iotda', 'huawei-iotdp', 'tencent-iot-hub',
      'clearblade', 'cumulocity', 'thingsboard', 'mosquitto', 'emqx', 'hivemq', 'vernemq', 'generic',
    ]);
  });

  test('are all constants of IotPlatform, named as they are in templates', () => {
    expect(constants.map(([name, { platformId }]) => [name, platformId]))
      .toEqual(PLATFORM_IDS.map(platform => [platform.toUpperCase().replace(/-/g, '_'), platform]));
  });

  test.each(PLATFORM_IDS)('%s has a code exactly where it asks for a proof, and a device that it can know', platform => {
    const { proof, code, registrationCode, deviceCommonNameRequired, deviceKnownBy, deviceCommonName } = platformRules(platform);
    if (platform !== 'generic') {
      expect(code !== undefined).toBe(proof !== 'none');
    }
    expect(registrationCode && proof).toBe(registrationCode && 'verification certificate');
    expect(deviceCommonNameRequired ?? false).toBe(deviceKnownBy === 'common name');
    expect(deviceCommonName ? ['common name', 'certificate'] : [deviceKnownBy]).toContain(deviceKnownBy);
  });

  test('stand in the documentation as they are checked', () => {
    expect(platformTable()).toContain('| `AWS_IOT_CORE` | AWS IoT Core | RSA, P-256 to P-521 | RSA, P-256 to P-521 | verification certificate '
      + '| 64 lower-case hexadecimal digits; before the CA, from the API |');
    expect(platformDeviceTable()).toContain('| AWS IoT Core | SHA-256 fingerprint | 10 with one subject | |');
  });
});

describe('a requirement that nothing can check', () => {
  test.each<[IotPlatform, { readonly [id: string]: string }]>([
    [IotPlatform.ALIBABA_CLOUD_IOT, {
      'where-cas-work': 'private CA certificates work only in China (Shanghai) and for devices that connect directly by MQTT',
    }],
    [IotPlatform.HUAWEI_IOTDA, { 'where-cas-work': 'private CA certificates work only for devices that connect by MQTT' }],
    [IotPlatform.HUAWEI_IOTDP, {
      'code-lifetime': 'a code is valid for one day, and only until a newer one is issued',
      'ca-in-use': 'a CA that is in use can be neither deleted nor replaced, and a CA that was replaced must be verified again',
    }],
    [IotPlatform.AWS_IOT_CORE, { 'cas-with-one-subject': 'an account can have at most 10 CAs with the same subject in a Region' }],
    [IotPlatform.MOSQUITTO, {}],
  ])('is shown for %s when a CA for it is synthesized', (platform, notices) => {
    expect(noticesOf(platformRules(platform._render()))).toEqual(notices);
    const [stack] = stackWith(platform);
    expect(Annotations.fromStack(stack).findInfo('*', Match.anyValue()).map(({ entry }) => entry.data))
      .toEqual(Object.entries(notices).map(([id, notice]) => `${platform.platformName}: ${notice} [ack: cdk-private-iot-ca:${platform.platformId}.${id}]`));
  });
});

describe('a verification certificate', () => {
  const brokers = PLATFORM_IDS.filter(platform => platformRules(platform).proof === 'none');

  test.each(brokers)('is refused for %s, which takes the CA as it is', platform => {
    const [, ca] = stackWith(constants.find(([, { platformId }]) => platformId === platform)![1]);
    const message = `platform must be one that requires a verification certificate, got "${platformRules(platform).name}", which accepts a CA without proof: `
      + 'give it the certificate of the CA';
    expect(() => ca.addVerificationCertificate('Proof', { registrationCode: 'code', platform: ca.platforms[0] })).toThrow(`Stack/Ca/Proof: ${message}`);
    expect(() => parseDeclaration('Custom::IotVerificationCertificate', {
      LedgerTable: 'Ledger', Issuer: 'ca-1', RegistrationCode: 'code', KeyAlgorithm: 'EC_P256', HashAlgorithm: 'SHA-256', ValidityDays: '30', Platforms: [platform],
    })).toThrow(message);
  });

  test('is refused for Cumulocity, which wants a signature', () => {
    expect(checkRegistrationCode('code', 'cumulocity'))
      .toBe('platform must be one that requires a verification certificate, got "Cumulocity", which requires a signature over its code');
  });

  test('is taken for all others', () => {
    const others = PLATFORM_IDS.filter(platform => platformRules(platform).proof === 'verification certificate');
    const codeOf = (platform: PlatformId) => platform === 'apsara-mqtt' ? '2a1b3c4d-5e6f-7081-92a3-b4c5d6e7f809123456789' : '0123456789abcdef'.repeat(4);
    expect(others.map(platform => checkRegistrationCode(codeOf(platform), platform))).toEqual(others.map(() => undefined));
  });
});

test('a CA on P-384 is refused for ClearBlade, and on P-256 it is not', () => {
  expect(() => stackWith(IotPlatform.CLEARBLADE, KeyAlgorithm.EC_P384)).toThrow(
    'keyAlgorithm must be one of RSA_2048, RSA_3072, RSA_4096, EC_P256 for ClearBlade IoT Core, got "EC_P384"');
  stackWith(IotPlatform.CLEARBLADE, KeyAlgorithm.EC_P256);
});

test.each<[string, boolean]>([['abcd', true], ['Acme_IoT_Root_CA_2026', true], ['a'.repeat(30), true], ['abc', false], ['a'.repeat(31), false], ['Acme CA', false], ['Acme-CA', false]])(
  'the name %p of a CA is %p for Alibaba Cloud', (name, taken) => {
    expect(checkCaName(name, 'alibaba-cloud-iot')).toBe(taken ? undefined
      : `the name of the CA must be 4 to 30 letters, digits and underscores for Alibaba Cloud IoT Platform, got "${name}"`);
  });
