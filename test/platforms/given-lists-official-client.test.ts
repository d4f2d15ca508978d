import { StrictTrustStores } from './load-balancer/strict-trust-stores';
import { StrictRolesAnywhere } from './roles-anywhere/strict-roles-anywhere';
import { TrustStoreApi } from '../../src/platforms/load-balancer/registrar/trust-store-api';
import { HttpApi } from '../../src/platforms/registrar/http-api';
import { CrlApi } from '../../src/platforms/roles-anywhere/registrar/crl-api';
import { boto } from '../support/boto';
import { NO_DEADLINE } from '../support/deadline';
import { listingCa } from '../support/published-lists';
import { StrictAws } from '../support/strict-aws';

const ANCHOR = 'arn:aws:rolesanywhere:eu-central-1:111111111111:trust-anchor/11111111-2222-3333-4444-555555555555';
const STORE = 'arn:aws:elasticloadbalancing:eu-central-1:111111111111:truststore/devices/0123456789abcdef';
const NAME = 'private-iot-ca-01234567-51af3dc0';
/** Milliseconds. Python imports its clients. */
const LONG = 60_000;

const rolesAnywhere = new StrictRolesAnywhere();
const elb = new StrictTrustStores();
let lists: string[];

beforeAll(async () => {
  await Promise.all([rolesAnywhere.start(), elb.start()]);
  const ca = await listingCa();
  lists = await Promise.all([1, 2].map(number => ca.list(number)));
});
afterAll(() => Promise.all([rolesAnywhere.stop(), elb.stop()]));

beforeEach(() => {
  rolesAnywhere.forget();
  elb.forget();
});

const options = ({ url: endpoint, region, credentials }: StrictAws) => ({ endpoint, region, credentials, patience: 0 });

test('IAM Roles Anywhere gets the same requests from AWS\'s client, and both read the same from its answers', async () => {
  const api = new CrlApi(new HttpApi(NO_DEADLINE, rolesAnywhere.pem), options(rolesAnywhere));
  rolesAnywhere.anchors.set(ANCHOR, 2);

  await api.import(NAME, ANCHOR, lists[0]);
  const [{ id }] = await api.all();
  await api.update(id, lists[1]);
  const ours = await api.all();
  await api.delete(id);
  const asked = rolesAnywhere.received.splice(0);

  const [{ crl }] = await boto('rolesanywhere', rolesAnywhere, [['import_crl', { name: NAME, crlData: lists[0], enabled: true, trustAnchorArn: ANCHOR }]]);
  const [, , { crls: [theirs] }] = await boto('rolesanywhere', rolesAnywhere, [
    ['list_crls', { pageSize: 10 }], ['update_crl', { crlId: crl.crlId, crlData: lists[1] }], ['list_crls', { pageSize: 10 }], ['delete_crl', { crlId: crl.crlId }],
  ]);

  const comparable = ({ method, url, body }: { method: string; url: string; body: string }, own: string) =>
    [method, url.replace(own, '<id>'), body === '' ? undefined : JSON.parse(body)];
  expect(rolesAnywhere.received.map(each => comparable(each, crl.crlId))).toEqual(asked.map(each => comparable(each, id)));
  expect(ours).toEqual([{
    id, name: theirs.name, trustAnchorArn: theirs.trustAnchorArn, enabled: theirs.enabled === true, data: Buffer.from(theirs.crlData, 'base64').toString(),
  }]);
}, LONG);

test('Elastic Load Balancing gets the same requests from AWS\'s client, and both read the same from its answers', async () => {
  const api = new TrustStoreApi(new HttpApi(NO_DEADLINE, elb.pem), options(elb), STORE);
  elb.s3 = async () => lists[0];
  elb.stores.set(STORE, []);

  elb.countFrom(1);
  const ids = [await api.add('lists', 'ca-1/complete.pem'), ...(await api.revocationIds())!];
  await api.content('1');
  await api.remove('1');
  const asked = elb.received.splice(0).filter(({ method }) => method === 'POST');

  elb.countFrom(1);
  const content = { S3Bucket: 'lists', S3Key: 'ca-1/complete.pem', RevocationType: 'CRL' };
  const [added, described, { Location }] = await boto('elbv2', elb, [
    ['add_trust_store_revocations', { TrustStoreArn: STORE, RevocationContents: [content] }],
    ['describe_trust_store_revocations', { TrustStoreArn: STORE }],
    ['get_trust_store_revocation_content', { TrustStoreArn: STORE, RevocationId: 1 }],
    ['remove_trust_store_revocations', { TrustStoreArn: STORE, RevocationIds: [1] }],
  ]);

  const comparable = ({ body }: { body: string }) => Object.fromEntries(new URLSearchParams(body));
  expect(elb.received.map(comparable)).toEqual(asked.map(comparable));
  expect(ids).toEqual([...added.TrustStoreRevocations, ...described.TrustStoreRevocations].map(({ RevocationId }) => String(RevocationId)));
  expect(Location).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/copies\/\w+\?X-Amz-Expires=600&X-Amz-Signature=\w+$/);
}, LONG);
