import { driveRegistrar } from './drive-registrar';
import { APSARA_MQTT } from './platforms';

driveRegistrar(APSARA_MQTT);
