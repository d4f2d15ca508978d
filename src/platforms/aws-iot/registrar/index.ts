import { IotApi } from './iot-api';
import { IotRevocation } from './iot-revocation';
import { RegistrationCode } from './registration-code';
import { FunctionApis } from '../../registrar/aws/function-apis';
import { emulatedEndpoint, ownEndpoint } from '../../registrar/endpoint';
import { PATIENCE, registrarHandler } from '../../registrar/registrar';
import { revocationHandler } from '../../registrar/revocation/revocation-handler';
import { RegistrationType } from '../../registrations';
import { AWS_IOT_CORE_RULES } from '../rules';

/**
 * The entry points of the functions for AWS IoT Core. All of them are in one bundle. Each has a role of its own, with the rights that it
 * needs.
 */
export { validate } from './validation';

/** The entry point of the function that fetches the registration code of AWS IoT. */
export const handler = registrarHandler({
  [RegistrationType.AWS_IOT_REGISTRATION_CODE]: new RegistrationCode((endpoint, signal) => {
    const apis = new FunctionApis(process.env, signal, PATIENCE);
    return new IotApi(apis.http, apis.options('iot', undefined, emulatedEndpoint('IOT', process.env) ?? ownEndpoint('iot', endpoint, process.env.STACK_ID)));
  }),
});

/**
 * The entry point of the function that carries revocations over to AWS IoT. AWS IoT accepts ten of its calls a second for an account, of
 * which half are left to others. https://docs.aws.amazon.com/general/latest/gr/iot-core.html#iot-core-api-quotas
 */
export const awsIotRevocation = revocationHandler(() => ({
  name: AWS_IOT_CORE_RULES.name,
  pace: 200,
  signIn: async (environment, _, { patience, wayOut }) => new IotRevocation(signal => {
    const apis = new FunctionApis(environment, signal, patience, wayOut);
    return new IotApi(apis.http, apis.options('iot'));
  }),
}));
