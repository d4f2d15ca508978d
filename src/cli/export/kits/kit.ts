import { LintFinding } from '../../../pki/lint/lint-rule';
import { PlatformId } from '../../../platforms/registry';
import { CertificateFacts } from '../../certificates/certificate-facts';
import { FileKind } from '../file-kind';
import { ExportedCertificate } from '../manifest';

/** The first words of every text of a kit: a file that has them is one of this tool, and is overwritten. */
export const KIT_MARK = 'Made by private-iot-ca export, which overwrites it next time: copy it before you change it.';

/** A file of a kit. */
export interface KitFile {
  /** Its name in the folder of the kit. */
  readonly name: string;
  readonly content: string;
  readonly kind: FileKind;
}

/** A certificate that a platform is given, and the file that the export has for it. */
export interface KitCertificate {
  readonly exported: ExportedCertificate;
  readonly facts: CertificateFacts;
}

/** A CA, as far as the outputs tell. */
export interface KitCa {
  readonly facts: CertificateFacts;
  /** What it has signed to prove that its key is held. */
  readonly verifications: readonly KitCertificate[];
  /** The devices it has signed. */
  readonly devices: readonly KitCertificate[];
}

/** A CA that the platform does not take. */
export interface RefusedCa extends KitCa {
  readonly finding: LintFinding;
}

/** What a broker presents itself with. */
export interface KitServer {
  readonly facts: CertificateFacts;
  /** Its certificate and the CAs above it without the root, PEM. */
  readonly chainPem: string;
  /** PKCS#8 PEM; absent where keys are not exported. */
  readonly privateKeyPem?: string;
}

/** What a kit is made of. */
export interface KitInput {
  /** All CAs of the outputs, each once. */
  readonly cas: readonly KitCa[];
  /** Those that sign devices or verification certificates; all where none does. */
  readonly issuingCas: readonly KitCa[];
  /** Those that would be among them if the platform took them; none of their devices is in the kit. */
  readonly refusedCas: readonly RefusedCa[];
  readonly devices: readonly KitCertificate[];
  /** There for kits that need it. */
  readonly server?: KitServer;
  /** The folder in which the files are on the broker's machine, without a slash at the end. */
  readonly folder: string;
}

/** What one platform or broker is given: files, with what to do with them. */
export interface Kit {
  /** Whose rules the certificates are held against. */
  readonly platform: PlatformId;
  /** The folder in which a broker looks for certificates; absent where the files stay where they are. */
  readonly folder?: string;
  /** Whether it is a server that has to have a certificate. */
  readonly servesTls: boolean;
  /** Whether CAs are handed over one by one, so that one which is refused can be left out. */
  readonly leavesOutRefused?: boolean;
  readonly files: (input: KitInput) => readonly KitFile[];
}

/** A text of a kit. */
export function kitText(name: string, content: string): KitFile {
  return { name, content, kind: 'text of this tool' };
}

/** A name from a certificate in Markdown, which neither a table nor a renderer takes for anything else. */
export function markdown(name: string): string {
  return name.replace(/[\\`*_|<>[\]]/g, character => `\\${character}`);
}

/** A text as one word for a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`;
}
