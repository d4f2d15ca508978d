import { X509Certificate } from 'node:crypto';
import { AzureCaUploadAttributes, CERTIFICATE_NAME } from '../../contract/azure';
import { checkForm } from '../../contract/forms';
import { complain } from '../../handlers/property-values';
import { certificateProperty, thumbprintOf } from '../certificate-property';
import { Registrar, Registration, RegistrationRequest } from '../registrar';
import { AzureReach, azureService, AzureService, certificatesOf, identityOf } from './service';
import { HeldCertificate } from './service-certificates';

/** A CA certificate that is to be held by a service. */
interface Declared {
  readonly azure: AzureService;
  readonly certificate: X509Certificate;
  readonly thumbprint: string;
  /** With the beginning of the fingerprint: another certificate has another name, and both can be there at the same time. */
  readonly name: string;
}

/** What a physical id says, beside the service: which upload it was, and the code that came of it. */
interface Upload {
  readonly identity: string;
  readonly created: string;
  readonly code: string;
}

/**
 * `Custom::AzureCaUpload`: the CA's certificate at the service, and the code that proves who holds its key.
 *
 * Each new code takes the place of the one before and none can be read again, so that the physical id keeps it. It also keeps
 * when the certificate was uploaded: after somebody has deleted it there and a deployment has uploaded it again, the removal of
 * what was before must not take away what is there now. After `|` it keeps the same of what was before: a rollback asks for
 * that again, and must not get another code, which would make another verification certificate.
 */
export class AzureCaUpload implements Registrar {
  constructor(private readonly reach: AzureReach = {}) {}

  public async declare(request: RegistrationRequest): Promise<Registration> {
    const declared = declaredIn(request);
    const { azure, certificate, thumbprint, name } = declared;
    const identity = identityOfUpload(declared);
    const kept = uploadsOf(request.physicalResourceId);
    const certificates = await certificatesOf(azure, request.signal, this.reach);
    const upload: Upload = await certificates.settle(name, request.signal, async found => {
      const held = found ?? await certificates.upload(name, certificate.raw);
      if (!held) {
        return undefined;
      }
      if (held.thumbprint !== thumbprint) {
        throw new Error(`certificateName must be one that no other certificate has, got "${name}", which ${certificates.serviceName} holds for `
          + `${held.subject} (thumbprint ${held.thumbprint}); choose another name, or delete it there`);
      }
      const known = kept.find(each => each.identity === identity && each.created === held.created);
      if (known) {
        return known;
      }
      // Nobody needs a code for what is verified any more, and asking for one could undo that.
      const code = held.verified ? thumbprint : await certificates.generateVerificationCode(held);
      return code === undefined ? undefined : { identity, created: held.created, code };
    });
    const data: AzureCaUploadAttributes = { CertificateName: name, Thumbprint: thumbprint, VerificationCode: upload.code };
    return { physicalResourceId: physicalIdOf(upload, kept), data: { ...data } };
  }

  public async remove(request: RegistrationRequest & { readonly physicalResourceId: string }): Promise<void> {
    const [upload] = uploadsOf(request.physicalResourceId);
    if (upload) {
      await this.delete(request, held => held.created === upload.created);
    } else {
      // Its creation has failed, perhaps for what would make this fail too. What it may have left proves nothing to anybody.
      await this.delete(request, held => !held.verified).catch(() => undefined);
    }
  }

  private async delete(request: RegistrationRequest, isOurs: (held: HeldCertificate) => boolean): Promise<void> {
    const { azure, thumbprint, name } = declaredIn(request);
    const certificates = await certificatesOf(azure, request.signal, this.reach);
    await certificates.settle(name, request.signal, async held =>
      held?.thumbprint === thumbprint && isOurs(held) ? certificates.delete(held) : true);
  }
}

function declaredIn({ properties }: RegistrationRequest): Declared {
  const azure = azureService(properties);
  complain(checkForm('certificateName', properties.CertificateName, CERTIFICATE_NAME));
  const certificate = certificateProperty('CertificatePem', properties.CertificatePem);
  const beginning = certificate.fingerprint256.replaceAll(':', '').slice(0, 8).toLowerCase();
  return { azure, certificate, thumbprint: thumbprintOf(certificate), name: `${properties.CertificateName}-${beginning}` };
}

function identityOfUpload({ azure, name, thumbprint }: Declared): string {
  return [identityOf(azure), name.toLowerCase(), thumbprint].join(':');
}

/** The upload that a physical id stands for, and the one before it; none where its creation has failed. */
function uploadsOf(physicalResourceId = ''): Upload[] {
  return physicalResourceId.split('|')
    .map(each => /^((?:[^:]+:){6}[0-9A-F]{40}):(\d{8}T\d{6}Z):(.+)$/.exec(each))
    .flatMap(match => match ? [{ identity: match[1], created: match[2], code: match[3] }] : []);
}

/** The physical id of what was there already is the same one; something new keeps what was before it. */
function physicalIdOf(upload: Upload, kept: readonly Upload[]): string {
  const uploads = kept.includes(upload) ? kept.slice(kept.indexOf(upload)) : [upload, ...kept.slice(0, 1)];
  return uploads.map(({ identity, created, code }) => [identity, created, code].join(':')).join('|');
}
