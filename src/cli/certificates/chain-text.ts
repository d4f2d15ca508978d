import { CertificateFacts } from './certificate-facts';
import { signingOf } from './chain';
import { paragraph } from '../table';

/** How a chain ends: its last certificate is self-signed, its issuer is missing, or the key of the given issuer did not sign it. */
export interface ChainEnd {
  readonly end: 'selfSigned' | 'issuerMissing' | 'issuerDiffers';
  readonly text: string;
}

/** How a chain ends, by its last certificate. */
export function endOf(last: CertificateFacts, given: readonly CertificateFacts[]): ChainEnd {
  const { signer, impostor } = signingOf(last, given);
  if (signer) {
    return { end: 'selfSigned', text: 'signed by itself, signature verified' };
  }
  return impostor
    ? { end: 'issuerDiffers', text: `names ${impostor.shortName} as its issuer, but the key of the certificate given here did not sign it` }
    : { end: 'issuerMissing', text: `signed by ${last.issuer}, which is not among these files` };
}

/** A chain as people read it: line by line, which CA signed which certificate. */
export function describeChain(chain: readonly CertificateFacts[], given: readonly CertificateFacts[], columns?: number): string {
  const lines = chain.map(({ shortName }, depth) => depth === 0 ? shortName : `signed by ${shortName}, signature verified`);
  return [...lines, endOf(chain[chain.length - 1], given).text].map((line, depth) => paragraph(line, { columns, indent: '  '.repeat(depth + 1) })).join('');
}
