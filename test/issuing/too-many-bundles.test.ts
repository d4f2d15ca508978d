import { bundlesProperty } from '../../src/issuing/keys/bundles';

const bundle = { Type: 'Der', SecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Der-AbCdEf' };

test('20 forms of delivery are accepted, and 300 are refused as too many', () => {
  expect(bundlesProperty(Array.from({ length: 20 }, () => bundle))).toHaveLength(20);
  expect(() => bundlesProperty(Array.from({ length: 300 }, () => bundle))).toThrow('deliveryFormats must be at most 20, got 300');
});
