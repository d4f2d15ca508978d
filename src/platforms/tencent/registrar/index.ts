import { CaRegistration } from './ca-registration';
import { propertiesNamed } from '../../../resource/known-names';
import { registrarHandler } from '../../registrar/registrar';
import { RegistrationType } from '../../registrations';

/** The entry point of the function that registers CAs with Tencent Cloud IoT Hub. */
export const handler = registrarHandler({ [RegistrationType.TENCENT_CA_REGISTRATION]: new CaRegistration() }, propertiesNamed('CertName'));
