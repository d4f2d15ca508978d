import { IotApi } from './iot-api';
import { RegistrationCode } from './registration-code';
import { emulatedEndpoint, ownEndpoint } from '../../registrar/endpoint';
import { HttpApi } from '../../registrar/http-api';
import { PATIENCE, registrarHandler } from '../../registrar/registrar';
import { RegistrationType } from '../../registrations';

/** AWS IoT in the function's own account and Region. The environment provides the credentials. */
function api(endpoint: string, signal: AbortSignal): IotApi {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  return new IotApi(new HttpApi(signal), {
    endpoint: emulatedEndpoint('IOT', process.env) ?? ownEndpoint('iot', endpoint, process.env.STACK_ID),
    region: AWS_REGION!,
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID!, secretAccessKey: AWS_SECRET_ACCESS_KEY!, sessionToken: AWS_SESSION_TOKEN },
    patience: PATIENCE,
  });
}

/** The entry point of the function that fetches the registration code of AWS IoT. */
export const handler = registrarHandler({
  [RegistrationType.AWS_IOT_REGISTRATION_CODE]: new RegistrationCode(api),
});
