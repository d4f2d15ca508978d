import { Fn, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { CaLookUp, lookedUp } from './ca-lookup';
import { IPrivateIotCa } from './i-private-iot-ca';
import { knownCa } from './known-ca';
import { PrivateIotCaProps } from './private-iot-ca-props';
import { isSelfIssued, parseCertificate } from '../../pki/certificate';
import { readCertificates } from '../../pki/certificate-pem';
import { toPem } from '../../pki/pem';
import { check } from '../checks/kinds';
import { SCOPE } from '../checks/object-kinds';
import { isWithinReach } from '../provider/reach';

/** A certificate in a CA's chain, or one text with several certificates whose number is not known at synthesis. */
export interface ChainLink {
  /** The PEM text for use in the stack of `home`: a literal, or a token that refers to a resource in that stack. */
  readonly pem: string;
  readonly home: IConstruct;
  /** How another stack looks the certificate up, because the token must not be exported to it. */
  readonly lookUp: CaLookUp;
}

/** The certificates of a CA and of the CAs above it, the CA's own first. */
export interface CaChainLinks {
  readonly links: readonly ChainLink[];
  /** Whether the last certificate is known to be a root's. */
  readonly endsInRoot: boolean;
}

/** Concatenates certificates, each of which ends with a line break. */
export function joined(certificates: readonly string[]): string {
  return certificates.length === 1 ? certificates[0] : Fn.join('', [...certificates]);
}

/** A certificate followed by the certificates of the CAs above it, with and without the root. */
export interface ChainTexts {
  readonly certificateChainPem: string;
  readonly certificateChainWithoutRootPem: string;
}

/** The chains of a certificate that a CA has issued, for use in the stack of `scope`. */
export function chainsBelow(scope: IConstruct, ca: IPrivateIotCa, certificatePem: string): ChainTexts {
  const { links, endsInRoot } = ca._chain;
  return chainsOf([certificatePem, ...certificatesIn(scope, links)], endsInRoot);
}

/** The chains that consist of the given certificates. A root's own chain without the root is empty. */
export function chainsOf(certificates: readonly string[], endsInRoot: boolean): ChainTexts {
  const withoutRoot = endsInRoot ? certificates.slice(0, -1) : certificates;
  return { certificateChainPem: joined(certificates), certificateChainWithoutRootPem: withoutRoot.length === 0 ? '' : joined(withoutRoot) };
}

/** The certificates of a chain, as a list, for use in the stack of `scope`. */
export function certificatesIn(scope: IConstruct, links: readonly ChainLink[]): string[] {
  check(links[0].lookUp.ca, { scope: SCOPE }, { scope });
  return links.map(({ pem, home, lookUp }) => !Token.isUnresolved(pem) || isWithinReach(scope, home) ? pem : lookedUp(scope, lookUp));
}

/** The CA's own certificate, for use in the stack of `scope`. */
export function certificateIn(scope: IConstruct, ca: IPrivateIotCa): string {
  check(ca, { scope: SCOPE }, { scope });
  const [{ pem, lookUp }] = ca._chain.links;
  if (isWithinReach(scope, ca)) {
    return ca.certificatePem;
  }
  return Token.isUnresolved(pem) ? lookedUp(scope, { ...lookUp, attributes: ['CertificatePem'] }) : pem;
}

/** The chain of a CA that is made by its declaration. */
export function chainOfDeclared(
  ca: IPrivateIotCa & { readonly sha256Fingerprint: string }, { issuer, signedElsewhere = false, signedCertificate }: PrivateIotCaProps,
): CaChainLinks {
  const { sha256Fingerprint } = ca;
  if (issuer) {
    return chainBelow(ca, sha256Fingerprint, issuer);
  }
  return signedCertificate?._text === undefined ? chainOfOne(ca, sha256Fingerprint, !signedElsewhere)
    : chainOfText(ca, signedCertificate._text, sha256Fingerprint);
}

/** The chain that holds the CA's own certificate and no others. */
export function chainOfOne(ca: IPrivateIotCa, sha256Fingerprint: string | undefined, endsInRoot: boolean): CaChainLinks {
  return { links: [{ pem: ca.certificatePem, home: ca, lookUp: { ca, depth: 0, sha256Fingerprint, attributes: ['CertificatePem'] } }], endsInRoot };
}

/** The chain of a CA for which the CAs above it are not known before deployment. One attribute holds all their certificates. */
export function chainWithRest(ca: IPrivateIotCa, sha256Fingerprint: string, issuerChainPem: string): CaChainLinks {
  const lookUp = { ca, depth: 0, sha256Fingerprint, withChain: true };
  return {
    links: [
      { pem: ca.certificatePem, home: ca, lookUp: { ...lookUp, attributes: ['CertificatePem'] } },
      { pem: issuerChainPem, home: ca, lookUp: { ...lookUp, attributes: ['IssuerChainPem'] } },
    ],
    endsInRoot: false,
  };
}

/** The chain of a CA from a string. A text that is a token until deployment remains one link, which may end in a root. */
export function chainOfText(ca: IPrivateIotCa, text: string, sha256Fingerprint: string | undefined): CaChainLinks {
  const lookUp: CaLookUp = { ca, depth: 0, sha256Fingerprint, attributes: ['CertificatePem', 'IssuerChainPem'], withChain: true };
  if (Token.isUnresolved(text)) {
    return { links: [{ pem: text, home: ca, lookUp }], endsInRoot: false };
  }
  const certificates = readCertificates('certificate', text);
  return {
    links: certificates.map(der => ({ pem: toPem('CERTIFICATE', der), home: ca, lookUp })), // literals are never looked up
    endsInRoot: isSelfIssued(parseCertificate(certificates[certificates.length - 1])),
  };
}

/**
 * The chain of a CA that another CA has issued. A CA's own ledger also holds the certificates above it, so a look-up needs no right on
 * the ledgers of the CAs above. The exception is a renewable CA among them: every CA below it has its certificate in force, and those above it,
 * looked up in its own ledger.
 */
export function chainBelow(ca: IPrivateIotCa, sha256Fingerprint: string, issuer: IPrivateIotCa): CaChainLinks {
  const { links, endsInRoot } = issuer._chain;
  const isOwn = ({ lookUp }: ChainLink): boolean => lookUp.ca === issuer && !knownCa(issuer).isRenewable;
  const above = links.map(link => isOwn(link) ? { ...link, lookUp: { ...link.lookUp, ca, depth: link.lookUp.depth + 1 } } : link);
  return { links: [...chainOfOne(ca, sha256Fingerprint, false).links, ...above], endsInRoot };
}
