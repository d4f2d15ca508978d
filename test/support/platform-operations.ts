import { Names, PublishedOperation } from './published-operations';

/**
 * The versions of Azure's APIs, stable ones and previews, that have the operations of `AZURE_OPERATIONS` in this form: the folders of
 * generated/deviceprovisioningservices and generated/iothub in https://github.com/Azure/bicep-types-az. In earlier ones, the body of an upload is
 * `certificate` itself, without `properties`.
 */
export const AZURE_API_VERSIONS: { readonly [type: string]: readonly string[] } = {
  provisioningServices: [
    '2022-02-05', '2022-12-12', '2023-03-01-preview', '2025-02-01-preview', '2026-03-01-preview', '2026-06-01-preview', '2026-08-31',
  ],
  IotHubs: [
    '2020-08-31-preview', '2021-02-01-preview', '2021-03-03-preview', '2021-03-31', '2021-07-01-preview', '2021-07-01', '2021-07-02-preview', '2021-07-02',
    '2022-04-30-preview', '2022-11-15-preview', '2023-06-30-preview', '2023-06-30', '2025-08-01-preview', '2026-03-01-preview', '2026-05-01-preview',
    '2026-10-01-preview',
  ],
};

/** @param aboutCertificate parameters that only the provisioning service has */
function azureOperations(type: string, aboutCertificate: Names): PublishedOperation[] {
  const certificate = `^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\\.Devices/${type}/[^/]+/certificates/[^/]+`;
  const query: Names = { 'api-version': 'required' };
  return [
    { name: `${type} List`, methods: ['GET'], path: new RegExp(`${certificate.replace(/\/\[\^\/\]\+$/, '')}$`), query },
    { name: `${type} Get`, methods: ['GET'], path: new RegExp(`${certificate}$`), query },
    {
      name: `${type} CreateOrUpdate`,
      methods: ['PUT'],
      path: new RegExp(`${certificate}$`),
      query,
      body: { properties: 'optional', id: 'optional', name: 'optional', type: 'optional', etag: 'optional', systemData: 'optional' },
      needsBody: true,
    },
    { name: `${type} Delete`, methods: ['DELETE'], path: new RegExp(`${certificate}$`), query: { ...query, ...aboutCertificate }, headers: ['if-match'] },
    {
      name: `${type} GenerateVerificationCode`,
      methods: ['POST'],
      path: new RegExp(`${certificate}/generateVerificationCode$`),
      query: { ...query, ...aboutCertificate },
      headers: ['if-match'],
    },
    {
      name: `${type} Verify`,
      methods: ['POST'],
      path: new RegExp(`${certificate}/verify$`),
      query: { ...query, ...aboutCertificate },
      headers: ['if-match'],
      body: { certificate: 'optional' },
      needsBody: true,
    },
  ];
}

/**
 * `DpsCertificate_*` in deviceprovisioningservices/resource-manager/Microsoft.Devices/stable/2022-12-12/iotdps.json, and `Certificates_*` in
 * iothub/resource-manager/Microsoft.Devices/stable/2023-06-30/iothub.json of https://github.com/Azure/azure-rest-api-specs
 */
export const AZURE_OPERATIONS: readonly PublishedOperation[] = [
  ...azureOperations('provisioningServices', Object.fromEntries(
    ['name', 'rawBytes', 'isVerified', 'purpose', 'created', 'lastUpdated', 'hasPrivateKey', 'nonce'].map(name => [`certificate.${name}`, 'optional']))),
  ...azureOperations('IotHubs', {}),
];

/** @param names members of the body, and for `required` those without which there is nothing to keep */
function azureRecords(collection: string, names: readonly string[], required: readonly string[], methods: readonly string[]): PublishedOperation[] {
  const path = new RegExp(`^/${collection}/[^/]+$`);
  const query: Names = { 'api-version': 'required' };
  const body: Names = Object.fromEntries(names.map(name => [name, required.includes(name) ? 'required' : 'optional']));
  return methods.map(method => ({ name: `${collection} ${method}`, methods: [method], path, query, ...method === 'PUT' && { body } }));
}

/**
 * The operations of the data planes that are used: `Devices_GetIdentity` and `Devices_CreateOrUpdateIdentity` of
 * https://learn.microsoft.com/rest/api/iothub/service/devices, `Query_GetTwins` of https://learn.microsoft.com/rest/api/iothub/service/query/get-twins,
 * and `IndividualEnrollment_*` and `EnrollmentGroup_Query` in
 * deviceprovisioningservices/data-plane/DeviceProvisioningServices/stable/2021-10-01/service.json of https://github.com/Azure/azure-rest-api-specs
 */
export const AZURE_DATA_OPERATIONS: readonly PublishedOperation[] = [
  ...azureRecords('devices', [
    'deviceId', 'generationId', 'etag', 'connectionState', 'status', 'statusReason', 'connectionStateUpdatedTime', 'statusUpdatedTime',
    'lastActivityTime', 'cloudToDeviceMessageCount', 'authentication', 'capabilities', 'deviceScope', 'parentScopes',
  ], ['deviceId'], ['GET', 'PUT']),
  ...azureRecords('enrollments', [
    'registrationId', 'deviceId', 'registrationState', 'optionalDeviceInformation', 'attestation', 'capabilities', 'iotHubHostName', 'initialTwin',
    'etag', 'provisioningStatus', 'reprovisionPolicy', 'createdDateTimeUtc', 'lastUpdatedDateTimeUtc', 'allocationPolicy', 'iotHubs',
    'customAllocationDefinition',
  ], ['registrationId', 'attestation'], ['GET', 'PUT', 'DELETE']),
  ...['devices', 'enrollments', 'enrollmentGroups'].map(collection => ({
    name: `${collection} query`,
    methods: ['POST'],
    path: new RegExp(`^/${collection}/query$`),
    query: { 'api-version': 'required' } as const,
    body: { query: 'required' } as const,
  })),
];

const CERTIFICATES = '^/v5/iot/[^/]+/certificates';
const DEVICE_CERTIFICATES = '^/v5/iot/[^/]+/device-certificates';
const DEVICES = '^/v5/iot/[^/]+/devices';
const PAGES: Names = { limit: 'optional', marker: 'optional', offset: 'optional' };

/**
 * services/iotda/v5/iotda_meta.go of https://github.com/huaweicloud/huaweicloud-sdk-go-v3; the bodies are `CreateCertificateDTO` and
 * `VerifyCertificateDTO` in huaweicloud-sdk-iotda/huaweicloudsdkiotda/v5/model of https://github.com/huaweicloud/huaweicloud-sdk-python-v3, which
 * have no more members than these: what an answer has beside them (`provision_enable`, `template_id`) is set by an operation of its own. Those of
 * device certificates are `ListDeviceCertificateRequest` and `UpdateDeviceCertificate`, and those of devices `ListDevicesRequest`, in
 * services/iotda/v5/model.
 */
export const HUAWEI_OPERATIONS: readonly PublishedOperation[] = [
  { name: 'AddCertificate', methods: ['POST'], path: new RegExp(`${CERTIFICATES}$`), body: { content: 'required', app_id: 'optional' } },
  {
    name: 'ListCertificates',
    methods: ['GET'],
    path: new RegExp(`${CERTIFICATES}$`),
    query: { app_id: 'optional', ...PAGES },
  },
  { name: 'ShowCertificate', methods: ['GET'], path: new RegExp(`${CERTIFICATES}/[^/]+$`) },
  {
    name: 'CheckCertificate',
    methods: ['POST'],
    path: new RegExp(`${CERTIFICATES}/[^/]+/action$`),
    query: { action_id: 'required' },
    body: { verify_content: 'required' },
  },
  { name: 'DeleteCertificate', methods: ['DELETE'], path: new RegExp(`${CERTIFICATES}/[^/]+$`) },
  {
    name: 'ListDeviceCertificate',
    methods: ['GET'],
    path: new RegExp(`${DEVICE_CERTIFICATES}$`),
    query: { common_name: 'optional', fingerprint: 'optional', ...PAGES },
  },
  { name: 'UpdateDeviceCertificate', methods: ['PUT'], path: new RegExp(`${DEVICE_CERTIFICATES}/[^/]+$`), body: { status: 'required' } },
  {
    name: 'ListDevices',
    methods: ['GET'],
    path: new RegExp(`${DEVICES}$`),
    query: {
      ...Object.fromEntries(['product_id', 'gateway_id', 'is_cascade_query', 'node_id', 'device_name', 'start_time', 'end_time', 'app_id']
        .map(name => [name, 'optional'])),
      ...PAGES,
    },
  },
  { name: 'ShowDevice', methods: ['GET'], path: new RegExp(`${DEVICES}/[^/]+$`) },
  { name: 'FreezeDevice', methods: ['POST'], path: new RegExp(`${DEVICES}/[^/]+/freeze$`) },
  { name: 'UnfreezeDevice', methods: ['POST'], path: new RegExp(`${DEVICES}/[^/]+/unfreeze$`) },
];

const INSTANCE: Names = { MqttInstanceId: 'required' };
const CA_OF_INSTANCE: Names = { ...INSTANCE, Sn: 'required' };
const DEVICE_OF_INSTANCE: Names = { ...INSTANCE, CaSn: 'required', DeviceSn: 'required' };
const READING = ['GET'];
const READING_OR_WRITING = ['GET', 'POST'];

/** Without `x-acs-security-token`, which only temporary access keys have. */
const APSARA_MQTT_HEADERS = ['authorization', 'host', 'x-acs-action', 'x-acs-content-sha256', 'x-acs-date', 'x-acs-signature-nonce', 'x-acs-version'];

/**
 * By the action: metadatas/onsmqtt of https://github.com/aliyun/aliyun-openapi-meta, where all parameters are in the query. The headers are those of
 * https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature.
 */
export const APSARA_MQTT_OPERATIONS: readonly PublishedOperation[] = ([
  ['GetRegisterCode', READING, INSTANCE],
  ['ListCaCertificate', READING, { ...INSTANCE, PageNo: 'required', PageSize: 'required' }],
  ['RegisterCaCertificate', READING_OR_WRITING, { ...INSTANCE, CaName: 'required', CaContent: 'required', VerificationContent: 'required' }],
  ['ActiveCaCertificate', READING_OR_WRITING, CA_OF_INSTANCE],
  ['InactivateCaCertificate', READING_OR_WRITING, CA_OF_INSTANCE],
  ['DeleteCaCertificate', READING_OR_WRITING, CA_OF_INSTANCE],
  ['GetDeviceCertificate', READING, DEVICE_OF_INSTANCE],
  ['ActiveDeviceCertificate', READING_OR_WRITING, DEVICE_OF_INSTANCE],
  ['InactivateDeviceCertificate', READING_OR_WRITING, DEVICE_OF_INSTANCE],
] as const).map(([name, methods, query]) => ({ name, methods, path: /^\/$/, query, headers: APSARA_MQTT_HEADERS }));

const PRIVATE_CA: Names = { CertName: 'required', CertText: 'required', VerifyCertText: 'required' };
const TENCENT_HEADERS = ['x-tc-action', 'x-tc-version', 'x-tc-region', 'x-tc-timestamp', 'authorization'];

/**
 * By the action: tencentcloud/iotcloud/v20210408/models.py of https://github.com/TencentCloud/tencentcloud-sdk-python. By GET, version 3 of
 * the signature takes parameters in the query; nobody sends certificates so, and it is left out.
 */
export const TENCENT_OPERATIONS: readonly PublishedOperation[] = Object.entries<Names>({
  DescribePrivateCAs: {},
  CreatePrivateCA: PRIVATE_CA,
  UpdatePrivateCA: PRIVATE_CA,
  DeletePrivateCA: { CertName: 'required' },
  DescribeDevice: { ProductId: 'required', DeviceName: 'required' },
  UpdateDevicesEnableState: { ProductId: 'required', DeviceNames: 'required', Status: 'required' },
}).map(([name, body]) => ({ name, methods: ['POST'], path: /^\/$/, headers: TENCENT_HEADERS, body }));

const IOT_PAGES: Names = { pageSize: 'optional', marker: 'optional', isAscendingOrder: 'optional' };

/** botocore/data/iot/2015-05-28/service-2.json of https://github.com/boto/botocore */
export const AWS_IOT_OPERATIONS: readonly PublishedOperation[] = [
  { name: 'GetRegistrationCode', methods: ['GET'], path: /^\/registrationcode$/ },
  {
    name: 'RegisterCACertificate',
    methods: ['POST'],
    path: /^\/cacertificate$/,
    query: { setAsActive: 'optional', allowAutoRegistration: 'optional' },
    body: { caCertificate: 'required', verificationCertificate: 'optional', registrationConfig: 'optional', tags: 'optional', certificateMode: 'optional' },
  },
  { name: 'DescribeCertificate', methods: ['GET'], path: /^\/certificates\/[^/]+$/ },
  { name: 'ListCertificates', methods: ['GET'], path: /^\/certificates$/, query: IOT_PAGES },
  { name: 'ListCertificatesByCA', methods: ['GET'], path: /^\/certificates-by-ca\/[^/]+$/, query: IOT_PAGES },
  { name: 'ListCACertificates', methods: ['GET'], path: /^\/cacertificates$/, query: { ...IOT_PAGES, templateName: 'optional' } },
  { name: 'UpdateCertificate', methods: ['PUT'], path: /^\/certificates\/[^/]+$/, query: { newStatus: 'required' } },
  { name: 'DescribeCACertificate', methods: ['GET'], path: /^\/cacertificate\/[^/]+$/ },
  {
    name: 'UpdateCACertificate',
    methods: ['PUT'],
    path: /^\/cacertificate\/[^/]+$/,
    query: { newStatus: 'optional', newAutoRegistrationStatus: 'optional' },
    body: { registrationConfig: 'optional', removeAutoRegistration: 'optional' },
  },
  { name: 'DeleteCACertificate', methods: ['DELETE'], path: /^\/cacertificate\/[^/]+$/ },
];
