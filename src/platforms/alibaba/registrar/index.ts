import { CaRegistration } from './ca-registration';
import { apsaraMqttNames } from './known-names';
import { RegisterCode } from './register-code';
import { registrarHandler } from '../../registrar/registrar';
import { RegistrationType } from '../../registrations';

/** The entry point of the function that registers CAs with ApsaraMQ for MQTT. */
export const handler = registrarHandler({
  [RegistrationType.APSARA_MQTT_REGISTER_CODE]: new RegisterCode(),
  [RegistrationType.APSARA_MQTT_CA_REGISTRATION]: new CaRegistration(),
}, apsaraMqttNames);
