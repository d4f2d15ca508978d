/**
 * The entry points of the functions for platforms other than AWS IoT: those that register CAs, and those that carry revocations over. All of
 * them are in one bundle, in which each has a handler, so the clients of Secrets Manager and DynamoDB are shipped only once. The functions for
 * AWS IoT need neither client, and have a bundle of their own.
 */
export { handler as apsaraMqtt } from './alibaba/registrar';
export { revoke as apsaraMqttRevocation } from './alibaba/registrar/revocation';
export { handler as azure } from './azure/registrar';
export { handler as azureRevocation } from './azure/registrar/revocation';
export { handler as huawei } from './huawei/registrar';
export { revoke as huaweiRevocation } from './huawei/registrar/revocation';
export { handler as tencent } from './tencent/registrar';
export { revoke as tencentRevocation } from './tencent/registrar/revocation';
