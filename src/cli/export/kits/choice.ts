import { quote } from '../../../contract/rules';
import { CertificateFacts } from '../../certificates/certificate-facts';
import { StackOutput } from '../../certificates/stack-outputs';
import { CliError } from '../../cli-error';
import { ExportedCertificate } from '../manifest';
import { listed, namedOutputs, nameOf } from '../output-names';

/** The user's choices for a kit. Each is the key of an output, with or without `<stack>.` before it. */
export interface Choice {
  /** The CAs, also by their common names; all CAs if absent. */
  readonly cas?: readonly string[];
  /** The broker's certificate. */
  readonly server?: string;
  /** Files with the revocation lists of the CAs. */
  readonly crls?: readonly string[];
}

/** The chosen CAs. A name means the CAs of an output, otherwise all CAs with this common name, because an old and a new CA can share it. */
export function chosenCas({ cas: names }: Choice, cas: readonly CertificateFacts[], outputs: readonly StackOutput[]): readonly CertificateFacts[] {
  if (names === undefined) {
    return cas;
  }
  const chosen = names.flatMap(name => {
    const inOutputs = namedOutputs(name, outputs).flatMap(({ certificates }) => certificates);
    const ofOutputs = cas.filter(ca => inOutputs.some(each => isSame(each, ca)));
    const named = ofOutputs.length > 0 ? ofOutputs : cas.filter(({ shortName }) => shortName === name);
    if (named.length === 0) {
      throw new CliError(`--ca must be an output with a CA, or the common name of a CA (${listed(cas.map(({ shortName }) => shortName))}), `
        + `got ${quote(name)}`);
    }
    return named;
  });
  return cas.filter(each => chosen.includes(each));
}

/** The certificates that can be the broker's: the chosen certificate, or all if none was chosen. */
export function chosenServers<T extends { readonly facts: CertificateFacts }>(
  { server }: Choice, servers: readonly T[], certificates: readonly ExportedCertificate[],
): readonly T[] {
  if (server === undefined) {
    return servers;
  }
  const named = namedOutputs(server, certificates.map(({ entry }) => entry));
  const chosen = servers.filter(({ facts }) => named.some(({ sha256Fingerprint }) => sha256Fingerprint === facts.sha256Fingerprint));
  if (chosen.length === 0) {
    const outputs = certificates.filter(({ facts }) => servers.some(each => isSame(each.facts, facts)));
    throw new CliError(`--server must be an output with a TLS server certificate (${listed(outputs.map(({ entry }) => nameOf(entry)))}), `
      + `got ${quote(server)}`);
  }
  return chosen;
}

function isSame(one: CertificateFacts, other: CertificateFacts): boolean {
  return one.sha256Fingerprint === other.sha256Fingerprint;
}
