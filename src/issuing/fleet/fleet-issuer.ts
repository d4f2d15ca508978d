import { DeclaredDevice } from './device-declaration';
import { KeyFamily, KEY_ALGORITHMS } from '../../contract/key-algorithms';
import { quote } from '../../contract/rules';
import { assertNotCaSubject } from '../../pki/ca-subject';
import { Certificate, parseCertificate, signatureVerifier, verifyCertificate } from '../../pki/certificate';
import { CommonContent, issuing } from '../../pki/issue';
import { assertLinted } from '../../pki/lint/lint-errors';
import { PROFILES } from '../../pki/profile';
import { OwnFields } from '../../pki/tbs-certificate';
import { Validity, validityFrom } from '../../pki/validity';
import { completed } from '../issue-certificate';
import { IssuingCa, issuingCa } from '../issuing-ca';
import { contentFor } from '../ledger/reservation';
import { IssuingPorts } from '../ports';
import { assertIssues } from '../revoked-ca';
import { assertForPlatforms } from '../usable-ca';

/** Families of keys whose signatures are verified in a fraction of the time of making them. */
const CHEAP_TO_VERIFY: readonly KeyFamily[] = ['RSA'];

/** More kinds of certificates than a batch has as a rule: they differ by the list of revoked certificates that they name, and by alternative names. */
const MAX_KINDS = 256;

/** Makes one certificate of a kind, DER. */
type Make = (own: OwnFields) => Buffer | Promise<Buffer>;

/** The key of the CA did not sign, for instance because KMS is throttled. Another certificate would not be signed either. */
export class SigningFault extends Error {
  constructor(cause: unknown) {
    super('the CA did not sign', { cause });
  }
}

/** Any declared device of a fleet: all have the same CA. */
type AnyDevice = Pick<DeclaredDevice, 'declaration'>;

/**
 * A CA that issues a batch of device certificates. The CA is read once, and what certificates have in common is checked and encoded once.
 */
export class FleetIssuer {
  /** @throws Error if the CA issues no certificate any more, or not one like this */
  public static async for({ declaration }: AnyDevice, ports: IssuingPorts): Promise<FleetIssuer> {
    const { issuer, issuerLedgerTable, issuerKeyIdentifier, platforms } = declaration;
    const ca = (await issuingCa(issuer, ports.ledger(issuerLedgerTable), ports, issuerKeyIdentifier))!;
    await assertIssues(issuer!, ca, issuerLedgerTable, 'certificates of the fleet', ports);
    assertForPlatforms(ca.keyAlgorithm, platforms);
    const { crlSite, ocspUrl } = await completed({ ...declaration, request: undefined }, ports);
    return new FleetIssuer(ca, { crlSite, ocspUrl }, ports.clock());
  }

  private readonly kinds = new Map<string, Make>();
  private readonly caSubjects: readonly Buffer[];
  private readonly isSignedByCa: (certificate: Certificate) => boolean;
  private readonly verifiesAll: boolean;

  private constructor(private readonly ca: IssuingCa, private readonly published: Pick<DeclaredDevice['declaration'], 'crlSite' | 'ocspUrl'>, private readonly now: Date) {
    this.caSubjects = ca.chain.map(der => parseCertificate(der).subject);
    this.isSignedByCa = signatureVerifier(ca.issuer.signer.publicKey);
    this.verifiesAll = CHEAP_TO_VERIFY.includes(KEY_ALGORITHMS[ca.keyAlgorithm].family);
  }

  /** The period of a certificate that is made now. */
  public validityOf({ declaration }: AnyDevice): Validity {
    return validityFrom(this.now, PROFILES[declaration.profile], declaration.term!, this.ca.issuer.validity, declaration.clipToIssuer);
  }

  /**
   * Makes the certificate of a device, and reads it again: neither the encoder nor the signer is trusted to have made what was asked for. The first one of each
   * kind is checked by the lint rules; every RSA signature is verified, and of the others the first one of each kind, since verifying them takes longer than making them.
   *
   * @param publicKey SPKI, DER
   */
  public async issue({ declaration }: AnyDevice, serialNumber: string, publicKey: Buffer, validity: Validity): Promise<Buffer> {
    const { subject, ...common } = contentFor(serialNumber, { ...declaration, ...this.published });
    assertNotCaSubject(subject, this.caSubjects);
    const key = JSON.stringify([common.extensions, declaration.hashAlgorithm, validity]);
    const known = this.kinds.get(key);
    const make = known ?? this.kindOf({ ...common, validity }, declaration);
    const made = make({ serialNumber, subject, publicKey });
    const certificate = Buffer.isBuffer(made) ? made : await made.catch(error => {
      throw new SigningFault(error);
    });
    this.assertAsAsked(certificate, { serialNumber, subject, publicKey }, validity, known === undefined);
    if (!known) {
      assertLinted(certificate, declaration.platforms, this.ca.chain[0]);
      if (this.kinds.size >= MAX_KINDS) {
        this.kinds.clear();
      }
      this.kinds.set(key, make);
    }
    return certificate;
  }

  /** Whether this CA has signed a certificate, DER, with this serial number. */
  public isOwn(der: Buffer, serialNumber: string): boolean {
    try {
      const certificate = parseCertificate(der);
      return certificate.serialNumber === serialNumber && this.isSignedByCa(certificate);
    } catch {
      return false;
    }
  }

  private kindOf(common: CommonContent, { profile }: DeclaredDevice['declaration']): Make {
    return issuing(PROFILES[profile], common, this.ca.issuer);
  }

  private assertAsAsked(der: Buffer, asked: OwnFields, { notBefore, notAfter }: Validity, isFirst: boolean): void {
    const { serialNumber, subject, publicKey } = asked;
    const certificate = parseCertificate(der);
    if (certificate.serialNumber !== serialNumber || !certificate.subject.equals(subject) || !certificate.publicKey.equals(publicKey)
      || certificate.ca
      || certificate.validity.notBefore.getTime() !== notBefore.getTime() || certificate.validity.notAfter.getTime() !== notAfter.getTime()) {
      throw new Error(`the certificate that was signed is not the one that was asked for, with the serial number ${quote(serialNumber)}`);
    }
    if (isFirst) {
      verifyCertificate(certificate, this.ca.issuer.signer.publicKey);
    } else if (this.verifiesAll && !this.isSignedByCa(certificate)) {
      throw new Error(`the signature of the certificate ${quote(serialNumber)} does not verify with the CA's key; the signer did not return a signature`);
    }
  }
}
