import { X509Certificate } from 'node:crypto';
import { AzureReach, azureService, AzureService, certificatesOf, identityOf } from './service';
import { checkForm } from '../../../contract/forms';
import { complain, RawProperties } from '../../../resource/property-values';
import { certificateProperty } from '../../registrar/certificate-property';
import { RecordedRegistrar } from '../../registrar/latest-request';
import { recordsOf } from '../../registrar/outside';
import { Registration, RegistrationRequest } from '../../registrar/registration';
import { leaveAndRemove, RegistrationRecords, resourceOf } from '../../registrar/registration-records';
import { fingerprintOf, thumbprintOf } from '../../registrar/shown-certificate';
import { AzureCaUploadAttributes, CA_NAME } from '../contract';

/** A CA certificate that is to be held by a service. */
interface Declared {
  readonly azure: AzureService;
  readonly certificate: X509Certificate;
  readonly thumbprint: string;
  /** With the beginning of the fingerprint: another certificate has another name, and both can be there at the same time. */
  readonly name: string;
}

/** Where the time of the work is over, there are two seconds before its failure is answered: `Deadline.passed`. Milliseconds. */
const CLEANING_UP = 1_500;

/**
 * `Custom::AzureCaUpload`: the CA's certificate at the service, and the code that proves who holds its key.
 *
 * Each new code takes the place of the one before and none can be read again, so that the records keep it: a second delivery, an
 * update and a rollback get the same code, and so the same verification certificate. The physical id says when the certificate
 * was uploaded: after somebody has deleted it there and a deployment has uploaded it again, the removal of what was before must
 * not take away what is there now.
 */
export class AzureCaUpload implements RecordedRegistrar {
  constructor(private readonly reach: AzureReach = {}) {}

  public aimOf(properties: RawProperties): string {
    return identityOfUpload(declaredIn(properties));
  }

  public isOf(physicalResourceId: string, properties: RawProperties): boolean {
    return physicalResourceId.startsWith(`${this.aimOf(properties)}:`);
  }

  public recordsOf(request: RegistrationRequest): RegistrationRecords {
    return recordsOf(request, this.reach);
  }

  public async declare(request: RegistrationRequest): Promise<Registration> {
    const declared = declaredIn(request.properties);
    const { azure, certificate, thumbprint, name } = declared;
    const identity = identityOfUpload(declared);
    const records = this.recordsOf(request);
    const certificates = await certificatesOf(azure, request.signal, this.reach);
    let isOurs = false;
    const settled = certificates.settle(name, request.signal, async found => {
      const held = found ?? await certificates.upload(name, certificate.raw);
      if (!held) {
        return undefined;
      }
      if (held.thumbprint !== thumbprint) {
        throw new Error(`caName must be one that no other certificate has, got "${name}", which ${certificates.serviceName} holds for `
          + `${held.subject} (thumbprint ${held.thumbprint}); choose another name, or delete it there`);
      }
      isOurs ||= !found;
      await records.declare(identity, resourceOf(request), held.verified ? 'found' : 'made');
      // Nobody needs a code for what somebody else has verified, and asking for one could undo that.
      const code = held.verified && await records.code(identity, held.created) === undefined ? thumbprint
        : await records.codeOnce(identity, held.created, () => certificates.generateVerificationCode(held));
      return code === undefined ? undefined : { created: held.created, code };
    });
    const { created, code } = await settled.catch(async error => {
      // Nobody asks for the removal of what an update has made, or declared, before it failed.
      if (request.requestType === 'Update' && (isOurs || !request.physicalResourceId?.startsWith(`${identity}:`))) {
        await this.delete({ ...request, signal: AbortSignal.timeout(CLEANING_UP) }).catch(() => undefined);
      }
      throw error;
    });
    const data: AzureCaUploadAttributes = { CertificateName: name, Thumbprint: thumbprint, VerificationCode: code };
    return { physicalResourceId: `${identity}:${created}`, data: { ...data } };
  }

  public async remove(request: RegistrationRequest & { readonly physicalResourceId: string }): Promise<void> {
    const created = timeOfUpload(request.physicalResourceId);
    if (created !== undefined) {
      await this.delete(request, created);
    } else {
      // Its creation has failed, perhaps for what would make this fail too. What it may have left proves nothing to anybody.
      await this.delete(request).catch(() => undefined);
    }
  }

  /** @param created when it was uploaded; where that is not known, only what is not verified is deleted */
  private async delete(request: RegistrationRequest, created?: string): Promise<void> {
    const declared = declaredIn(request.properties);
    const records = this.recordsOf(request);
    const certificates = await certificatesOf(declared.azure, request.signal, this.reach);
    await certificates.settle(declared.name, request.signal, async found => {
      const held = found?.thumbprint === declared.thumbprint ? found : undefined;
      if (held && created !== undefined && held.created !== created) {
        // An update of this resource has uploaded it again, and asked for a code; or somebody else has, who owns it then.
        if (await records.code(identityOfUpload(declared), held.created) === undefined) {
          await records.leave(identityOfUpload(declared), resourceOf(request));
        }
        return true;
      }
      return leaveAndRemove(records, identityOfUpload(declared), resourceOf(request),
        async () => !held || (created === undefined && held.verified ? false : certificates.delete(held)));
    });
  }
}

function declaredIn(properties: RawProperties): Declared {
  const azure = azureService(properties);
  complain(checkForm('caName', properties.CertificateName, CA_NAME));
  const certificate = certificateProperty('CertificatePem', properties.CertificatePem);
  const name = `${properties.CertificateName}-${fingerprintOf(certificate).slice(0, 8)}`;
  return { azure, certificate, thumbprint: thumbprintOf(certificate), name };
}

function identityOfUpload({ azure, name, thumbprint }: Declared): string {
  return [identityOf(azure), name.toLowerCase(), thumbprint].join(':');
}

/** When what a physical id stands for was uploaded; unknown where its creation has failed. */
function timeOfUpload(physicalResourceId: string): string | undefined {
  return /^(?:[^:]+:){6}[0-9A-F]{40}:(\d{8}T\d{6}Z)$/.exec(physicalResourceId)?.[1];
}
