import { X509Certificate } from 'node:crypto';
import { InstanceApi } from './instance-api';
import { codeOf, HUAWEI_IOTDA, NOT_PROVED } from './refusal';
import { JsonMap } from '../../../contract/json-map';
import { outsideId, outsideName } from '../../../lambda/outside-text';
import { basicTime } from '../../registrar/canonical-text';
import { isAnswer } from '../../registrar/json-answer';
import { commonNameOf, pemOf } from '../../registrar/shown-certificate';

/** A CA certificate as IoTDA holds it (`CertificatesRspDTO`). IoTDA shows neither the certificate nor a fingerprint. */
export interface HeldCertificate {
  readonly id: string;
  readonly commonName: string;
  readonly verified: boolean;
  /** The code stays the same, and every request shows it. */
  readonly verifyCode: string;
  /** In ISO 8601 basic format, like the next two. */
  readonly created: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

const CERTIFICATES = '/certificates';

/**
 * The CA certificates of an instance of IoTDA: AddCertificate, ListCertificates, ShowCertificate, CheckCertificate and
 * DeleteCertificate. https://support.huaweicloud.com/api-iothub/iot_06_v5_0014.html and the pages beside it
 */
export class InstanceCertificates {
  constructor(private readonly api: InstanceApi) {}

  /**
   * The registrations of a certificate, oldest first: those with its common name and, to the second, its validity. IoTDA shows nothing
   * more specific.
   */
  public async registrationsOf(certificate: X509Certificate): Promise<HeldCertificate[]> {
    const commonName = commonNameOf(certificate) ?? '';
    const [notBefore, notAfter] = [certificate.validFrom, certificate.validTo].map(time => basicTime(new Date(time)));
    return (await this.list())
      .filter(held => held.commonName === commonName && held.notBefore === notBefore && held.notAfter === notAfter)
      .sort((a, b) => `${a.created} ${a.id}` < `${b.created} ${b.id}` ? -1 : 1);
  }

  /**
   * Uploads a certificate. Every upload may make a registration of its own. So each attempt after the first looks for a registration that
   * an earlier attempt may have made, but whose response was lost.
   *
   * @param isAnother whether a registration is known to be of another certificate
   * @param note notes each attempt before it is made
   */
  public async upload(
    certificate: X509Certificate, isAnother: (held: HeldCertificate) => boolean, note: () => Promise<void>,
  ): Promise<HeldCertificate> {
    const body = JSON.stringify({ content: pemOf(certificate), app_id: this.api.appId });
    let attempts = 0;
    return heldIn(await this.api.ask('the upload of the certificate', async () => {
      const found = attempts++ === 0 ? undefined : (await this.registrationsOf(certificate)).find(held => !isAnother(held));
      if (found) {
        return { method: 'GET', url: `${CERTIFICATES}/${found.id}` };
      }
      await note();
      return { method: 'POST', url: CERTIFICATES, body };
    }));
  }

  /** A registration, even if the list does not show it yet. */
  public async show(id: string): Promise<HeldCertificate> {
    return heldIn(await this.api.ask('the request for the certificate', () => ({ method: 'GET', url: `${CERTIFICATES}/${id}` })));
  }

  /** Proves possession of the key. A refusal is ignored if the registration is already verified, unless the proof is wrong. */
  public async verify(id: string, verificationCertificate: X509Certificate): Promise<void> {
    const what = 'the verification';
    const body = JSON.stringify({ verify_content: pemOf(verificationCertificate) });
    const response = await this.api.send(what, () => ({ method: 'POST', url: `${CERTIFICATES}/${id}/action?action_id=verify`, body }));
    const done = response.status < 300 && isAnswer(response)
      || !NOT_PROVED.includes(codeOf(response) ?? '') && (await this.list()).some(held => held.id === id && held.verified);
    if (!done) {
      throw this.api.refusal(what, response);
    }
  }

  /** Deletes a registration; does nothing if it is gone. */
  public async delete(id: string): Promise<void> {
    const what = 'the deletion of the certificate';
    const response = await this.api.send(what, () => ({ method: 'DELETE', url: `${CERTIFICATES}/${id}` }));
    const gone = [204, 404].includes(response.status) && isAnswer(response);
    if (!gone && (await this.list()).some(held => held.id === id)) {
      throw this.api.refusal(what, response);
    }
  }

  /** All registrations of the instance, or of the resource space. */
  private async list(): Promise<HeldCertificate[]> {
    const { appId } = this.api;
    const query = { ...appId !== undefined && { app_id: appId } };
    return (await this.api.list('the list of certificates', { path: CERTIFICATES, member: 'certificates', query })).map(heldIn);
  }
}

function heldIn({ certificate_id: id, verify_code: verifyCode, ...held }: JsonMap): HeldCertificate {
  if (typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id) || typeof verifyCode !== 'string' || outsideId(verifyCode) === undefined) {
    throw new Error(`${HUAWEI_IOTDA} returned a certificate without a certificate_id or a verify_code`);
  }
  return {
    id,
    verifyCode,
    commonName: outsideName(held.cn_name),
    verified: held.status === true,
    created: outsideName(held.create_date),
    notBefore: outsideName(held.effective_date),
    notAfter: outsideName(held.expiry_date),
  };
}
