import { Fn, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { CaLookUp, lookedUp } from './ca-lookup';
import { IPrivateIotCa } from './i-private-iot-ca';
import { isSelfIssued, parseCertificate } from '../../pki/certificate';
import { readCertificates } from '../../pki/certificate-pem';
import { toPem } from '../../pki/pem';
import { check } from '../checks/kinds';
import { SCOPE } from '../checks/object-kinds';
import { isWithinReach } from '../provider/reach';

/** A certificate of a CA's chain; or several in one text, where it is not known at synthesis how many they are. */
export interface ChainLink {
  /** What stands for it in the stack of `home`: a literal, or a token that refers to a resource there. */
  readonly pem: string;
  readonly home: IConstruct;
  /** How another stack, to which the token must not be exported, finds it. */
  readonly lookUp: CaLookUp;
}

/** The certificates of a CA and of the CAs above it: its own first. */
export interface CaChainLinks {
  readonly links: readonly ChainLink[];
  /** Whether the last of them is known to be a root. */
  readonly endsInRoot: boolean;
}

/** Certificates one after the other. Each ends with a line break. */
export function joined(certificates: readonly string[]): string {
  return certificates.length === 1 ? certificates[0] : Fn.join('', [...certificates]);
}

/** What stands in a chain: a certificate and what is above it. */
export interface ChainTexts {
  readonly certificateChainPem: string;
  readonly certificateChainWithoutRootPem: string;
}

/** The chains of a certificate below a CA, for use in the stack of `scope`. */
export function chainsBelow(scope: IConstruct, ca: IPrivateIotCa, certificatePem: string): ChainTexts {
  const { links, endsInRoot } = ca._chain;
  return chainsOf([certificatePem, ...certificatesIn(scope, links)], endsInRoot);
}

/** The chains that certificates make. Without a root, nothing is left of a root's own. */
export function chainsOf(certificates: readonly string[], endsInRoot: boolean): ChainTexts {
  const withoutRoot = endsInRoot ? certificates.slice(0, -1) : certificates;
  return { certificateChainPem: joined(certificates), certificateChainWithoutRootPem: withoutRoot.length === 0 ? '' : joined(withoutRoot) };
}

/** The certificates of a chain, one by one, for use in the stack of `scope`. */
export function certificatesIn(scope: IConstruct, links: readonly ChainLink[]): string[] {
  check(links[0].lookUp.ca, { scope: SCOPE }, { scope });
  return links.map(({ pem, home, lookUp }) => !Token.isUnresolved(pem) || isWithinReach(scope, home) ? pem : lookedUp(scope, lookUp));
}

/** The certificate of a CA alone, for use in the stack of `scope`. */
export function certificateIn(scope: IConstruct, ca: IPrivateIotCa): string {
  check(ca, { scope: SCOPE }, { scope });
  const [{ pem, lookUp }] = ca._chain.links;
  if (isWithinReach(scope, ca)) {
    return ca.certificatePem;
  }
  return Token.isUnresolved(pem) ? lookedUp(scope, { ...lookUp, attributes: ['CertificatePem'] }) : pem;
}

/** The chain of a CA that has one certificate of its own, and no other that is told here. */
export function chainOfOne(ca: IPrivateIotCa, sha256Fingerprint: string | undefined, endsInRoot: boolean): CaChainLinks {
  return { links: [{ pem: ca.certificatePem, home: ca, lookUp: { ca, depth: 0, sha256Fingerprint, attributes: ['CertificatePem'] } }], endsInRoot };
}

/** The chain of a CA, those above which are not known before deployment: one attribute holds them all. */
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

/** The chain of a CA from a text. What is a token until deployment stays in one piece, and may end in a root. */
export function chainOfText(ca: IPrivateIotCa, text: string, sha256Fingerprint: string | undefined): CaChainLinks {
  const lookUp: CaLookUp = { ca, depth: 0, sha256Fingerprint, attributes: ['CertificatePem', 'IssuerChainPem'], withChain: true };
  if (Token.isUnresolved(text)) {
    return { links: [{ pem: text, home: ca, lookUp }], endsInRoot: false };
  }
  const certificates = readCertificates('certificate', text);
  return {
    links: certificates.map(der => ({ pem: toPem('CERTIFICATE', der), home: ca, lookUp })), // literals, which nobody looks up
    endsInRoot: isSelfIssued(parseCertificate(certificates[certificates.length - 1])),
  };
}

/**
 * The chain of a CA below another one. A CA's own ledger holds the certificates above it too, so that nobody needs a right on a
 * ledger further up; but that of a CA which is renewed is in its own ledger only.
 */
export function chainBelow(ca: IPrivateIotCa, sha256Fingerprint: string, issuer: IPrivateIotCa, renewable: boolean): CaChainLinks {
  const { links, endsInRoot } = issuer._chain;
  const above = renewable ? links : links.map(link => ({ ...link, lookUp: { ...link.lookUp, ca, depth: link.lookUp.depth + 1 } }));
  return { links: [...chainOfOne(ca, sha256Fingerprint, false).links, ...above], endsInRoot };
}
