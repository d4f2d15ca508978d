import { createHash } from 'node:crypto';
import { testCa, testCertificate } from './fixtures';
import { HashAlgorithmName, KeyAlgorithmName } from '../../src/contract/key-algorithms';
import { Tag } from '../../src/pki/der';
import { DerReader } from '../../src/pki/der-reader';
import { ProfileName } from '../../src/pki/profile';

/**
 * Certificates by a fixed key, clock and serial number. Their bytes must never change: whoever deploys again after an
 * update of this library would get other certificates than the ones in the field.
 */
async function certificate(profile: ProfileName, algorithm: KeyAlgorithmName, hash: HashAlgorithmName): Promise<Buffer> {
  const ca = await testCa({ algorithm, hash, pathLength: 0 });
  return profile === 'ca' ? ca.certificate : testCertificate(ca.issuer, { profile, algorithm, hash });
}

const sha256 = (octets: Buffer) => createHash('sha256').update(octets).digest('hex');

/** What is signed: ECDSA signs it differently each time. */
const tbs = (der: Buffer) => new DerReader(der).sequence().element(Tag.SEQUENCE);

test.each<[ProfileName, KeyAlgorithmName, HashAlgorithmName, string]>([
  ['ca', 'RSA_2048', 'SHA-256', '2146e13beb3045d44a5cafa40f6ec9c8fe5ced834cd3036a01ece7234aba8592'],
  ['ca', 'RSA_2048', 'SHA-384', '21d914ed8dcf5318b6ee514643efe7207a652feb6a836bab1c47a3234625402e'],
  ['ca', 'RSA_2048', 'SHA-512', 'f7b9cf3310a03a005e4a24b0618a340446934f2639aa49fe0f17073e191276dd'],
  ['verification', 'RSA_2048', 'SHA-256', '1084c15e6bc3630f1227cc3db1c4d4af063d2216008994d8559f811031e09dff'],
  ['verification', 'RSA_2048', 'SHA-384', 'adc8d377ba9561bd7d3cc81991f02bd6f6167f3bbdb46c4096d5d8cd95d4f718'],
  ['verification', 'RSA_2048', 'SHA-512', '2c6e2b456d5b869bdcf477d2c74aa2e94ca530b16a1153ce36accb5a763b2407'],
  ['device', 'RSA_2048', 'SHA-256', '5421b80c33cbc217892b442f72064eaf40a87b18e1b7de4970f0f27162d626b4'],
  ['device', 'RSA_2048', 'SHA-384', 'f1edffe061892df6ae2d1b282f9bb0a9d597cda866976f26f0f7213a2eb83891'],
  ['device', 'RSA_2048', 'SHA-512', '5ad4e2255675265264b35965204e4005d3d7028047a5eba34876bdbf969367f7'],
  ['ca', 'RSA_3072', 'SHA-256', '49f92e9000ad2d15fc61e837fc0ea9ad0b736065be863f6c24e5938e14a6f706'],
  ['verification', 'RSA_3072', 'SHA-256', '7f32418034f20580d795e2032e7b071270274720098a51f1bc591e9fc1921216'],
  ['device', 'RSA_3072', 'SHA-256', 'e0420ff537458811ab00cd4b0289d13048f1c3ea8a751ee5cd0b2a4cb17535ad'],
  ['ca', 'RSA_4096', 'SHA-256', '67095e60069294dd81df8e42eb450c63f034cdfc333ed2196a26f94e2d8e2b54'],
  ['verification', 'RSA_4096', 'SHA-256', '1e9dba0c64ebfc9a1a27ed62d9a88141c7858ad35d4ead5acce8ecebe35f3191'],
  ['device', 'RSA_4096', 'SHA-256', '8f8c9ce472f07b8073410caf69989003d79ae933828ee35b1d63ef146ab2502a'],
])('the %s certificate by %s with %s has the bytes it always had', async (profile, algorithm, hash, expected) => {
  expect(sha256(await certificate(profile, algorithm, hash))).toBe(expected);
});

test.each<[ProfileName, KeyAlgorithmName, HashAlgorithmName, string]>([
  ['ca', 'EC_P256', 'SHA-256', '9f4f0028d04606e33ecd43b5711079ed4f938c15bc2e405ca5e2bb6c52bea119'],
  ['ca', 'EC_P256', 'SHA-384', '999b1794f4f756b56ca2e61e95b087c5b9f46951bf6d6f9429319f0c65d6eead'],
  ['ca', 'EC_P256', 'SHA-512', '43ec67b94c21af83f358e86d2d288c59f24bbd53b4d109bb4073abc948addbf9'],
  ['verification', 'EC_P256', 'SHA-256', '9846a02b43693b57f667d4ffb9d442cbc02506c24ce85df9b4876c733207aadd'],
  ['verification', 'EC_P256', 'SHA-384', '5f1a68a77a19fb44a4b027dcc4a8f2a47f67a951341b7ee11f90ed064c71ee29'],
  ['verification', 'EC_P256', 'SHA-512', 'f52116e372ce5ed66e6480f1a9425ec9eb01173027ba1fc0471b817e88d7252b'],
  ['device', 'EC_P256', 'SHA-256', '3631e78530d402290c54208b4161456709d0763e170a5ddede83299b012788af'],
  ['device', 'EC_P256', 'SHA-384', '439b615b2de3d1725d195c873431fba378c752f26a23f7960be7845178dd9828'],
  ['device', 'EC_P256', 'SHA-512', 'baf4f24c8098afdbcbaa8d34d5f1570420e319a125d911781e9f1edbe9b99aa7'],
  ['ca', 'EC_P384', 'SHA-384', 'dbba891aa0069c38e01bc7c22b4f39f7c3a914dccda68c196eecbec3295ed4ab'],
  ['verification', 'EC_P384', 'SHA-384', '7a9e8dfbf725f04b229d90d8c3cbde1542b35a8692c542b77bfbf9eb5c113038'],
  ['devid', 'EC_P256', 'SHA-256', '9846a02b43693b57f667d4ffb9d442cbc02506c24ce85df9b4876c733207aadd'],
  ['server', 'EC_P256', 'SHA-256', 'd0d88fb519d3cc02a19bda7b578a69ac87fb7519dbe90feefcc4881a1127d55e'],
  ['server', 'RSA_2048', 'SHA-256', '630effddaa8b60efbcd37d6084bb9f46467e9b3b3aa53c8681b1cbebcaec8ff5'],
  ['ocspResponder', 'EC_P256', 'SHA-256', '159911bff77848ec6404a6c9a258b9f6d0e82d66cf68b81042e524c2f93cadd0'],
  ['device', 'EC_P384', 'SHA-384', '683053c9304355b52a9f1faee1f5c6ecea9b03f61c6a6d75a3866433f3928339'],
])('the signed part of the %s certificate by %s with %s has the bytes it always had', async (profile, algorithm, hash, expected) => {
  expect(sha256(tbs(await certificate(profile, algorithm, hash)))).toBe(expected);
});

test('a device certificate by P-256 has these octets in its signed part', async () => {
  expect(tbs(await certificate('device', 'EC_P256', 'SHA-256')).toString('hex')).toBe([
    // TBSCertificate
    '3082018f',
    // version
    'a003020102',
    // serialNumber
    '02144b1b2c3d4e5f60718293a4b5c6d7e8f901234567',
    // signature: ecdsa-with-SHA256
    '300a06082a8648ce3d040302',
    // issuer: C, O, CN in PrintableString
    '3037310b300906035504061302434e310d300b060355040a130441636d65311930170603550403131041636d6520496f5420526f6f742043',
    '41',
    // validity: UTCTime
    '301e170d3236303330313131303030305a170d3237303330313132303030305a',
    // subject: O, serialNumber in PrintableString, CN in UTF8String
    '303b310d300b060355040a130441636d65310f300d06035504051306412d303030313119301706035504030c1073656e736f725f30303140',
    '706c616e74',
    // subjectPublicKeyInfo: P-256
    '3059301306072a8648ce3d020106082a8648ce3d030107034200047648d69bb139f53b151e0c582a1547b0480557f71fc55bff153f6bd948',
    '7bb006430f69831fcdee91d9cd6660fba6014af7bf27c548b22296ffef16302a06c750',
    // extensions
    'a3753073',
    // basicConstraints, critical, empty
    '300c0603551d130101ff04023000',
    // keyUsage, critical, digitalSignature
    '300e0603551d0f0101ff040403020780',
    // extKeyUsage, clientAuth
    '30130603551d25040c300a06082b06010505070302',
    // subjectKeyIdentifier
    '301d0603551d0e041604141a3c8eee30b25e68e8ce25d641ed582935ee9642',
    // authorityKeyIdentifier
    '301f0603551d2304183016801434657d207867ec3f6936aa8fcfb36c5b1b4ad57a',
  ].join(''));
});
