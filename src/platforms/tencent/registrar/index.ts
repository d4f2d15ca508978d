import { CaRegistration } from './ca-registration';
import { RegistrationType } from '../../registrations';
import { registrarHandler } from '../../registrar/registrar';

/** The entry of the function that registers CAs with Tencent Cloud IoT Hub. */
export const handler = registrarHandler({ [RegistrationType.TENCENT_CA_REGISTRATION]: new CaRegistration() });
