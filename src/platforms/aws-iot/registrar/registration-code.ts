import { IotApi } from './iot-api';
import { checkGeneration } from '../../../contract/rules';
import { sha256 } from '../../../contract/sha256';
import { checked, RawProperties, wholeNumber } from '../../../resource/property-values';
import { certificateProperty } from '../../registrar/certificate-property';
import { endpointProperty } from '../../registrar/endpoint';
import { Registrar, Registration, RegistrationRequest } from '../../registrar/registration';
import { AwsIotRegistrationCodeAttributes } from '../contract';

/** A code, and the purpose for which it was fetched. */
interface KeptCode {
  readonly purpose: string;
  readonly code: string;
}

const PREFIX = 'registration-code/';

/** The code of the current declaration, and the code before it: a rollback requests that earlier code again. */
const KEPT_CODES = 2;

/**
 * `Custom::AwsIotRegistrationCode`: the registration code of the account and Region.
 *
 * AWS IoT looks at the code only while a CA is being registered. The code may be deleted afterwards, and another code takes its place. A
 * verification certificate over the new code would make CloudFormation register the CA again, which AWS IoT refuses. Therefore the code
 * that was fetched for a CA is kept in the resource's physical ID (the code is not secret), and is fetched again only for another CA or
 * another generation. The code itself is never deleted, because all users of the account share it.
 */
export class RegistrationCode implements Registrar {
  constructor(private readonly api: (endpoint: string, signal: AbortSignal) => IotApi) {}

  public async declare({ properties, physicalResourceId, signal }: RegistrationRequest): Promise<Registration> {
    const purpose = purposeOf(properties);
    const kept = keptCodes(physicalResourceId);
    const code = kept.find(each => each.purpose === purpose)?.code
      ?? await this.api(endpointProperty(properties.Endpoint), signal).registrationCode();
    const codes = [{ purpose, code }, ...kept.filter(each => each.purpose !== purpose)].slice(0, KEPT_CODES);
    const data: AwsIotRegistrationCodeAttributes = { RegistrationCode: code };
    return { physicalResourceId: PREFIX + codes.map(each => `${each.purpose}:${each.code}`).join('/'), data: { ...data } };
  }

  public async remove(): Promise<void> {
    // The code belongs to the account.
  }
}

function purposeOf({ CaCertificatePem, Generation }: RawProperties): string {
  const { fingerprint256 } = certificateProperty('CaCertificatePem', CaCertificatePem);
  const canonical = [fingerprint256, checked<number>(checkGeneration, wholeNumber(Generation))];
  return sha256(JSON.stringify(canonical)).slice(0, 16);
}

/** The codes in a physical ID; none if the physical ID is not of this resource. */
function keptCodes(physicalResourceId = ''): KeptCode[] {
  const kept = physicalResourceId.startsWith(PREFIX) ? physicalResourceId.slice(PREFIX.length).split('/') : [];
  return kept.map(entry => entry.split(':')).map(([purpose, code]) => ({ purpose, code }));
}
