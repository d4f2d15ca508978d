import { CustomResource, RemovalPolicy, Resource } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HashAlgorithm } from './hash-algorithm';
import { validateCanIssue } from './issuing-validation';
import { ProofOfPossessionSignatureAttributes, ProofOfPossessionSignatureProperties } from '../../contract/properties';
import { ResourceType } from '../../contract/resource-types';
import { checkVerificationCode } from '../../contract/rules';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { issuerProperties } from '../ca/known-ca';
import { check, Kinds, NUMBER, optional, TEXT } from '../checks/kinds';
import { CA, HASH_ALGORITHM } from '../checks/object-kinds';
import { validate, validGeneration, validHashAlgorithm } from '../checks/validation';
import { CertificateProvider, ledgerOf } from '../provider/certificate-provider';
import { refuseRemovalPolicy } from '../provider/removal-policy';

/**
 * What a CA signs to prove that its key is held.
 */
export interface ProofOfPossessionSignatureProps {
  /** The CA whose key is proved. */
  readonly ca: IPrivateIotCa;

  /**
   * The unsigned verification code that the platform shows for the CA: a literal, a parameter or any other token, 1 to 512
   * letters, digits and `+ / = _ -`. It is signed as it is, without a line end. Another code makes another signature.
   */
  readonly verificationCode: string;

  /**
   * The digest of the signature. A CA with a key on P-384 or P-521 in KMS signs over SHA-384 and SHA-512 only.
   *
   * @default HashAlgorithm.SHA_256, which Cumulocity verifies
   */
  readonly hashAlgorithm?: HashAlgorithm;

  /**
   * Raise it for a new signature of an otherwise unchanged declaration, 1 to 1,000,000.
   *
   * @default 1
   */
  readonly generation?: number;
}

const KINDS: Kinds<ProofOfPossessionSignatureProps> = {
  ca: CA, verificationCode: TEXT, hashAlgorithm: optional(HASH_ALGORITHM), generation: optional(NUMBER),
};

/**
 * The proof of possession that Cumulocity asks for: the CA's signature over a code, where other platforms ask for a
 * `VerificationCertificate`. It is what `openssl dgst -sha256 -sign ca.key code.txt | openssl base64 -A` prints.
 *
 * @see https://cumulocity.com/docs/device-integration/device-certificates/
 * @resource Custom::IotProofOfPossessionSignature
 */
export class ProofOfPossessionSignature extends Resource {
  /**
   * The signature, base64 without line breaks: Cumulocity's `proofOfPossessionSignedVerificationCode`. It is the same in
   * every deployment, as long as the declaration is.
   * @attribute
   */
  public readonly signature: string;

  constructor(scope: Construct, id: string, props: ProofOfPossessionSignatureProps) {
    super(scope, id);
    check(this, KINDS, props);
    const { ca, verificationCode } = props;
    validate(this, [verificationCode], () => checkVerificationCode(verificationCode));
    const hashAlgorithm = validHashAlgorithm(this, ca, props.hashAlgorithm ?? HashAlgorithm.SHA_256);

    validateCanIssue(this, ca);
    const provider = CertificateProvider.of(this);
    const rights = provider.rightsOn(ca, this);
    ca.grantIssue(rights);
    const properties: ProofOfPossessionSignatureProperties = {
      LedgerTable: ledgerOf(this, ca),
      ...issuerProperties(ca),
      VerificationCode: verificationCode,
      HashAlgorithm: hashAlgorithm,
      Generation: validGeneration(this, props.generation),
    };
    const resource: CustomResource = provider.resource(this, ResourceType.PROOF_OF_POSSESSION_SIGNATURE, properties, [rights]);
    this.signature = resource.getAttString('Signature' satisfies keyof ProofOfPossessionSignatureAttributes);
  }

  /**
   * Refused: a signature has nothing that could be kept.
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    refuseRemovalPolicy(this, policy, false);
  }
}
