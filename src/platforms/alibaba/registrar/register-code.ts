import { identityOf, instanceApi, isIdentity, parseInstance } from './instance';
import { checkGeneration } from '../../../contract/rules';
import { checked, RawProperties, wholeNumber } from '../../../resource/property-values';
import { Outside, recordsOf } from '../../registrar/outside';
import { Registrar, Registration, RegistrationRequest } from '../../registrar/registration';
import { fingerprintOf } from '../../registrar/shown-certificate';

/**
 * `Custom::ApsaraMqttRegisterCode`: the code that is the common name of a CA's verification certificate. The platform does not document
 * whether it returns the same code twice, and a changed code would change the verification certificate. So the code is requested once for
 * a generation, and stays for as long as the CA is registered.
 */
export class RegisterCode implements Registrar {
  constructor(private readonly outside: Outside = {}) {}

  public async declare(request: RegistrationRequest): Promise<Registration> {
    const declaration = parseInstance(request.properties);
    const prefix = `${identityOf(declaration)}/code/`;
    const kept = request.physicalResourceId?.startsWith(prefix) ? request.physicalResourceId.slice(prefix.length) : undefined;
    const api = await instanceApi(declaration, request, this.outside);
    const registered = await api.find(fingerprintOf(declaration.ca));
    const code = (registered && (kept ?? registered.registrationCode))
      ?? (await recordsOf(request, this.outside).codeOnce(identityOf(declaration), purposeOf(request.properties), () => api.registerCode()))!;
    return { physicalResourceId: `${prefix}${code}`, data: { RegisterCode: code } };
  }

  /** A code cannot be given back. If the resource is made again, it asks for a new code. */
  public async remove(request: RegistrationRequest & { readonly physicalResourceId: string }): Promise<void> {
    if (isIdentity(request.physicalResourceId)) {
      await recordsOf(request, this.outside).forgetCode(identityOf(parseInstance(request.properties)), purposeOf(request.properties));
    }
  }
}

function purposeOf({ Generation }: RawProperties): string {
  return `generation ${checked<number>(checkGeneration, wholeNumber(Generation))}`;
}
