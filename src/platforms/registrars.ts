/**
 * The entry points of the functions that register CAs with platforms other than AWS IoT. All of them are in one bundle, in which each has a
 * handler, so the clients of Secrets Manager and DynamoDB are shipped only once. The function for AWS IoT needs neither client, and has a
 * bundle of its own.
 */
export { handler as apsaraMqtt } from './alibaba/registrar';
export { revoke as apsaraMqttRevocation } from './alibaba/registrar/revocation';
export { handler as azure } from './azure/registrar';
export { handler as huawei } from './huawei/registrar';
export { handler as tencent } from './tencent/registrar';
export { revoke as tencentRevocation } from './tencent/registrar/revocation';
