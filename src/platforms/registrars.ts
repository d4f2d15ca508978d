/**
 * The entries of the functions that register CAs with platforms beside AWS IoT: one bundle, in which each has a handler, so that the
 * clients of Secrets Manager and DynamoDB are shipped once. That of AWS IoT needs no such client, and has a bundle of its own.
 */
export { handler as apsaraMqtt } from './alibaba/registrar';
export { handler as azure } from './azure/registrar';
export { handler as huawei } from './huawei/registrar';
export { handler as tencent } from './tencent/registrar';
