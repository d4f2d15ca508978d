import { assertSubject } from './certificate-kinds';
import { Declaration, DeclaredRequest } from './declaration';
import { nameLists, subjectValues } from './declared-extensions';
import { checkNameRules, GENERAL_NAME_TYPE_NAMES, NameLists } from '../../contract/general-names';
import { sha256 } from '../../contract/sha256';
import {
  AllowedSubject, AllowedSubjectType, checkAllowedSubject, checkRequestedSubject, checkSubjectIsDecided,
} from '../../contract/subject-rules';
import { readCertificationRequest } from '../../pki/certification-request';
import { readName } from '../../pki/name-reader';
import { readRequestedNames } from '../../pki/requested-names';
import { complain, RawProperties, record, secretId, text } from '../../resource/property-values';
import { IssuingPorts } from '../ports';

/** Reads the properties that declare a request, and the request itself if it is among them. */
export function requestProperty(properties: RawProperties, required: boolean): DeclaredRequest | undefined {
  const { CertificateSigningRequest, CertificateSigningRequestSecretArn, AllowedNames, AllowedSubject: rule } = properties;
  const inline = CertificateSigningRequest === undefined ? undefined : text('certificateSigningRequest', CertificateSigningRequest);
  if (inline === undefined && CertificateSigningRequestSecretArn === undefined) {
    if (required) {
      throw new Error('certificateSigningRequest must be given');
    }
    return undefined;
  }
  const allowedNames = AllowedNames === undefined ? undefined : nameLists('allowedSubjectAlternativeNames', AllowedNames);
  complain(allowedNames && checkNameRules(allowedNames));
  const hasSubject = properties.Subject !== undefined;
  const allowedSubject = rule === undefined ? undefined : allowedSubjectProperty(record('allowedSubject', rule));
  // A text that was a token at synthesis looks like any other text here, so the constructs check at synthesis whether it needed a rule.
  complain(checkSubjectIsDecided(inline !== undefined, hasSubject, allowedSubject !== undefined));
  return inline === undefined
    ? { secretArn: secretId('certificateSigningRequest', CertificateSigningRequestSecretArn), allowedNames, allowedSubject }
    : { ...readRequest(inline, hasSubject, allowedSubject), allowedNames, allowedSubject };
}

function allowedSubjectProperty({ Type, Subject }: RawProperties): AllowedSubject {
  const rule = { type: Type as AllowedSubjectType, subject: subjectValues('allowedSubject', Subject) };
  complain(checkAllowedSubject(rule));
  return rule;
}

/** Reads the content of a request, and its subject if that is taken. The rule for the subject is checked before anything else. */
function readRequest(input: string | Buffer, hasSubject: boolean, rule: AllowedSubject | undefined): Pick<DeclaredRequest, 'content' | 'subject'> {
  const content = readCertificationRequest(input);
  if (hasSubject) {
    return { content };
  }
  const subject = readName(content.subject);
  complain(rule && checkRequestedSubject(subject, rule));
  return { content, subject };
}

/** The declaration with its request, which may have to be fetched from a secret. */
export async function withRequest(declaration: Declaration, ports: IssuingPorts): Promise<Declaration> {
  const { request } = declaration;
  if (!request || request.content) {
    return declaration;
  }
  const value = await ports.secretValue(request.secretArn!);
  if (value === undefined) {
    throw new Error(`certificateSigningRequest must be in the secret ${request.secretArn}, which has no value`);
  }
  const read = readRequest(value, declaration.subject !== undefined, request.allowedSubject);
  const complete = { ...declaration, request: { ...request, ...read }, subject: declaration.subject ?? read.subject };
  assertSubject(complete);
  return complete;
}

/**
 * The part of a request that enters the identity of its certificate. It is the key and the names that are taken from the request, so that
 * signing the same request again does not change the identity; or the secret that holds the request, with the subject and the names that
 * may be taken.
 */
export function requestIdentity(request: DeclaredRequest): object {
  const { content, secretArn: place, allowedNames, allowedSubject } = request;
  if (!content || place !== undefined) {
    return { secretArn: place, ...allowedNames ? { allowedNames } : {}, ...allowedSubject ? { allowedSubject } : {} };
  }
  const { names } = requestOutcome({ request });
  return { publicKey: sha256(content.publicKey), ...names ? { names } : {} };
}

/** What enters the certificate from a request besides its key, and what does not. */
export interface RequestOutcome {
  /** The declared alternative names, and those of the request that a rule allows. */
  readonly names?: NameLists;
  /** What the request asked for and does not get, in words; absent without a request. */
  readonly ignored?: string;
}

/** Evaluates a request: only the alternative names that a rule allows are taken. */
export function requestOutcome({ request, extensions }: Pick<Declaration, 'request' | 'extensions'>): RequestOutcome {
  const declared = extensions?.subjectAlternativeNames;
  if (!request?.content) {
    return { names: declared };
  }
  const { allowed, ignored } = readRequestedNames(request.content, request.allowedNames ?? {});
  const merged = Object.fromEntries(GENERAL_NAME_TYPE_NAMES
    .map(type => [type, unique([...declared?.[type] ?? [], ...allowed[type] ?? []])] as const)
    .filter(([, names]) => names.length > 0));
  return { names: Object.keys(merged).length > 0 ? merged : undefined, ignored: ignored.join(', ') || 'none' };
}

function unique<T>(values: readonly T[]): T[] {
  const texts = values.map(value => JSON.stringify(value));
  return values.filter((_, index) => texts.indexOf(texts[index]) === index);
}
