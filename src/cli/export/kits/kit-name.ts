import { KIT_NAMES, KitName, KITS } from './index';
import { quote } from '../../../contract/rules';
import { PLATFORM_IDS, PlatformId } from '../../../platforms/registry';
import { CliError } from '../../cli-error';

/** The platforms with which a construct registers the CA, so that the user has nothing to upload by hand. */
const REGISTRATIONS: { readonly [P in PlatformId]?: string } = {
  'apsara-mqtt': 'ApsaraMqttCaRegistration',
  'aws-iot-core': 'AwsIotCaRegistration',
  'azure-dps': 'AzureCaRegistration',
  'azure-iot-hub': 'AzureCaRegistration',
  'huawei-iotda': 'HuaweiIotdaCaRegistration',
  'tencent-iot-hub': 'TencentIotHubCaRegistration',
};

/** Finds a kit by its name or by the library's name for its platform, as the user typed it. */
export function kitName(name: string): KitName {
  const kit = KIT_NAMES.find(each => each === name || KITS[each].platform === name);
  if (kit !== undefined) {
    return kit;
  }
  const platform = PLATFORM_IDS.find(each => each === name);
  const registration = platform && REGISTRATIONS[platform];
  if (registration !== undefined) {
    throw new CliError(`--platform must be one of ${KIT_NAMES.join(', ')}, got ${quote(name)}, which needs no kit: `
      + `the construct ${registration} registers the CA there; export without --platform for the PEM files`);
  }
  throw new CliError(`--platform must be one of ${KIT_NAMES.join(', ')}, got ${quote(name)}`
    + (platform === undefined ? '' : ', which has no kit; export without --platform, and upload the PEM files there as they are'));
}
