import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { Declared, Properties, Template } from './template';
import { AwsState } from '../aws/fake-aws';
import { ACCOUNT, REGION } from '../lambda/lambda';

/** The kinds of resources that histories are made of. */
export const KINDS = ['ca', 'subordinate', 'verification', 'device', 'inParameter', 'withBundles', 'requested', 'proof', 'existing', 'kmsCa', 'kept'] as const;
export type Kind = typeof KINDS[number];

/** A resource of a history, in so many words. */
export interface Spec {
  readonly kind: Kind;
  /** The logical id of the CA that signs. */
  readonly ca?: string;
  /** Another variant is another certificate. */
  readonly variant?: number;
  /** The same certificate, with a change that concerns none. */
  readonly remark?: number;
  /** Declared so that it is refused. */
  readonly isInvalid?: boolean;
  /** The same key storage, or one beside it, with a generation of its own. */
  readonly place?: number;
  readonly retain?: boolean;
  /** The tags of the parameter of its key. */
  readonly tags?: { readonly [key: string]: string };
  /** The certificate of an existing CA, PEM. */
  readonly certificatePem?: string;
  /** A certification request, PEM. */
  readonly request?: string;
  /** The physical id of the CA that is taken over. */
  readonly caId?: string;
  /** The physical id of the CA that this one takes the place of. */
  readonly replaces?: string;
}

export type Specs = { readonly [logicalId: string]: Spec };

export function secretArn(name: string): string {
  return `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:iot/${name}-AbCdEf`;
}

export function kmsKeyArn(name: string): string {
  return `arn:aws:kms:${REGION}:${ACCOUNT}:key/00000000-0000-4000-8000-${Buffer.from(name).toString('hex').padEnd(12, '0').slice(0, 12)}`;
}

/** The ledger of the CA with this logical id. */
export function tableOf(logicalId: string): string {
  return `iot-${logicalId}Ledger-1A2B3C4D5E6F7`;
}

const TYPES: { readonly [K in Kind]: string } = {
  ca: 'Custom::PrivateIotCa',
  subordinate: 'Custom::PrivateIotCa',
  kmsCa: 'Custom::PrivateIotCa',
  verification: 'Custom::IotVerificationCertificate',
  device: 'Custom::IotDeviceCertificate',
  inParameter: 'Custom::IotDeviceCertificate',
  withBundles: 'Custom::IotDeviceCertificate',
  requested: 'Custom::IotDeviceCertificate',
  proof: 'Custom::IotProofOfPossessionSignature',
  existing: 'Custom::ExistingIotCa',
  kept: 'Custom::KeptIotCa',
};

/** The template that declares these resources. */
export function templateOf(specs: Specs): Template {
  return { resources: Object.fromEntries(Object.entries(specs).map(([logicalId, spec]) => [logicalId, declare(logicalId, spec)])) };
}

function declare(logicalId: string, spec: Spec): Declared {
  const { kind, isInvalid, remark = 0 } = spec;
  const properties = { ...PROPERTIES[kind](logicalId, { variant: 1, place: 1, ...spec }), Remark: remark };
  return { type: TYPES[kind], properties: isInvalid ? { ...properties, Generation: 0 } : properties };
}

type Numbered = Spec & { readonly variant: number; readonly place: number };

const COMMON = { KeyAlgorithm: 'EC_P256', HashAlgorithm: 'SHA-256' };

const PROPERTIES: { readonly [K in Kind]: (logicalId: string, spec: Numbered) => Properties } = {
  ca: caProperties,
  kmsCa: (logicalId, spec) => ({ ...caProperties(logicalId, spec), KeyStorage: { Type: 'Kms', KeyArn: kmsKeyArn(logicalId) } }),
  subordinate: (logicalId, spec) => ({
    ...caProperties(logicalId, spec),
    Issuer: { Ref: spec.ca },
    IssuerLedgerTable: tableOf(spec.ca!),
    ClipToIssuer: false,
    ValidityDays: 1825,
    PathLength: 0,
  }),
  verification: (_, { ca, variant }) => ({
    ...COMMON, ...issued(ca!), ValidityDays: 30, Generation: 1, RegistrationCode: `${variant}`.padStart(64, '0123456789abcdef'),
  }),
  device: (logicalId, spec) => ({ ...deviceProperties(logicalId, spec), KeyStorage: inSecret(logicalId, spec) }),
  inParameter: (logicalId, spec) => ({
    ...deviceProperties(logicalId, spec),
    KeyStorage: { Type: 'Parameter', Path: `/private-iot-ca/iot/${logicalId}${spec.place === 1 ? '' : spec.place}` },
    Tags: spec.tags && Object.entries(spec.tags).map(([Key, Value]) => ({ Key, Value })),
  }),
  withBundles: (logicalId, spec) => ({
    ...deviceProperties(logicalId, spec),
    KeyStorage: inSecret(logicalId, spec),
    Bundles: ['CombinedPem', 'Der'].map(Type => ({ Type, SecretArn: secretArn(`${logicalId}${Type}`) })),
  }),
  requested: (logicalId, spec) => {
    const { KeyAlgorithm, ...properties } = deviceProperties(logicalId, spec);
    return { ...properties, CertificateSigningRequest: spec.request };
  },
  proof: (_, { ca, variant }) => ({
    LedgerTable: tableOf(ca!), Issuer: { Ref: ca }, VerificationCode: `code-${variant}`, HashAlgorithm: 'SHA-256', Generation: 1,
  }),
  kept: (_, { ca, caId }) => ({ LedgerTable: tableOf(ca!), CaId: caId, Platforms: [] }),
  existing: (logicalId, { certificatePem, variant }) => ({
    LedgerTable: tableOf(logicalId),
    CertificatePem: certificatePem,
    KeyStorage: { Type: 'ExistingSecret', SecretArn: secretArn(`${logicalId}Key`) },
    AllowLegacyChain: false,
    Generation: variant,
  }),
};

function caProperties(logicalId: string, { variant, retain = true, replaces }: Numbered): { [name: string]: unknown } {
  return {
    ...COMMON,
    LedgerTable: tableOf(logicalId),
    ValidityDays: 3650,
    PathLength: 1,
    Subject: { CommonName: `Acme ${logicalId}`, Organization: `Acme ${variant}` },
    Generation: 1,
    KeyStorage: { Type: 'SecretsManager', SecretArn: secretArn(logicalId) },
    RetainKey: retain,
    Replaces: replaces,
  };
}

function deviceProperties(logicalId: string, { ca, variant, place, retain }: Numbered): { [name: string]: unknown } {
  return {
    ...COMMON,
    ...issued(ca!),
    ValidityDays: 365,
    Subject: { CommonName: `sensor-${logicalId.toLowerCase()}`, OrganizationalUnit: `plant-${variant}` },
    Generation: place,
    RetainKey: retain,
  };
}

function issued(ca: string): Properties {
  return { LedgerTable: tableOf(ca), Issuer: { Ref: ca }, ClipToIssuer: false };
}

function inSecret(logicalId: string, { place }: Numbered): Properties {
  return { Type: 'SecretsManager', SecretArn: secretArn(place === 1 ? logicalId : `${logicalId}${place}`) };
}

/** Makes what a template needs and that is no custom resource: tables, empty secrets, keys of KMS. */
export function provide(state: AwsState, { resources }: Template): void {
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) {
      return;
    }
    const { LedgerTable, SecretArn, KeyArn } = value as Properties;
    if (typeof LedgerTable === 'string' && !state.tables.has(LedgerTable)) {
      state.tables.set(LedgerTable, new Map());
    }
    if (typeof SecretArn === 'string' && !state.secrets.has(SecretArn)) {
      state.secrets.set(SecretArn, { arn: SecretArn, versions: new Map(), labels: new Map() });
    }
    if (typeof KeyArn === 'string' && !state.keys.has(KeyArn)) {
      state.keys.set(KeyArn, generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
    }
    Object.values(value).forEach(visit);
  };
  visit(resources);
}

/** Puts a value into a secret, as somebody does by hand. */
export function putByHand(state: AwsState, arn: string, value: string): void {
  const version = '0'.repeat(32);
  createPrivateKey(value);
  state.secrets.set(arn, { arn, versions: new Map([[version, value]]), labels: new Map([['AWSCURRENT', version]]) });
}
