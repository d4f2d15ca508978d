import { Fn, Token } from 'aws-cdk-lib';
import { IPrivateIotCa } from '../i-private-iot-ca';
import { parseCertificate } from '../pki/certificate';
import { readCertificates } from '../pki/certificate-pem';
import { toPem } from '../pki/pem';

/** Certificates one after the other. Each ends with a line break. */
export function joined(certificates: readonly string[]): string {
  return certificates.length === 1 ? certificates[0] : Fn.join('', [...certificates]);
}

/** What stands in a chain: a certificate and what is above it. */
export interface ChainTexts {
  readonly certificateChainPem: string;
  readonly certificateChainWithoutRootPem: string;
}

/** The chains of a certificate below a CA. */
export function chainsBelow(ca: IPrivateIotCa, certificatePem: string): ChainTexts {
  return {
    certificateChainPem: joined([certificatePem, ca.certificateChainPem]),
    certificateChainWithoutRootPem: ca.certificateChainWithoutRootPem === '' ? certificatePem : joined([certificatePem, ca.certificateChainWithoutRootPem]),
  };
}

/** The chains of a CA. */
export function chainsOf(caCertificates: readonly string[], endsInRoot: boolean): ChainTexts {
  const withoutRoot = endsInRoot ? caCertificates.slice(0, -1) : caCertificates;
  return { certificateChainPem: joined(caCertificates), certificateChainWithoutRootPem: withoutRoot.length === 0 ? '' : joined(withoutRoot) };
}

/** The certificates of a CA and of those above it, and whether the last one is a root. */
export interface ChainParts {
  readonly certificates: string[];
  readonly endsInRoot: boolean;
}

/** Takes a text with a chain apart. What is a token until deployment stays in one piece, as does what is no chain. */
export function chainOfText(text: string): ChainParts {
  if (Token.isUnresolved(text)) {
    return { certificates: [text], endsInRoot: false };
  }
  const certificates = readCertificates('certificate', text);
  const { issuer, subject } = parseCertificate(certificates[certificates.length - 1]);
  return { certificates: certificates.map(der => toPem('CERTIFICATE', der)), endsInRoot: issuer.equals(subject) };
}
