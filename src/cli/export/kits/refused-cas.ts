import { KitName } from './index';
import { Kit, KitCa, KitInput, RefusedCa } from './kit';
import { lintCertificate } from '../../../pki/lint/lint';
import { LintFinding } from '../../../pki/lint/lint-rule';
import { readLintedCertificate } from '../../../pki/lint/model/linted-certificate';
import { CertificateFacts } from '../../certificates/certificate-facts';
import { hasSigned } from '../../certificates/chain';
import { CliError } from '../../cli-error';

/** The CAs that have signed devices or verification certificates, or all CAs if none has; and the refused CAs, which are left out. */
export function dividedCas(name: KitName, kit: Kit, cas: readonly KitCa[], now: Date): Pick<KitInput, 'issuingCas' | 'refusedCas'> {
  const issuingCas = signingOrAll(cas);
  const refusedCas = !kit.leavesOutRefused ? [] : issuingCas.flatMap((ca): RefusedCa[] => {
    const finding = refusalOf(kit, ca.facts, ca.facts, now);
    return finding ? [{ ...ca, finding }] : [];
  });
  if (refusedCas.length === 0) {
    return { issuingCas, refusedCas };
  }
  // A CA that has issued a refused CA, and that has signed no device itself, has no reason to be registered.
  const taken = signingOrAll(cas.filter(ca => !refusalOf(kit, ca.facts, ca.facts, now)))
    .filter(ca => signsForDevices(ca) || !refusedCas.some(({ facts }) => hasSigned(ca.facts, facts)));
  if (taken.length === 0) {
    const [{ facts, finding }] = refusedCas;
    throw new CliError(`${facts.shortName}: ${describeFinding(finding)}; --platform ${name} needs a CA that this platform accepts: `
      + 'declare one with this platform in its `platforms`, add an output of its certificatePem, and export again; '
      + 'or export without --platform for the PEM files');
  }
  return { issuingCas: taken, refusedCas };
}

function signingOrAll(cas: readonly KitCa[]): readonly KitCa[] {
  const signing = cas.filter(signsForDevices);
  return signing.length > 0 ? signing : cas;
}

function signsForDevices({ devices, verifications }: KitCa): boolean {
  return devices.length + verifications.length > 0;
}

/** The finding for which a platform refuses a certificate, if it does. */
export function refusalOf({ platform }: Kit, { certificate }: CertificateFacts, issuer: CertificateFacts, now: Date): LintFinding | undefined {
  return lintCertificate(certificate.raw, { platforms: [platform], issuer: readLintedCertificate(issuer.certificate.raw), now })
    .find(({ rule, severity }) => severity === 'error' && rule.startsWith('platform-'));
}

/** A finding with its rule and the rule's source. */
export function describeFinding({ message, rule, source }: LintFinding): string {
  return `${message} (${rule}, ${source})`;
}
