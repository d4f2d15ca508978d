import { LintFinding } from '../../../pki/lint/lint-rule';
import { PlatformId } from '../../../platforms/registry';
import { CertificateFacts } from '../../certificates/certificate-facts';
import { FileKind } from '../file-kind';
import { ExportedCertificate } from '../manifest';

/** The first words of every text in a kit. A file that contains them was written by this tool, and is overwritten. */
export const KIT_MARK = 'Made by private-iot-ca export, which overwrites it next time: copy it before you change it.';

/** A file of a kit. */
export interface KitFile {
  /** Its name in the folder of the kit. */
  readonly name: string;
  readonly content: string;
  readonly kind: FileKind;
}

/** A certificate for a platform, and the file that the export writes for it. */
export interface KitCertificate {
  readonly exported: ExportedCertificate;
  readonly facts: CertificateFacts;
}

/** A CA, with what the outputs tell about it. */
export interface KitCa {
  readonly facts: CertificateFacts;
  /** The verification certificates that it has signed as proof of possession of its key. */
  readonly verifications: readonly KitCertificate[];
  /** The device certificates that it has signed. */
  readonly devices: readonly KitCertificate[];
}

/** A CA that the platform refuses. */
export interface RefusedCa extends KitCa {
  readonly finding: LintFinding;
}

/** The certificate and the key of a broker. */
export interface KitServer {
  readonly facts: CertificateFacts;
  /** Its certificate and the CAs above it without the root, PEM. */
  readonly chainPem: string;
  /** PKCS#8 PEM; absent if keys are not exported. */
  readonly privateKeyPem?: string;
}

/** The revocation lists that were given, in the form that the broker needs. */
export interface KitRevocation {
  /** The lists of the CAs, PEM; absent for a broker that fetches them itself. */
  readonly lists?: string;
  /** Where a broker fetches the lists; empty for a broker that reads a file. */
  readonly urls: readonly string[];
}

/** How a broker learns which devices are revoked: from a file, or from the URL in the certificate of each device. */
export type RevocationCheck = { readonly from: 'FILE' } | {
  readonly from: 'URL';
  /** Whether it takes only lists with an issuingDistributionPoint, which names that URL. */
  readonly needsPoint: boolean;
  /** The file of the kit, and what is in it when the check is on. */
  readonly setting: { readonly file: string; readonly text: string };
  /** What the user has to do, in words; absent if the configuration does all. */
  readonly userStep?: string;
};

/** What a kit is made of. */
export interface KitInput {
  /** All CAs of the outputs, each once. */
  readonly cas: readonly KitCa[];
  /** The CAs that have signed devices or verification certificates; all CAs if none has. */
  readonly issuingCas: readonly KitCa[];
  /** The CAs that would be among the issuing CAs if the platform accepted them. None of their devices is in the kit. */
  readonly refusedCas: readonly RefusedCa[];
  readonly devices: readonly KitCertificate[];
  /** Present for kits that need it. */
  readonly server?: KitServer;
  readonly revocation?: KitRevocation;
  /** The folder of the files on the broker's machine, without a slash at the end. */
  readonly folder: string;
}

/** A kit for one platform or broker: files, with instructions for them. */
export interface Kit {
  /** The platform whose rules the certificates are checked against. */
  readonly platform: PlatformId;
  /** The folder in which a broker looks for certificates; absent if the files stay where they are. */
  readonly folder?: string;
  /** Whether the kit is for a server that needs a certificate of its own. */
  readonly servesTls: boolean;
  /** How it checks devices against revocation lists; absent if it can't. */
  readonly revocation?: RevocationCheck;
  /** Whether CAs are handed over one by one, so that a refused CA can be left out. */
  readonly leavesOutRefused?: boolean;
  readonly files: (input: KitInput) => readonly KitFile[];
}

/** A text of a kit. */
export function kitText(name: string, content: string): KitFile {
  return { name, content, kind: 'text of this tool' };
}

/** Escapes a name from a certificate for Markdown, so that neither a table nor a renderer takes it for markup. */
export function markdown(name: string): string {
  return name.replace(/[\\`*_|<>[\]]/g, character => `\\${character}`);
}

/** Quotes a string as one word for a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`;
}
