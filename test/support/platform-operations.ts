import { Names, PublishedOperation } from './published-operations';

/**
 * The versions of Azure's APIs that have these operations in this form: folders beside those of `AZURE_OPERATIONS`, and that of Azure's own client.
 * Others are older, or previews.
 */
export const AZURE_API_VERSIONS: { readonly [type: string]: readonly string[] } = {
  provisioningServices: ['2022-02-05', '2022-12-12', '2026-08-31'],
  IotHubs: ['2021-07-02', '2023-06-30'],
};

const CERTIFICATE = '^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\\.Devices/(?:provisioningServices|IotHubs)/[^/]+/certificates/[^/]+';
const VERSION: Names = { 'api-version': 'required' };
const ABOUT_CERTIFICATE: Names = Object.fromEntries(['name', 'rawBytes', 'isVerified', 'purpose', 'created', 'lastUpdated', 'hasPrivateKey', 'nonce']
  .map(name => [`certificate.${name}`, 'optional'] as const));

/**
 * `DpsCertificate_*` in deviceprovisioningservices/resource-manager/Microsoft.Devices/stable/2022-12-12/iotdps.json, and `Certificates_*` in
 * iothub/resource-manager/Microsoft.Devices/stable/2023-06-30/iothub.json of https://github.com/Azure/azure-rest-api-specs
 */
export const AZURE_OPERATIONS: readonly PublishedOperation[] = [
  { name: 'Get', method: 'GET', path: new RegExp(`${CERTIFICATE}$`), query: VERSION },
  {
    name: 'CreateOrUpdate',
    method: 'PUT',
    path: new RegExp(`${CERTIFICATE}$`),
    query: VERSION,
    body: { properties: 'required', id: 'optional', name: 'optional', type: 'optional', etag: 'optional', systemData: 'optional' },
  },
  { name: 'Delete', method: 'DELETE', path: new RegExp(`${CERTIFICATE}$`), query: { ...VERSION, ...ABOUT_CERTIFICATE }, headers: ['if-match'] },
  {
    name: 'GenerateVerificationCode',
    method: 'POST',
    path: new RegExp(`${CERTIFICATE}/generateVerificationCode$`),
    query: { ...VERSION, ...ABOUT_CERTIFICATE },
    headers: ['if-match'],
  },
  {
    name: 'Verify',
    method: 'POST',
    path: new RegExp(`${CERTIFICATE}/verify$`),
    query: { ...VERSION, ...ABOUT_CERTIFICATE },
    headers: ['if-match'],
    body: { certificate: 'required' },
  },
];

const CERTIFICATES = '^/v5/iot/[^/]+/certificates';

/** services/iotda/v5/iotda_meta.go of https://github.com/huaweicloud/huaweicloud-sdk-go-v3, and the pages that `StrictHuawei` names */
export const HUAWEI_OPERATIONS: readonly PublishedOperation[] = [
  { name: 'AddCertificate', method: 'POST', path: new RegExp(`${CERTIFICATES}$`), body: { content: 'required', app_id: 'optional' } },
  {
    name: 'ListCertificates',
    method: 'GET',
    path: new RegExp(`${CERTIFICATES}$`),
    query: { app_id: 'optional', limit: 'optional', marker: 'optional', offset: 'optional' },
  },
  { name: 'ShowCertificate', method: 'GET', path: new RegExp(`${CERTIFICATES}/[^/]+$`) },
  {
    name: 'CheckCertificate',
    method: 'POST',
    path: new RegExp(`${CERTIFICATES}/[^/]+/action$`),
    query: { action_id: 'required' },
    body: { verify_content: 'required' },
  },
  { name: 'DeleteCertificate', method: 'DELETE', path: new RegExp(`${CERTIFICATES}/[^/]+$`) },
];

const PRIVATE_CA: Names = { CertName: 'required', CertText: 'required', VerifyCertText: 'required' };
const TENCENT_HEADERS = ['x-tc-action', 'x-tc-version', 'x-tc-region', 'x-tc-timestamp', 'authorization'];

/**
 * By the action: tencentcloud/iotcloud/v20210408/models.py of https://github.com/TencentCloud/tencentcloud-sdk-python. By GET, version 3 of
 * the signature takes parameters in the query; nobody sends certificates so, and it is left out.
 */
export const TENCENT_OPERATIONS: readonly PublishedOperation[] = Object.entries<Names>({
  DescribePrivateCAs: {}, CreatePrivateCA: PRIVATE_CA, UpdatePrivateCA: PRIVATE_CA, DeletePrivateCA: { CertName: 'required' },
}).map(([name, body]) => ({ name, method: 'POST', path: /^\/$/, headers: TENCENT_HEADERS, body }));

/** botocore/data/iot/2015-05-28/service-2.json of https://github.com/boto/botocore */
export const AWS_IOT_OPERATIONS: readonly PublishedOperation[] = [
  { name: 'GetRegistrationCode', method: 'GET', path: /^\/registrationcode$/ },
  {
    name: 'RegisterCACertificate',
    method: 'POST',
    path: /^\/cacertificate$/,
    query: { setAsActive: 'optional', allowAutoRegistration: 'optional' },
    body: { caCertificate: 'required', verificationCertificate: 'optional', registrationConfig: 'optional', tags: 'optional', certificateMode: 'optional' },
  },
  { name: 'DescribeCACertificate', method: 'GET', path: /^\/cacertificate\/[^/]+$/ },
  {
    name: 'UpdateCACertificate',
    method: 'PUT',
    path: /^\/cacertificate\/[^/]+$/,
    query: { newStatus: 'optional', newAutoRegistrationStatus: 'optional' },
    body: { registrationConfig: 'optional', removeAutoRegistration: 'optional' },
  },
  { name: 'DeleteCACertificate', method: 'DELETE', path: /^\/cacertificate\/[^/]+$/ },
];
