import { X509Certificate } from 'node:crypto';
import { identityOf, InstanceDeclaration, instanceApi, isIdentity, parseInstance } from './instance';
import { MqttApi, RegisteredCa } from './mqtt-api';
import { quote } from '../../../contract/rules';
import { RawProperties, text } from '../../../resource/property-values';
import { certificateProperty } from '../../registrar/certificate-property';
import { RecordedRegistrar } from '../../registrar/latest-request';
import { Outside, recordsOf } from '../../registrar/outside';
import { Registration, RegistrationRequest } from '../../registrar/registration';
import { leaveAndRemove, orLeave, RegistrationRecords, resourceOf } from '../../registrar/registration-records';
import { fingerprintOf, pemOf } from '../../registrar/shown-certificate';

interface Declaration extends InstanceDeclaration {
  readonly caName: string;
  readonly verification: X509Certificate;
}

function parse({ properties }: RegistrationRequest): Declaration {
  return {
    ...parseInstance(properties),
    caName: text('caName', properties.CaName),
    verification: certificateProperty('verificationCertificate', properties.VerificationCertificatePem),
  };
}

/**
 * `Custom::ApsaraMqttCaRegistration`: a CA certificate that is registered with an instance and active. It is found by its content, so a
 * registration whose response was lost, or that was made by hand, is taken over.
 */
export class CaRegistration implements RecordedRegistrar {
  constructor(private readonly outside: Outside = {}) {}

  public aimOf(properties: RawProperties): string {
    return identityOf(parseInstance(properties));
  }

  public isOf(physicalResourceId: string, properties: RawProperties): boolean {
    return physicalResourceId === this.aimOf(properties);
  }

  public recordsOf(request: RegistrationRequest): RegistrationRecords {
    return recordsOf(request, this.outside);
  }

  public async declare(request: RegistrationRequest): Promise<Registration> {
    const declaration = parse(request);
    const api = await instanceApi(declaration, request, this.outside);
    const identity = identityOf(declaration);
    const records = this.recordsOf(request);
    const found = await api.find(fingerprintOf(declaration.ca));
    await records.declare(identity, resourceOf(request), found ? 'found' : 'made');
    return orLeave(records, identity, request, request.physicalResourceId === identity, async () => {
      const registered = found ?? await register(api, declaration);
      if (registered.name !== declaration.caName) {
        throw new Error(`caName must be ${quote(registered.name)}, the name under which this CA certificate (SN ${registered.sn}) is registered with `
          + `${declaration.instanceId}, because the platform does not rename certificates, got ${quote(declaration.caName)}`);
      }
      if (!registered.active) {
        await api.activate(registered.sn);
      }
      return { physicalResourceId: identity, data: { Sn: registered.sn } };
    });
  }

  public async remove(request: RegistrationRequest & { readonly physicalResourceId: string }): Promise<void> {
    if (isIdentity(request.physicalResourceId)) {
      await this.removeIf(request, () => true);
      return;
    }
    // A failed creation: only what it registered itself is removed, not what someone else registered. What made the creation fail may
    // make the removal fail too, and must not prevent the rollback of the stack. What is left is taken over later.
    const own = ({ verificationFingerprint }: RegisteredCa): boolean => verificationFingerprint === fingerprintOf(parse(request).verification);
    await this.removeIf(request, own).catch(() => undefined);
  }

  private async removeIf(request: RegistrationRequest, isOwn: (registered: RegisteredCa) => boolean): Promise<void> {
    const declaration = parseInstance(request.properties);
    const api = await instanceApi(declaration, request, this.outside);
    await leaveAndRemove(this.recordsOf(request), identityOf(declaration), resourceOf(request), async () => {
      const registered = await api.find(fingerprintOf(declaration.ca), { instanceMayBeGone: true });
      if (registered && !isOwn(registered)) {
        return false;
      }
      if (registered) {
        await api.deactivate(registered.sn);
        await api.delete(registered.sn);
      }
      return true;
    });
  }
}

/** Registers a CA, unless another delivery of the same request, or a first attempt whose response was lost, has registered it. */
async function register(api: MqttApi, { ca, caName, verification }: Declaration): Promise<RegisteredCa> {
  try {
    return await api.register(caName, pemOf(ca), pemOf(verification));
  } catch (error) {
    const registered = await api.find(fingerprintOf(ca)).catch(() => undefined);
    if (!registered) {
      throw error;
    }
    return registered;
  }
}
