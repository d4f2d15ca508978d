import { CaRegistration } from './ca-registration';
import { RegisterCode } from './register-code';
import { RegistrationType } from '../../registrations';
import { registrarHandler } from '../../registrar/registrar';

/** The entry of the function that registers CAs with ApsaraMQ for MQTT. */
export const handler = registrarHandler({
  [RegistrationType.APSARA_MQTT_REGISTER_CODE]: new RegisterCode(),
  [RegistrationType.APSARA_MQTT_CA_REGISTRATION]: new CaRegistration(),
});
