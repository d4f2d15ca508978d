import { HuaweiCaUpload } from './ca-upload';
import { HuaweiCaVerification } from './ca-verification';
import { propertiesNamed } from '../../../resource/known-names';
import { registrarHandler } from '../../registrar/registrar';
import { RegistrationType } from '../../registrations';

/** The entry point of the function that registers CAs with Huawei Cloud IoTDA. */
export const handler = registrarHandler({
  [RegistrationType.HUAWEI_CA_UPLOAD]: new HuaweiCaUpload(),
  [RegistrationType.HUAWEI_CA_VERIFICATION]: new HuaweiCaVerification(),
}, propertiesNamed('InstanceId'));
