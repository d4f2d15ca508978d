import { signingRegion } from '../../../src/platforms/huawei/contract';
import { signRequest } from '../../../src/platforms/huawei/registrar/sign-request';

const JSON_TYPE = { 'content-type': 'application/json' };

test('a request is signed as in the example of Huawei Cloud\'s API Request Signing Guide', () => {
  const request = {
    method: 'GET' as const,
    url: 'https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0',
    headers: JSON_TYPE,
  };
  const key = { accessKeyId: 'QTWAOYTTINDUT2QVKYUC', secretAccessKey: 'MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc' };
  expect(signRequest(request, key, new Date('2019-11-15T03:36:55Z')).headers).toEqual({
    'content-type': 'application/json',
    'host': 'service.region.example.com',
    'x-sdk-date': '20191115T033655Z',
    'authorization': 'SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, '
      + 'Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe',
  });
});

test('a request without a header of its own is signed as Huawei Cloud\'s client for Java signs it', () => {
  // huaweicloud-sdk-java-v3, services/iotda, DerivationAKSKSignerTest: what a host that all share gets
  const url = 'https://service.region.example.com/v5/iotps/77b6a44cba5143ab91d13ab9a8ff44fd/certificates?marker=13551d6b-755d-4757-b956-536f674975c0&limit=2';
  expect(signRequest({ method: 'GET', url }, { accessKeyId: 'testAK', secretAccessKey: 'testSK' }, new Date('2019-11-15T03:36:55.999Z')).headers!.authorization)
    .toBe('SDK-HMAC-SHA256 Access=testAK, SignedHeaders=host;x-sdk-date, Signature=cf461fb1e37cf404d70208a03be7d37d1b395fea3d1ae9dc8175f6cf9cab2e31');
});

// Known answers of a derived signature that an instance of IoTDA has taken, computed by another program in Python.
test.each([
  ['GET', 'devices/dev001/shadow', undefined, '4a3e542368cc05be344f433613fd6aecdcb3d5fdc5b5df157bda33125569b990'],
  ['PUT', 'devices/dev001/properties', '{"services":[{"service_id":"Light","properties":{"Threshold":40}}]}',
    '74b411ff493db06059eebf45599b68693d8f19f7b584c556af353fd755a7f461'],
] as const)('a %s to an instance with a host of its own is signed by a derived key', (method, path, body, signature) => {
  const host = 'xxxx.st1.iotda-app.cn-south-1.myhuaweicloud.com';
  const request = { method, url: `https://${host}/v5/iot/test-project-id/${path}`, headers: JSON_TYPE, body };
  const key = { accessKeyId: 'TESTAK123', secretAccessKey: 'TESTSK456' };
  expect(signRequest(request, key, new Date('2026-08-25T10:15:30Z'), signingRegion(host)).headers!.authorization)
    .toBe(`V11-HMAC-SHA256 Credential=TESTAK123/20260825/cn-south-1/iotdm, SignedHeaders=content-type;host;x-sdk-date, Signature=${signature}`);
});

test.each([
  ['iotda.cn-north-4.myhuaweicloud.com', undefined],
  ['a160f4a4cd.st1.iotda-app.cn-north-4.myhuaweicloud.com', 'cn-north-4'],
  ['a160f4a4cd.st1.iotda-app.cn-north-4.myhuaweicloud.com:443', 'cn-north-4'],
  ['a160f4a4cd.iotda-app.ap-southeast-1.myhuaweicloud.com', 'ap-southeast-1'],
  ['a160f4a4cd.st1.iotda-app.eu-west-101.myhuaweicloud.eu', 'eu-west-101'],
  ['a160f4a4cd.iotda-app.na-mexico-1.myhuaweicloud.com', 'na-mexico-1'],
  ['a160f4a4cd.st1.iotda-app.cn-north-4.myhuaweicloud.com.example.org', undefined],
])('the host %s is in the Region %s of derived signatures', (host, region) => {
  expect(signingRegion(host)).toBe(region);
});

test('a host of another name is signed for in the Region that is declared', () => {
  expect(signingRegion('iotda.acme.internal', 'cn-east-3')).toBe('cn-east-3');
});
