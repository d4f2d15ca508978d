import { acs3Request } from '../../../src/platforms/alibaba/registrar/acs3-signature';
import { tc3Request } from '../../../src/platforms/tencent/registrar/tc3-signature';

test('a call of Alibaba Cloud is signed as the example in its documentation', () => {
  // https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
  const { method, url, headers, body } = acs3Request({
    endpoint: 'https://ecs.cn-shanghai.aliyuncs.com',
    action: 'RunInstances',
    method: 'POST',
    version: '2014-05-26',
    parameters: { RegionId: 'cn-shanghai', ImageId: 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd' },
    date: new Date('2023-10-26T10:22:32.999Z'),
    nonce: '3156853299f313e23d1673dc12e1703d',
  }, { accessKeyId: 'YourAccessKeyId', accessKeySecret: 'YourAccessKeySecret' });
  expect({ method, url, body }).toEqual({
    method: 'POST',
    url: 'https://ecs.cn-shanghai.aliyuncs.com/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai',
    body: undefined,
  });
  expect(headers!.authorization).toBe('ACS3-HMAC-SHA256 Credential=YourAccessKeyId,'
    + 'SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,'
    + 'Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0');
});

test('the query of a call of Alibaba Cloud is encoded as RFC 3986 demands', () => {
  const { url } = acs3Request({
    endpoint: 'https://example.com', action: 'A', method: 'GET', version: '1', parameters: { B: 'a b+c/=\n', A: '(*!\'~)' }, date: new Date(0), nonce: 'n',
  }, { accessKeyId: 'id', accessKeySecret: 'secret' });
  expect(url).toBe('https://example.com/?A=%28%2A%21%27~%29&B=a%20b%2Bc%2F%3D%0A');
});

test('a call of Tencent Cloud is signed as the example in its documentation', () => {
  // https://www.tencentcloud.com/document/product/1021/34193, whose secrets are so many asterisks
  const { headers } = tc3Request({
    endpoint: 'https://cvm.tencentcloudapi.com',
    service: 'cvm',
    action: 'DescribeInstances',
    version: '2017-03-12',
    region: 'ap-guangzhou',
    body: '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
    date: new Date(1_551_113_065_000),
  }, { secretId: '*'.repeat(36), secretKey: '*'.repeat(32) });
  expect(headers).toMatchObject({
    'x-tc-timestamp': '1551113065',
    'authorization': `TC3-HMAC-SHA256 Credential=${'*'.repeat(36)}/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host;x-tc-action, `
      + 'Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f',
  });
});
