import { BROKER_FILE, pemOf } from './broker-files';
import { Choice, chosenCas, chosenServers } from './choice';
import { KitName, KITS } from './index';
import { Kit, KitCa, KitCertificate, KitFile, KitInput, KitServer } from './kit';
import { describeFinding, dividedCas, refusalOf } from './refused-cas';
import { notesOnRevocation, revocationFor } from './revocation-lists';
import { CertificateFacts } from '../../certificates/certificate-facts';
import { hasSigned, isCrossCertificate, isSelfSigned, signingOf, withoutRepeats } from '../../certificates/chain';
import { roleOf } from '../../certificates/role';
import { StackOutput } from '../../certificates/stack-outputs';
import { CliError } from '../../cli-error';
import { ExportedCertificate } from '../manifest';
import { nameOf } from '../output-names';
import { FoundKey } from '../private-keys';

/** What a kit is made from. */
export interface KitSource {
  readonly outputs: readonly StackOutput[];
  readonly certificates: readonly ExportedCertificate[];
  readonly keys: readonly FoundKey[];
  /** The folder on the broker's machine; the kit's default folder if absent. */
  readonly folder?: string;
  readonly choice: Choice;
  readonly now: Date;
}

/** A kit for a platform. */
export interface MadeKit {
  readonly files: readonly KitFile[];
  /** What the user must know about the files, in words. */
  readonly notes: readonly string[];
}

/** Makes the files for a platform, after a check that the platform accepts the certificates. */
export function kitFiles(name: KitName, source: KitSource): MadeKit {
  const kit: Kit = KITS[name];
  if (source.choice.server !== undefined && !kit.servesTls) {
    throw new CliError(`--server must be left out for --platform ${name}, because it chooses the certificate of a broker, `
      + 'and this platform has none');
  }
  const input = kitInput(name, kit, source);
  assertAccepted(kit, input, source.now);
  return {
    files: kit.files(input),
    notes: [
      ...input.refusedCas.map(({ facts, finding }) => `${name} leaves out the CA ${facts.shortName} and its devices: ${describeFinding(finding)}`),
      ...kit.servesTls ? notesOnTrust(input) : [],
      ...notesOnRevocation(name, kit, input),
    ],
  };
}

/** Notes on chosen CAs without the root above them. The user asked for this choice, but not every broker can verify devices with it. */
function notesOnTrust({ cas }: KitInput): string[] {
  return cas
    .filter(({ facts }) => !signingOf(facts, cas.map(each => each.facts)).signer)
    .map(({ facts }) => `${BROKER_FILE.caBundle} holds ${facts.shortName} without its issuer (${facts.issuer}); a broker that verifies up to the `
      + 'root, as Mosquitto does, refuses the devices of this CA; if the issuer is added, the broker trusts everything that the issuer has signed');
}

function kitInput(name: KitName, kit: Kit, { outputs, certificates, keys, folder, choice, now }: KitSource): KitInput {
  const all = withoutRepeats(outputs.flatMap(output => output.certificates));
  // Some brokers take each certificate that they trust for a root, so the revocation of a cross-certificate would have no effect there.
  const cas = all.filter(facts => roleOf(facts) === 'ca' && !isCrossCertificate(facts, all));
  if (cas.length === 0) {
    throw new CliError(`--platform ${name} needs the certificate of a CA, and no output holds one; add an output of the CA's certificatePem`);
  }
  const listed = kitCertificates(certificates);
  const [devices, verifications] = (['device', 'verification'] as const).map(role => listed.filter(({ facts }) => roleOf(facts) === role));
  const kitCas = chosenCas(choice, cas, outputs).map((facts): KitCa => ({
    facts,
    verifications: verifications.filter(each => hasSigned(facts, each.facts)),
    devices: devices.filter(each => hasSigned(facts, each.facts)),
  }));
  const { issuingCas, refusedCas } = dividedCas(name, kit, kitCas, now);
  const server = kit.servesTls
    ? serverOf(name, chosenServers(choice, listed.filter(({ facts }) => roleOf(facts) === 'server'), certificates), all, keys) : undefined;
  const trusted = [...kitCas.map(({ facts }) => facts), ...server ? [server.facts] : []];
  return {
    cas: kitCas,
    issuingCas,
    refusedCas,
    revocation: revocationFor(name, kit, choice.crls ?? [], issuingCas, trusted, now),
    devices: devices.filter(device => !refusedCas.some(ca => ca.devices.includes(device))
      && (choice.cas === undefined || kitCas.some(ca => ca.devices.includes(device)))),
    server,
    folder: (folder ?? kit.folder ?? '.').replace(/(.)\/+$/, '$1'),
  };
}

/** Each certificate once, preferably from a file that holds nothing else. */
function kitCertificates(certificates: readonly ExportedCertificate[]): KitCertificate[] {
  const alone = [...certificates].sort((one, other) => Number(other.alone) - Number(one.alone));
  return certificates
    .filter(({ facts }, index) => certificates.findIndex(each => each.facts.sha256Fingerprint === facts.sha256Fingerprint) === index)
    .map(({ facts }) => ({ facts, exported: alone.find(each => each.facts.sha256Fingerprint === facts.sha256Fingerprint)! }));
}

function serverOf(name: KitName, servers: readonly KitCertificate[], all: readonly CertificateFacts[], keys: readonly FoundKey[]): KitServer {
  if (servers.length !== 1) {
    const outputs = servers.map(({ exported: { entry } }) => nameOf(entry));
    throw new CliError(`--platform ${name} needs one TLS server certificate, got ${outputs.join(', ') || 'none'}; `
      + (outputs.length === 0 ? 'declare a ServerCertificate for the broker, and an output of it' : 'choose one with --server'));
  }
  const [{ facts }] = servers;
  return {
    facts,
    chainPem: chainWithoutRoot(facts, all).map(pemOf).join(''),
    privateKeyPem: keys.find(key => key.certificates.some(each => each.facts.sha256Fingerprint === facts.sha256Fingerprint))?.privateKeyPem,
  };
}

/** A certificate and the given CAs above it, without the root, which the verifier already has. */
function chainWithoutRoot(leaf: CertificateFacts, all: readonly CertificateFacts[]): CertificateFacts[] {
  const chain = [leaf];
  for (let next = signingOf(leaf, all).signer; next && !isSelfSigned(next) && !chain.includes(next); next = signingOf(next, all).signer) {
    chain.push(next);
  }
  return chain;
}

/** Checks the certificates of a kit against the rules of its platform: a certificate that the platform refuses is better refused here. */
function assertAccepted(kit: Kit, { issuingCas }: KitInput, now: Date): void {
  for (const { facts, devices } of issuingCas) {
    for (const each of [facts, ...devices.map(device => device.facts)]) {
      const finding = refusalOf(kit, each, facts, now);
      if (finding) {
        throw new CliError(`${each.shortName}: ${describeFinding(finding)}`);
      }
    }
  }
}
