import { Fn, Token } from 'aws-cdk-lib';
import { IPrivateIotCa } from '../i-private-iot-ca';
import { Certificate, parseCertificate } from '../pki/certificate';
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

/** What a CA tells of the certificates of its own and of the CAs above it. */
export interface CaChainTexts extends ChainTexts {
  readonly caCertificates: string[];
}

/** The chains of a CA. */
export function chainsOf(caCertificates: string[], endsInRoot: boolean): CaChainTexts {
  const withoutRoot = endsInRoot ? caCertificates.slice(0, -1) : caCertificates;
  return {
    caCertificates,
    certificateChainPem: joined(caCertificates),
    certificateChainWithoutRootPem: withoutRoot.length === 0 ? '' : joined(withoutRoot),
  };
}

/** The chains of a CA from a text. What is a token until deployment stays in one piece, and may end in a root. */
export function chainOfText(text: string): CaChainTexts {
  if (Token.isUnresolved(text)) {
    return chainsOf([text], false);
  }
  const certificates = readCertificates('certificate', text);
  return chainsOf(certificates.map(der => toPem('CERTIFICATE', der)), isRoot(parseCertificate(certificates[certificates.length - 1])));
}

/** Whether a certificate is the last one of a chain. */
export function isRoot({ issuer, subject }: Certificate): boolean {
  return issuer.equals(subject);
}
