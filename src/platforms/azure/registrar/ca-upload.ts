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

/** A CA certificate that a service is to hold. */
interface Declared {
  readonly azure: AzureService;
  readonly certificate: X509Certificate;
  readonly thumbprint: string;
  /** Ends with the beginning of the fingerprint: another certificate has another name, so both can be there at the same time. */
  readonly name: string;
}

/**
 * The time for cleaning up; milliseconds. When the time for the work is over, two seconds remain before its failure is answered:
 * `Deadline.passed`.
 */
const CLEANING_UP = 1_500;

/**
 * `Custom::AzureCaUpload`: the CA's certificate in the service, and the code for the proof of possession of its key.
 *
 * Each new code replaces the previous one, and no code can be read again. So the records keep the code: a second delivery, an update and
 * a rollback get the same code, and thus the same verification certificate. The physical ID contains the upload time: if the
 * certificate was deleted there and a deployment has uploaded it again, the removal of the earlier upload must not delete the later one.
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
        throw new Error(`caName must be a name that no other certificate has, got "${name}", which ${certificates.serviceName} holds for `
          + `${held.subject} (thumbprint ${held.thumbprint}); choose another name, or delete that certificate there`);
      }
      isOurs ||= !found;
      await records.declare(identity, resourceOf(request), held.verified ? 'found' : 'made');
      // A certificate that someone else has verified needs no code, and a request for a code could undo the verification.
      const code = held.verified && await records.code(identity, held.created) === undefined ? thumbprint
        : await records.codeOnce(identity, held.created, () => certificates.generateVerificationCode(held));
      return code === undefined ? undefined : { created: held.created, code };
    });
    const { created, code } = await settled.catch(async error => {
      // CloudFormation never requests the removal of what an update has made or declared before it failed.
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
      // The creation has failed, perhaps for a reason that makes this fail too. What it may have left behind proves nothing.
      await this.delete(request).catch(() => undefined);
    }
  }

  /** @param created the time of the upload; if it is unknown, only an unverified certificate is deleted */
  private async delete(request: RegistrationRequest, created?: string): Promise<void> {
    const declared = declaredIn(request.properties);
    const records = this.recordsOf(request);
    const certificates = await certificatesOf(declared.azure, request.signal, this.reach);
    await certificates.settle(declared.name, request.signal, async found => {
      const held = found?.thumbprint === declared.thumbprint ? found : undefined;
      if (held && created !== undefined && held.created !== created) {
        // Either an update of this resource has uploaded it again and asked for a code, or someone else has uploaded it and owns it.
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

/** The time of the upload that a physical ID stands for; `undefined` if the creation has failed. */
function timeOfUpload(physicalResourceId: string): string | undefined {
  return /^(?:[^:]+:){6}[0-9A-F]{40}:(\d{8}T\d{6}Z)$/.exec(physicalResourceId)?.[1];
}
