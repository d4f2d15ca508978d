import { identityOf, instanceApi, Outside, parseInstance } from './instance';
import { Registrar, Registration, RegistrationRequest } from '../registrar';
import { fingerprintOf } from '../shown-certificate';

/**
 * `Custom::ApsaraMqttRegisterCode`: the code that the verification certificate of a CA has as its common name. It is not
 * documented whether the platform answers the same one twice, so that the physical id keeps it for as long as the CA is
 * registered: a code that changed would change the verification certificate.
 */
export class RegisterCode implements Registrar {
  constructor(private readonly outside: Outside = {}) {}

  public async declare(request: RegistrationRequest): Promise<Registration> {
    const declaration = parseInstance(request.properties);
    const prefix = `${identityOf(declaration)}/code/`;
    const kept = request.physicalResourceId?.startsWith(prefix) ? request.physicalResourceId.slice(prefix.length) : undefined;
    const api = await instanceApi(declaration, request, this.outside);
    const registered = await api.find(fingerprintOf(declaration.ca));
    const code = (registered && (kept ?? registered.registrationCode)) ?? await api.registerCode();
    return { physicalResourceId: `${prefix}${code}`, data: { RegisterCode: code } };
  }

  /** A code is nothing that can be given back. */
  public async remove(): Promise<void> {}
}
