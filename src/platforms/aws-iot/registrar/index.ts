import { FunctionApis } from './function-apis';
import { RegistrationCode } from './registration-code';
import { emulatedEndpoint, ownEndpoint } from '../../registrar/endpoint';
import { PATIENCE, registrarHandler } from '../../registrar/registrar';
import { RegistrationType } from '../../registrations';

/** The entry point of the function that fetches the registration code of AWS IoT. */
export const handler = registrarHandler({
  [RegistrationType.AWS_IOT_REGISTRATION_CODE]: new RegistrationCode((endpoint, signal) => new FunctionApis(process.env, signal, PATIENCE)
    .iot(emulatedEndpoint('IOT', process.env) ?? ownEndpoint('iot', endpoint, process.env.STACK_ID))),
});
