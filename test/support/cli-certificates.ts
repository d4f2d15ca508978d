import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync, KeyObject, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate of another origin than this library's. */
export interface ForeignCertificate {
  readonly pem: string;
  readonly der: Buffer;
  readonly privateKey: KeyObject;
  readonly name: string;
}

export interface ForeignCertificateProps {
  readonly name: string;
  readonly signer?: ForeignCertificate;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly extensions?: x509.Extension[];
  /** An RSA key and signature; P-256 where it is absent. */
  readonly rsa?: { readonly scheme: 'RSASSA-PKCS1-v1_5' | 'RSA-PSS'; readonly hash: string };
}

/** Makes a certificate with the library that the command line reads certificates with. */
export async function foreignCertificate(props: ForeignCertificateProps): Promise<ForeignCertificate> {
  const { privateKey } = props.rsa
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const own = props.rsa ? { name: props.rsa.scheme, hash: props.rsa.hash, saltLength: 32 } : { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const signing = props.signer ? { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } : own;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '01ab',
    subject: props.name,
    issuer: props.signer?.name ?? props.name,
    notBefore: props.notBefore ?? new Date('2026-01-01T00:00:00Z'),
    notAfter: props.notAfter ?? new Date('2027-01-01T00:00:00Z'),
    signingAlgorithm: signing,
    publicKey: await imported('spki', createPublicKey(privateKey), own, 'verify'),
    signingKey: await imported('pkcs8', props.signer?.privateKey ?? privateKey, signing, 'sign'),
    extensions: props.extensions,
  } as unknown as x509.X509CertificateCreateParams, webcrypto as never);
  return { pem: `${certificate.toString('pem')}\n`, der: Buffer.from(certificate.rawData), privateKey, name: props.name };
}

async function imported(format: 'spki' | 'pkcs8', key: KeyObject, algorithm: object, usage: 'sign' | 'verify'): Promise<unknown> {
  const der = format === 'spki' ? key.export({ type: 'spki', format: 'der' }) : key.export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey(format, der, algorithm as webcrypto.EcKeyImportParams, true, [usage]);
}
