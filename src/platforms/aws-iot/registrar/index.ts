import { IotApi } from './iot-api';
import { FunctionApis } from '../../registrar/aws/function-apis';
import { RegistrationCode } from './registration-code';
import { emulatedEndpoint, ownEndpoint } from '../../registrar/endpoint';
import { PATIENCE, registrarHandler } from '../../registrar/registrar';
import { RegistrationType } from '../../registrations';

/**
 * The entry points of the functions for AWS IoT Core. All of them are in one bundle. Each has a role of its own, with the rights that it
 * needs.
 */
export { revoke } from './revocation';
export { validate } from './validation';

/** The entry point of the function that fetches the registration code of AWS IoT. */
export const handler = registrarHandler({
  [RegistrationType.AWS_IOT_REGISTRATION_CODE]: new RegistrationCode((endpoint, signal) => {
    const apis = new FunctionApis(process.env, signal, PATIENCE);
    return new IotApi(apis.http, apis.options('iot', undefined, emulatedEndpoint('IOT', process.env) ?? ownEndpoint('iot', endpoint, process.env.STACK_ID)));
  }),
});
