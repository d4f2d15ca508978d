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
 * Properties of a signature that proves possession of a CA's key.
 */
export interface ProofOfPossessionSignatureProps {
  /** The CA that proves possession of its key. */
  readonly ca: IPrivateIotCa;

  /**
   * The unsigned verification code that the platform shows for the CA: a literal, a parameter or any other token, 1 to 512
   * letters, digits and `+ / = _ -`. It is signed unchanged, without a line ending. A new code results in a new signature.
   */
  readonly verificationCode: string;

  /**
   * The digest of the signature. A CA whose key is in KMS signs only over SHA-384 with P-384, and only over SHA-512 with P-521.
   *
   * @default - HashAlgorithm.SHA_256, which Cumulocity verifies
   */
  readonly hashAlgorithm?: HashAlgorithm;

  /**
   * Raise this number, from 1 to 1,000,000, for a new signature from an otherwise unchanged declaration.
   *
   * @default 1
   */
  readonly generation?: number;
}

const KINDS: Kinds<ProofOfPossessionSignatureProps> = {
  ca: CA, verificationCode: TEXT, hashAlgorithm: optional(HASH_ALGORITHM), generation: optional(NUMBER),
};

/**
 * The proof of possession that Cumulocity asks for: the CA's signature over a code. Other platforms ask for a
 * `VerificationCertificate` instead. The signature is what `openssl dgst -sha256 -sign ca.key code.txt | openssl base64 -A` prints.
 *
 * @see https://cumulocity.com/docs/device-integration/device-certificates/
 * @resource Custom::IotProofOfPossessionSignature
 */
export class ProofOfPossessionSignature extends Resource {
  /**
   * The signature in base64 without line breaks: Cumulocity's `proofOfPossessionSignedVerificationCode`. It stays the same in
   * every deployment as long as the declaration does.
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
    const rights = provider.rightsToIssue(ca, this);
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
   * Always throws an error, because a signature has nothing to keep.
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    refuseRemovalPolicy(this, policy, false);
  }
}
