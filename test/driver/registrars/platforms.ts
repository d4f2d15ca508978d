import { RegistrarName, RegistrationType } from '../../../src/platforms/registrations';
import { ACCESS_KEY as ALIBABA_KEY, INSTANCE, StrictApsara } from '../../platforms/alibaba/strict-apsara';
import { RESOURCE_GROUP, StrictAzure, SUBSCRIPTION } from '../../platforms/azure/strict-azure';
import { CLIENT, CLIENT_SECRET, TENANT } from '../../platforms/azure/strict-entra';
import { ACCESS_KEY, OWN_HOST, PROJECT, SECRET_KEY, StrictHuawei } from '../../platforms/huawei/strict-huawei';
import { API_KEY, StrictTencent } from '../../platforms/tencent/strict-tencent';
import { HttpsPlatform } from '../../support/https-platform';
import { RegisteredCa } from '../../support/registered-ca';
import { Declared } from '../engine/template';

export const LEDGER = 'Ledger';
export const CREDENTIALS = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:Credentials-AbCdEf';

/** Where a certificate stands that proves possession of a CA's key, for a code that can be an attribute. */
export interface Proof {
  readonly Of: string;
  readonly Code: unknown;
}

/** What a stack declares of a CA: its registration, under a construct's id. */
export interface Registration {
  readonly ca: RegisteredCa;
  /** Another name at the platform; an upload where the platform takes no name for it. */
  readonly name?: string;
}

/** A platform whose function is driven. */
export interface DrivenPlatform<P extends HttpsPlatform = HttpsPlatform> {
  readonly registrar: RegistrarName;
  readonly credentials: object;
  start(): P;
  /** The resources of a registration, by the end of their logical ids; the one that registers is `Registration`. */
  resources(server: P, registration: Registration): { readonly [end: string]: Declared };
  /** What it holds: the SHA-256 fingerprints, and whether the certificate is proved and in use. */
  held(server: P): { readonly fingerprint: string; readonly isProved: boolean }[];
  /** Forgets all that it holds. */
  clear(server: P): void;
}

function proof(ca: RegisteredCa, Code: unknown): Proof {
  return { Of: ca.certificate.fingerprint256, Code };
}

const attribute = (name: string): object => ({ 'Fn::GetAtt': ['{id}Registration', name] });

export const AZURE: DrivenPlatform<StrictAzure> = {
  registrar: 'azure',
  start: () => new StrictAzure(),
  credentials: { tenantId: TENANT, clientId: CLIENT, clientSecret: CLIENT_SECRET },
  resources: (_, { ca, name = 'acme' }) => {
    const service = {
      Cloud: 'public',
      Service: 'azure-dps',
      SubscriptionId: SUBSCRIPTION,
      ResourceGroup: RESOURCE_GROUP,
      ServiceName: 'dps-1',
      CredentialsSecretArn: CREDENTIALS,
    };
    return {
      Registration: {
        type: RegistrationType.AZURE_CA_UPLOAD, properties: { ...service, LedgerTable: LEDGER, CertificateName: name, CertificatePem: ca.pem },
      },
      Verification: {
        type: RegistrationType.AZURE_CA_VERIFICATION,
        properties: {
          ...service,
          CertificateName: attribute('CertificateName'),
          Thumbprint: attribute('Thumbprint'),
          VerificationCertificatePem: proof(ca, attribute('VerificationCode')),
        },
      },
    };
  },
  held: ({ held }) => [...held.values()].flatMap(certificates => [...certificates.values()])
    .map(({ certificate, verified }) => ({ fingerprint: certificate.fingerprint256, isProved: verified })),
  clear: ({ held }) => held.forEach(certificates => certificates.clear()),
};

export const HUAWEI: DrivenPlatform<StrictHuawei> = {
  registrar: 'huawei',
  start: () => new StrictHuawei(),
  credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
  resources: (_, { ca, name }) => {
    const instance = { Endpoint: OWN_HOST, ProjectId: PROJECT, AppId: name, CredentialsSecretArn: CREDENTIALS };
    return {
      Registration: { type: RegistrationType.HUAWEI_CA_UPLOAD, properties: { ...instance, LedgerTable: LEDGER, CertificatePem: ca.pem } },
      Verification: {
        type: RegistrationType.HUAWEI_CA_VERIFICATION,
        properties: { ...instance, CertificateId: attribute('CertificateId'), VerificationCertificatePem: proof(ca, attribute('VerifyCode')) },
      },
    };
  },
  held: ({ held }) => held.map(({ certificate, verified }) => ({ fingerprint: certificate.fingerprint256, isProved: verified })),
  clear: ({ held }) => void held.splice(0),
};

export const APSARA_MQTT: DrivenPlatform<StrictApsara> = {
  registrar: 'apsara-mqtt',
  start: () => new StrictApsara(),
  credentials: ALIBABA_KEY,
  resources: (server, { ca, name = 'acme' }) => {
    const instance = {
      InstanceId: INSTANCE,
      Endpoint: new URL(server.url).host,
      LedgerTable: LEDGER,
      CaCertificatePem: ca.pem,
      CredentialsSecretArn: CREDENTIALS,
      Generation: 1,
    };
    return {
      Code: { type: RegistrationType.APSARA_MQTT_REGISTER_CODE, properties: instance },
      Registration: {
        type: RegistrationType.APSARA_MQTT_CA_REGISTRATION,
        properties: { ...instance, CaName: name, VerificationCertificatePem: proof(ca, { 'Fn::GetAtt': ['{id}Code', 'RegisterCode'] }) },
      },
    };
  },
  held: ({ cas }) => cas.map(({ certificate, active }) => ({ fingerprint: certificate.fingerprint256, isProved: active })),
  clear: server => {
    server.cas = [];
    server.code = undefined;
  },
};

/** What the console shows. */
const CODE = '7d0f2a5c91b34e6f';

export const TENCENT: DrivenPlatform<StrictTencent> = {
  registrar: 'tencent',
  start: () => Object.assign(new StrictTencent(), { code: CODE }),
  credentials: API_KEY,
  resources: (server, { ca, name = 'acme' }) => ({
    Registration: {
      type: RegistrationType.TENCENT_CA_REGISTRATION,
      properties: {
        LedgerTable: LEDGER,
        CertName: name,
        CaCertificatePem: ca.pem,
        VerificationCertificatePem: proof(ca, CODE),
        Region: 'ap-guangzhou',
        Endpoint: new URL(server.url).host,
        CredentialsSecretArn: CREDENTIALS,
        Generation: 1,
      },
    },
  }),
  held: ({ cas }) => cas.map(({ certificate }) => ({ fingerprint: certificate.fingerprint256, isProved: true })),
  clear: server => {
    server.cas = [];
  },
};
