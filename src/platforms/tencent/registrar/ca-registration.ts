import { X509Certificate } from 'node:crypto';
import { readApiKey } from './api-key';
import { IotHubApi, PrivateCa } from './iot-hub-api';
import { quote } from '../../../contract/rules';
import { checked, RawProperties, secretId } from '../../../resource/property-values';
import { certificateProperty } from '../../registrar/certificate-property';
import { endpointProperty } from '../../registrar/endpoint';
import { HttpApi } from '../../registrar/http-api';
import { RecordedRegistrar } from '../../registrar/latest-request';
import { Outside, recordsOf } from '../../registrar/outside';
import { Registration, RegistrationRequest } from '../../registrar/registration';
import { IF_MADE_HERE, leaveAndRemove, orLeave, RegistrationRecords, resourceOf } from '../../registrar/registration-records';
import { fingerprintOf, pemOf } from '../../registrar/shown-certificate';
import { checkRegion } from '../../registrations';
import { checkCaName } from '../contract';

interface Declaration {
  readonly caName: string;
  readonly ca: X509Certificate;
  readonly verification: X509Certificate;
}

function parse(properties: RawProperties): Declaration {
  return {
    caName: checked<string>(checkCaName, properties.CertName),
    ca: certificateProperty('ca', properties.CaCertificatePem),
    verification: certificateProperty('verificationCertificate', properties.VerificationCertificatePem),
  };
}

const PREFIX = 'tencent-iot-hub/';

/**
 * The identity of a resource: the name of the CA certificate at the platform, and the certificate. The region is not part of it, because
 * it only says how the account is reached.
 */
function identityOf({ caName, ca }: Declaration): string {
  return `${nameIdentity(caName)}${fingerprintOf(ca)}`;
}

function nameIdentity(caName: string): string {
  return `${PREFIX}${encodeURIComponent(caName)}/`;
}

/**
 * `Custom::TencentIotHubCaRegistration`: a private CA certificate of an account. It is found by its content, so a registration whose
 * response was lost, or that was made by hand, is taken over. Another certificate replaces the previous one under the same name, because
 * products are bound to the name.
 */
export class CaRegistration implements RecordedRegistrar {
  constructor(private readonly outside: Outside = {}) {}

  public aimOf(properties: RawProperties): string {
    return identityOf(parse(properties));
  }

  public isOf(physicalResourceId: string, properties: RawProperties): boolean {
    return physicalResourceId === this.aimOf(properties);
  }

  public recordsOf(request: RegistrationRequest): RegistrationRecords {
    return recordsOf(request, this.outside);
  }

  public async declare(request: RegistrationRequest): Promise<Registration> {
    const declaration = parse(request.properties);
    const { caName, ca, verification } = declaration;
    const api = await this.api(request);
    const shown = await api.list();
    const found = isRegistered(declaration, shown);
    const isTaken = !found && shown.some(({ name }) => name === caName);
    const records = this.recordsOf(request);
    if (isTaken && !request.physicalResourceId?.startsWith(nameIdentity(caName)) && !await isLeftBehind(records, request, shown, caName)) {
      throw new Error(`caName must be a name that no other CA certificate of the account has, got ${quote(caName)}`);
    }
    const identity = identityOf(declaration);
    await records.declare(identity, resourceOf(request), found ? 'found' : isTaken ? 'restored' : 'made');
    await orLeave(records, identity, request, request.physicalResourceId === identity, async () => {
      if (!found) {
        const content = { name: caName, caPem: pemOf(ca), verificationPem: pemOf(verification) };
        await (isTaken ? api.update(content) : api.create(content)).catch(async error => {
          // Another delivery of the same request, or a first attempt whose response was lost, may have registered it.
          if (!isRegistered(declaration, await api.list().catch(() => []))) {
            throw error;
          }
        });
      }
    });
    return { physicalResourceId: identity, data: { CertName: caName } };
  }

  /**
   * Removes the certificate that the physical ID names, and no other certificate that has replaced it. Only the records distinguish what
   * a failed request has left behind from what someone else registered, because the platform does not show the proof.
   */
  public async remove(request: RegistrationRequest & { readonly physicalResourceId: string }): Promise<void> {
    const { physicalResourceId } = request;
    if (physicalResourceId.startsWith(PREFIX)) {
      await this.leave(request, physicalResourceId);
    } else {
      // What made the creation fail can make this fail too, and must not block the stack.
      await this.leaveFailed(request).catch(() => undefined);
    }
  }

  private async leaveFailed(request: RegistrationRequest): Promise<void> {
    await this.leave(request, this.aimOf(request.properties), IF_MADE_HERE);
  }

  private async leave(request: RegistrationRequest, identity: string, mayRemove?: typeof IF_MADE_HERE): Promise<void> {
    await leaveAndRemove(this.recordsOf(request), identity, resourceOf(request), async () => {
      const api = await this.api(request);
      const own = (await api.list()).find(({ name, fingerprint }) => identity === `${nameIdentity(name)}${fingerprint}`);
      if (own) {
        await api.delete(own.name);
      }
      return true;
    }, mayRemove);
  }

  private async api({ properties, signal }: RegistrationRequest): Promise<IotHubApi> {
    const { trustedCas, readSecret } = this.outside;
    const endpoint = endpointProperty(properties.Endpoint);
    const region = checked<string>(checkRegion, properties.Region);
    const credentials = await readApiKey(secretId('credentials', properties.CredentialsSecretArn), signal, readSecret);
    return new IotHubApi(new HttpApi(signal, trustedCas), endpoint, region, credentials);
  }
}

/** Whether the certificate of this name was made for a resource of this ledger, and no other resource still declares it. */
async function isLeftBehind(
  records: RegistrationRecords, request: RegistrationRequest, shown: readonly PrivateCa[], caName: string,
): Promise<boolean> {
  const { fingerprint } = shown.find(({ name }) => name === caName)!;
  return IF_MADE_HERE(await records.standing(`${nameIdentity(caName)}${fingerprint}`, resourceOf(request)));
}

/** Whether the certificate is registered under its name. Under another name, it cannot be registered a second time. */
function isRegistered({ caName, ca }: Declaration, shown: readonly PrivateCa[]): boolean {
  const same = shown.find(({ fingerprint }) => fingerprint === fingerprintOf(ca));
  if (same && same.name !== caName) {
    throw new Error(`caName must be ${quote(same.name)}, the name under which this CA certificate is registered, because the platform `
      + `neither registers a certificate twice nor renames it, got ${quote(caName)}`);
  }
  return same !== undefined;
}
