import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { CustomExtension } from './certificate-extensions';
import { EndEntityCertificateOptions } from './end-entity-certificate-options';
import { PemSource } from './pem-source';
import { checkNameRules } from '../../contract/general-names';
import { AllowedSubjectProperties } from '../../contract/properties';
import { checkDeliveryFormats, checkSubject, Complaint, quote } from '../../contract/rules';
import { SubjectValues } from '../../contract/subject-attributes';
import { AllowedSubject, checkAllowedSubject, checkRequestedSubject, checkSubjectIsDecided } from '../../contract/subject-rules';
import { CertificationRequest, readCertificationRequest } from '../../pki/certification-request';
import { readName } from '../../pki/name-reader';
import { complaintOf, hasToken, renderSubject, validate } from '../checks/validation';
import { DeliveryFormat } from '../keys/delivery-format';

/** The options that determine the names in a certificate that is made from a request. */
type NameOptions = Pick<EndEntityCertificateOptions, 'certificateSigningRequest' | 'subject' | 'allowedSubject' | 'allowedSubjectAlternativeNames'>;

type Options = NameOptions & Pick<EndEntityCertificateOptions, 'keyAlgorithm' | 'keyStorage' | 'deliveryFormats'>;

/** Refuses options that don't fit the source of the key, which is either made here or comes with a request. */
export function validateKeySource(scope: Construct, options: Options): void {
  const { certificateSigningRequest, allowedSubject, allowedSubjectAlternativeNames, subject, keyAlgorithm, keyStorage, deliveryFormats } = options;
  const complain = (message: string): never => {
    throw new Error(`${scope.node.path}: ${message}`);
  };
  if (certificateSigningRequest) {
    const [unfit] = Object.entries({ keyAlgorithm, keyStorage, deliveryFormats }).filter(([, value]) => value !== undefined);
    if (unfit) {
      complain(`${unfit[0]} must be left out if certificateSigningRequest is given, because the private key of a request is not held here`);
    }
  } else if (!subject) {
    complain('subject must be given if there is no certificateSigningRequest to take it from');
  } else if (allowedSubject ?? allowedSubjectAlternativeNames) {
    complain(`${allowedSubject ? 'allowedSubject' : 'allowedSubjectAlternativeNames'} must be left out if there is no certificateSigningRequest`);
  } else if (keyStorage?._type === 'Kms') {
    complain('keyStorage must be KeyStorage.secretsManager() or KeyStorage.parameterStore() for a key that is delivered to a device or a server');
  }
}

/** Checks the number of forms, and that each form occurs only once, because it has one secret. */
export function validateDeliveryFormats(scope: Construct, formats: readonly DeliveryFormat[] = []): void {
  const tooMany = checkDeliveryFormats(formats.length);
  if (tooMany !== undefined) {
    throw new Error(`${scope.node.path}: ${tooMany}`);
  }
  const names = formats.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new Error(`${scope.node.path}: deliveryFormats must contain each format only once, got ${quote(repeated)} twice`);
  }
}

const READ = new WeakMap<PemSource, CertificationRequest>();

/**
 * A request, if it is known at synthesis. It is read only once, by the code of the function.
 *
 * @throws Error if the request can't be accepted
 */
export function knownRequest(source: PemSource | undefined): CertificationRequest | undefined {
  const text = source?._text;
  if (!source || text === undefined || Token.isUnresolved(text)) {
    return undefined;
  }
  const request = READ.get(source) ?? readCertificationRequest(text);
  READ.set(source, request);
  return request;
}

/** The subject of a certificate, if it is known at synthesis: the declared subject, or the subject of the request. */
export function knownSubject({ subject, certificateSigningRequest }: NameOptions): SubjectValues | undefined {
  if (subject) {
    return { ...subject };
  }
  const request = knownRequest(certificateSigningRequest);
  return request && readName(request.subject);
}

/**
 * Checks a request, as far as it is known at synthesis, and that its names are decided on. The function checks the same.
 *
 * @returns the rule for the subject, rendered for a template
 */
export function validRequest(scope: Construct, options: NameOptions): AllowedSubjectProperties | undefined {
  const { certificateSigningRequest: source, subject, allowedSubject, allowedSubjectAlternativeNames: names } = options;
  if (!source) {
    return undefined;
  }
  if (names) {
    validate(scope, [names], () => checkNameRules(names));
  }
  validate(scope, [], () => complaintOf(() =>
    checkSubjectIsDecided(knownRequest(source) !== undefined, subject !== undefined, allowedSubject !== undefined)));
  const rule = allowedSubject?._for(scope);
  if (rule) {
    validate(scope, [rule.subject], () => checkAllowedSubject(rule));
  }
  validate(scope, [], () => checkKnownRequest(options, rule));
  return rule && { Type: rule.type, Subject: renderSubject(rule.subject) };
}

function checkKnownRequest(options: NameOptions, rule: AllowedSubject | undefined): Complaint {
  if (options.subject || !knownRequest(options.certificateSigningRequest)) {
    return undefined;
  }
  return complaintOf(() => {
    const requested = knownSubject(options)!;
    return checkSubject(requested) ?? (rule && !hasToken(rule.subject) ? checkRequestedSubject(requested, rule) : undefined);
  });
}

/** Refuses extensions that the CA does not allow. The rules of extensions refuse those that the function refuses in any case. */
export function validateCustomExtensions(scope: Construct, extensions: CustomExtension[] | undefined, allowed: readonly string[]): void {
  const refused = extensions?.find(({ oid }) => !Token.isUnresolved(oid) && !allowed.includes(oid));
  if (refused) {
    throw new Error(`${scope.node.path}: customExtensions must be among those that the CA allows (${allowed.join(', ') || 'none'}), `
      + `got ${quote(refused.oid)}; add it to allowedCustomExtensions of the CA`);
  }
}
