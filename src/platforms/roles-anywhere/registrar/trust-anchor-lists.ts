import { Crl, CrlApi } from './crl-api';
import { HeldList, ListHolder } from '../../registrar/lists/give-list';
import { ListIssuer, listNumber, RevocationList } from '../../registrar/lists/revocation-list';
import { MAX_CRL_BYTES } from '../contract';

/**
 * The revocation list of a CA for a trust anchor of IAM Roles Anywhere. It has a name that no other has, by which it is found again, and it is
 * changed in place, because a trust anchor has room for few lists.
 */
export class TrustAnchorLists implements ListHolder {
  /** @param ca reads the certificate of the CA */
  constructor(
    private readonly api: CrlApi, private readonly trustAnchorArn: string, private readonly name: string,
    private readonly ca: () => Promise<ListIssuer>,
  ) {}

  public async held(): Promise<HeldList[]> {
    const ca = await this.ca();
    return (await this.own()).map(({ id, data, enabled }) => ({
      id,
      number: listNumber(data, ca),
      ...enabled ? {} : {
        complaint: `the revocation list ${id} is disabled in IAM Roles Anywhere, so revoked certificates get credentials; `
          + `enable it with \`aws rolesanywhere enable-crl --crl-id ${id}\``,
      },
    }));
  }

  public async ids(): Promise<string[]> {
    return (await this.own()).map(({ id }) => id);
  }

  public async give({ pem, number }: RevocationList, standing: HeldList | undefined): Promise<void> {
    const bytes = Buffer.byteLength(pem);
    if (bytes > MAX_CRL_BYTES) {
      throw new Error(`the revocation list ${number} must have at most ${MAX_CRL_BYTES} bytes in PEM for IAM Roles Anywhere, got ${bytes}; let revoked certificates `
        + 'expire, which then leave the list, or issue from another CA');
    }
    await (standing ? this.api.update(standing.id, pem) : this.api.import(this.name, this.trustAnchorArn, pem));
  }

  public async take(id: string): Promise<void> {
    await this.api.delete(id);
  }

  private async own(): Promise<Crl[]> {
    return (await this.api.all()).filter(({ name, trustAnchorArn }) => name === this.name && trustAnchorArn === this.trustAnchorArn);
  }
}
