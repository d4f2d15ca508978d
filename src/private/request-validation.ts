import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { validate } from './validation';
import { CustomExtension } from '../certificate-extensions';
import { checkNameRules } from '../contract/general-names';
import { checkDeliveryFormats, checkSubject, quote } from '../contract/rules';
import { SubjectValues } from '../contract/subject-attributes';
import { DeliveryFormat } from '../delivery-format';
import { EndEntityCertificateOptions } from '../end-entity-certificate';
import { PemSource } from '../pem-source';
import { readCertificationRequest } from '../pki/certification-request';
import { readName } from '../pki/name-reader';

type Options = Pick<EndEntityCertificateOptions,
'certificateSigningRequest' | 'allowedSubjectAlternativeNames' | 'subject' | 'keyAlgorithm' | 'keyStorage' | 'deliveryFormats'>;

/** A key is made here, or it comes by a request: what belongs to the one does not go with the other. */
export function validateKeySource(scope: Construct, options: Options): void {
  const { certificateSigningRequest, allowedSubjectAlternativeNames, subject, keyAlgorithm, keyStorage, deliveryFormats } = options;
  const complain = (message: string): never => {
    throw new Error(`${scope.node.path}: ${message}`);
  };
  if (certificateSigningRequest) {
    const [unfit] = Object.entries({ keyAlgorithm, keyStorage, deliveryFormats }).filter(([, value]) => value !== undefined);
    if (unfit) {
      complain(`${unfit[0]} must be left out where there is a certificateSigningRequest, whose private key is not here`);
    }
  } else if (!subject) {
    complain('subject must be given where there is no certificateSigningRequest to take it from');
  } else if (allowedSubjectAlternativeNames) {
    complain('allowedSubjectAlternativeNames must be left out where there is no certificateSigningRequest');
  } else if (keyStorage?._type === 'Kms') {
    complain('keyStorage must be KeyStorage.secretsManager() or KeyStorage.parameterStore() for a key that has to get onto a device or a server');
  }
}

/** Each form has one secret, and they are few. */
export function validateDeliveryFormats(scope: Construct, formats: readonly DeliveryFormat[] = []): void {
  const tooMany = checkDeliveryFormats(formats.length);
  if (tooMany !== undefined) {
    throw new Error(`${scope.node.path}: ${tooMany}`);
  }
  const names = formats.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new Error(`${scope.node.path}: deliveryFormats must name each form once, got ${repeated} again`);
  }
}

/** Checks a request that is known at synthesis as the function will. */
export function validateRequest(scope: Construct, { certificateSigningRequest, allowedSubjectAlternativeNames, subject }: Options): void {
  if (allowedSubjectAlternativeNames) {
    validate(scope, [allowedSubjectAlternativeNames], () => checkNameRules(allowedSubjectAlternativeNames));
  }
  validateRequestText(scope, certificateSigningRequest, subject !== undefined);
}

/** The subject of a certificate as far as it is known at synthesis: the one that is declared, or that of a request. */
export function knownSubject({ subject, certificateSigningRequest }: Options): SubjectValues | undefined {
  const text = certificateSigningRequest?._text;
  return subject ? { ...subject }
    : text === undefined || Token.isUnresolved(text) ? undefined : readName(readCertificationRequest(text).subject);
}

/** Checks the text of a request, unless it is a token. */
export function validateRequestText(scope: Construct, source: PemSource | undefined, hasSubject: boolean): void {
  const text = source?._text;
  if (text !== undefined) {
    validate(scope, [text], () => {
      try {
        const { subject } = readCertificationRequest(text);
        return hasSubject ? undefined : checkSubject(readName(subject));
      } catch (error) {
        return (error as Error).message;
      }
    });
  }
}

/** Only what the CA allows is signed; what the function refuses in any case is refused by the rules of extensions. */
export function validateCustomExtensions(scope: Construct, extensions: CustomExtension[] | undefined, allowed: readonly string[]): void {
  const refused = extensions?.find(({ oid }) => !Token.isUnresolved(oid) && !allowed.includes(oid));
  if (refused) {
    throw new Error(`${scope.node.path}: customExtensions must be ones that the CA allows, ${allowed.join(', ') || 'none'}, got ${quote(refused.oid)}; `
      + 'add it to allowedCustomExtensions of the CA');
  }
}
