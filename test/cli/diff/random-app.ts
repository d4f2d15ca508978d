import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemplateJson } from '../../support/cli-assembly';
import { Random } from '../../support/random';

const REQUEST = readFileSync(join(__dirname, '../../pki/csr/fixtures/openssl-p256.pem'), 'utf8');

type Declared = Record<string, unknown>;

/** A certificate that the app may declare, with the words that a change can give it. */
interface Part {
  present: boolean;
  type: string;
  /** The properties that are beside those that all certificates have. */
  declared: Declared;
  /** The attributes of the resource in the template. */
  attributes: Declared;
}

const COMMON = { ServiceToken: 'arn:function', LedgerTable: { Ref: 'Ledger' }, HashAlgorithm: 'SHA-256', KeyAlgorithm: 'EC_P256' };

const SENSORS = { Type: 'Pattern', Subject: { CommonName: 'sensor-*' } };

const secret = (id: string): Declared => ({ Type: 'SecretsManager', SecretArn: { Ref: id } });

/** The changes of a CA, a device and so on: each gives the part another value of one kind. Some values are refused by the rules. */
const CHANGES: { readonly [kind: string]: { readonly [property: string]: readonly unknown[] } } = {
  ca: {
    Subject: [{ CommonName: 'Root' }, { CommonName: 'Root' }, { CommonName: 'Root', Organization: 'Acme' }],
    ValidityDays: [3650, 3650, 400],
    Generation: [1, 1, 2],
    PathLength: [undefined, undefined, 1],
    Replaces: [undefined, 'present', 'ca-0123456789abcdef0123456789abcdef'],
    Platforms: [undefined, ['aws-iot-core']],
    RetainKey: [true, false],
  },
  plant: {
    Subject: [{ CommonName: 'Plant' }, { CommonName: 'Works' }],
    ValidityDays: [1000, 1000, 9000],
    Generation: [1, 2],
    RetainKey: [true, false],
    Replaces: ['present'],
    ClipToIssuer: [false, true],
  },
  device: {
    Subject: [{ CommonName: 'sensor-1' }, { CommonName: 'sensor-2' }, { CommonName: 'sensor-3', Organization: 'Acme' }, { CommonName: 'x'.repeat(65) }],
    ValidityDays: [365, 100, 99_000],
    Generation: [1, 2, 3],
    RevokeOnRemoval: [undefined, true, true],
    RetainKey: [undefined, true],
    KeyStorage: ['secret', 'parameter'],
    Bundles: [undefined, 'combined'],
    Tags: [undefined, [{ Key: 'team', Value: 'one' }], [{ Key: 'team', Value: 'two' }]],
    Issuer: ['Ca', 'Plant'],
    ClipToIssuer: [false, false, true],
    HashAlgorithm: ['SHA-256', 'SHA-512', 'SHA-3'],
    Extensions: [undefined, { SubjectAlternativeNames: { Dns: ['sensor.example'] } }],
  },
  server: { Subject: [{ CommonName: 'broker.example' }, { CommonName: 'mqtt.example' }], ValidityDays: [365, 200], Issuer: ['Ca', 'Plant'], Generation: [1, 2] },
  request: { Subject: [undefined, { CommonName: 'gateway' }], ValidityDays: [365, 100], Generation: [1, 2], Issuer: ['Ca', 'Plant'] },
  verification: { RegistrationCode: ['a1b2c3', 'd4e5f6'], ValidityDays: [300, 200], Issuer: ['Ca'] },
  signature: { VerificationCode: ['code-1', 'code-2'], Issuer: ['Ca'], Generation: [1, 2] },
  waiting: { Subject: [{ CommonName: 'Waiting' }, { CommonName: 'Elsewhere' }], Generation: [1, 2], RetainKey: [true] },
};

const TYPES: { readonly [kind: string]: string } = {
  ca: 'Custom::PrivateIotCa',
  plant: 'Custom::PrivateIotCa',
  device: 'Custom::IotDeviceCertificate',
  server: 'Custom::IotServerCertificate',
  request: 'Custom::IotDeviceCertificate',
  verification: 'Custom::IotVerificationCertificate',
  signature: 'Custom::IotProofOfPossessionSignature',
  waiting: 'Custom::PrivateIotCa',
};

/** An app whose certificates change at random. */
export class RandomApp {
  private readonly parts = new Map<string, { readonly kind: string } & Part>();

  constructor(private readonly random: Random) {
    this.add('Ca', 'ca', true);
    this.add('Plant', 'plant', random.chance(0.7));
    ['Sensor1', 'Sensor2', 'Sensor3', 'Sensor4'].forEach(id => this.add(id, 'device', random.chance(0.6)));
    this.add('Broker', 'server', random.chance(0.5));
    this.add('Gateway', 'request', random.chance(0.5));
    this.add('Verification', 'verification', random.chance(0.5));
    this.add('Proof', 'signature', random.chance(0.3));
    this.add('Waiting', 'waiting', random.chance(0.3));
  }

  /** Changes one to three things, and returns a function that takes them back. */
  public change(): () => void {
    const before = structuredClone([...this.parts]);
    for (let number = 1 + this.random.below(3); number > 0; number--) {
      const [, part] = this.random.pick([...this.parts]);
      const property = this.random.pick(Object.keys(CHANGES[part.kind]));
      if (this.random.chance(0.35) && part.kind !== 'ca') {
        part.present = !part.present;
      } else if (this.random.chance(0.1)) {
        part.attributes = this.random.pick([{}, { DeletionPolicy: 'Retain' }]);
      } else {
        part.declared[property] = this.random.pick(CHANGES[part.kind][property]);
      }
    }
    return () => before.forEach(([id, part]) => this.parts.set(id, part));
  }

  /** @param caIds the present ids of the CAs */
  public template(caIds: { readonly [logicalId: string]: string | undefined }): TemplateJson {
    const table = { Type: 'AWS::DynamoDB::GlobalTable', Properties: {}, DeletionPolicy: 'Retain' };
    const present = [...this.parts].filter(([, each]) => each.present);
    const keyed = present.filter(([, { kind }]) => !['request', 'verification', 'signature'].includes(kind));
    return {
      Resources: {
        Ledger: table,
        PlantLedger: table,
        ...Object.fromEntries(keyed.flatMap(([id]) => [`${id}Key`, `${id}Bundle`]).map(id => [id, { Type: 'AWS::SecretsManager::Secret', DeletionPolicy: 'Retain' }])),
        ...Object.fromEntries(present.map(([id, { type, attributes, ...part }]) =>
          [id, { Type: type, ...attributes, Properties: this.properties(id, part, caIds[id]) }])),
      },
    };
  }

  private add(id: string, kind: string, present: boolean): void {
    const declared = Object.fromEntries(Object.entries(CHANGES[kind]).map(([name, [first]]) => [name, first]));
    this.parts.set(id, { kind, type: TYPES[kind], present, declared, attributes: {} });
  }

  private properties(id: string, { kind, declared }: { readonly kind: string; readonly declared: Declared }, present: string | undefined): Declared {
    const { Issuer: wanted, KeyStorage: storage, Bundles: bundles, Replaces: replaces, Tags: tags, ...rest } = declared;
    const issuer = wanted === 'Plant' && !this.parts.get('Plant')!.present ? 'Ca' : wanted;
    const home = issuer === 'Plant' ? 'PlantLedger' : 'Ledger';
    return JSON.parse(JSON.stringify({
      Generation: 1,
      ...COMMON,
      ...rest,
      LedgerTable: { Ref: kind === 'plant' ? 'PlantLedger' : home },
      ...issuer !== undefined && { Issuer: { Ref: issuer }, IssuerKeyIdentifier: { 'Fn::GetAtt': [issuer, 'SubjectKeyIdentifier'] } },
      ...kind === 'plant' && { Issuer: { Ref: 'Ca' }, IssuerLedgerTable: { Ref: 'Ledger' } },
      ...kind === 'waiting' && { SignedElsewhere: true },
      ...kind === 'request' && { CertificateSigningRequest: REQUEST, KeyAlgorithm: undefined, AllowedSubject: declared.Subject === undefined ? SENSORS : undefined },
      ...['ca', 'plant', 'waiting', 'server', 'device'].includes(kind) && { KeyStorage: secret(`${id}Key`) },
      ...storage === 'parameter' && { KeyStorage: { Type: 'Parameter', Path: `/iot/${id}` }, Tags: tags },
      ...bundles === 'combined' && { Bundles: [{ Type: 'CombinedPem', SecretArn: { Ref: `${id}Bundle` } }] },
      ...replaces !== undefined && { Replaces: replaces === 'present' ? present : replaces },
    })) as Declared;
  }
}
