import { AzureCaUpload } from './ca-upload';
import { AzureCaVerification } from './ca-verification';
import { azureNames } from './known-names';
import { registrarHandler } from '../../registrar/registrar';
import { RegistrationType } from '../../registrations';

/** The entry point of the function that registers CAs with Azure IoT Hub and the Device Provisioning Service. */
export const handler = registrarHandler({
  [RegistrationType.AZURE_CA_UPLOAD]: new AzureCaUpload(),
  [RegistrationType.AZURE_CA_VERIFICATION]: new AzureCaVerification(),
}, azureNames);
