import { IotApi } from './iot-api';
import { checkCaCertificateId } from '../../contract/aws-iot';
import { AwsCalls } from '../../handlers/aws/aws-calls';
import { checked } from '../../handlers/property-values';
import { Registrar, Registration, RegistrationRequest } from '../registrar';

/**
 * `Custom::AwsIotCaDeactivation`: nothing as long as it is there. It depends on the CA's registration, so that it goes before
 * it; when it goes, the CA is set inactive, which AWS IoT demands before a CA is deleted, and registers no device any more.
 */
export class CaDeactivation implements Registrar {
  constructor(private readonly api: (signal: AbortSignal) => IotApi) {}

  public async declare({ properties }: RegistrationRequest): Promise<Registration> {
    return { physicalResourceId: checked<string>(checkCaCertificateId, properties.CaCertificateId), data: {} };
  }

  public async remove({ physicalResourceId, signal }: RegistrationRequest & { readonly physicalResourceId: string }): Promise<void> {
    if (checkCaCertificateId(physicalResourceId)) {
      return; // CloudFormation invents an id for a creation that it cancels
    }
    const api = this.api(signal);
    await api.deactivateCa(physicalResourceId);
    const inactive = async (): Promise<true | undefined> => (await api.ca(physicalResourceId))?.status === 'ACTIVE' ? undefined : true;
    if (!await new AwsCalls(signal, 0).lookFor(inactive)) {
      throw new Error(`iot:UpdateCACertificate on ${physicalResourceId} failed: the CA is still ACTIVE; delete again`);
    }
  }
}
