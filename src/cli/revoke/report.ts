import { SubordinateCa } from './ca-tree';
import { RevocationReason } from '../../contract/revocation';
import { PlatformAnswer, RevokedCertificateAnswer } from '../../contract/revocation-functions';
import { printable } from '../cli-error';
import { documentText } from '../document';
import { listsDocument } from '../local/lists-text';
import { WrittenList } from '../local/revocation-lists';
import { count, table } from '../table';

/** What happens to a certificate. */
export interface Outcome extends Omit<RevokedCertificateAnswer, 'stack' | 'logicalId'> {
  /** The name of the stack, if it is known. */
  readonly stack?: string;
  /** The resource that has the certificate, with its stack. */
  readonly resource: string;
  /** The CA that has signed the certificate. */
  readonly ca: string;
  /** The CA for people, if that is something else. */
  readonly caName?: string;
}

/** What happens to the selected certificates. */
export interface Outcomes {
  readonly outcomes: readonly Outcome[];
  /** How many more certificates are selected, which a function in AWS does not name. */
  readonly unnamed?: number;
  /** What becomes of it at the platforms that accept certificates of the CA, which a function in AWS knows. */
  readonly platforms?: readonly PlatformAnswer[];
  /** The CAs below the selected ones whose certificates are not revoked, because nobody was named who could. */
  readonly unreached?: readonly SubordinateCa[];
  /** The lists that were made. */
  readonly lists?: readonly WrittenList[];
}

type State = NonNullable<Outcome['state']>;

/** What happens to each certificate, as a table. */
export function describeOutcomes(outcomes: readonly Outcome[], columns: number | undefined): string {
  const rows = outcomes.map(({ serialNumber, commonName, subject, resource, ca, caName = ca, ...outcome }) => [
    serialNumber, printable(commonName ?? subject), printable(resource), printable(caName), whatHappens(outcome),
  ]);
  return `${table(['serial number', 'subject', 'resource', 'CA', 'what happens'], rows, { columns })}\n`;
}

/** The certificates that could not be changed, although the trial had found nothing against it, and what to do; nothing if there are none. */
export function failuresText(outcomes: readonly Outcome[], columns: number | undefined): string {
  const failed = outcomes.filter(({ error }) => error !== undefined);
  return failed.length === 0 ? '' : `${describeOutcomes(failed, columns)}${failed.length} of ${count(outcomes.length, 'certificate')} could not be changed; `
    + 'give the same command again, which goes on with them\n';
}

const CHANGES: { readonly [S in State]: string } = { REVOKED: 'revoked', HELD: 'on hold', RELEASED: 'released' };

function whatHappens({ state, reason, revokedAt, changed, error }: Pick<Outcome, 'state' | 'reason' | 'revokedAt' | 'changed' | 'error'>): string {
  if (error !== undefined) {
    return `refused: ${printable(error)}`;
  }
  return changed ? CHANGES[state!] : `already ${CHANGES[state!]} (${reason}) since ${revokedAt}; not changed`;
}

/** Asks for leave to change certificates. */
export function changeQuestion(reason: RevocationReason, changes: number): string {
  const certificates = count(changes, 'certificate');
  switch (reason) {
    case 'removeFromCRL': return `Release ${certificates}?`;
    case 'certificateHold': return `Put ${certificates} on hold?`;
    default: return `Revoke ${certificates}?`;
  }
}

/**
 * What becomes of a change at each platform, a line for each; nothing if there are none. What a platform can't refuse does not matter to
 * the end of a hold.
 */
export function describePlatforms(platforms: readonly PlatformAnswer[], reason: RevocationReason): string {
  const lines = platforms.map(({ name, carriedOver, note }) => {
    const limit = carriedOver && reason === 'removeFromCRL' ? undefined : note;
    return `${name}: ${[...carriedOver ? ['learns of it within seconds'] : [], ...limit ? [limit] : []].join('; ')}`;
  });
  return lines.map(line => `${printable(line)}\n`).join('');
}

/**
 * The CAs below the selected ones that are not reached, a line for each.
 *
 * @param wayOut what to do about it
 */
export function describeUnreached(unreached: readonly SubordinateCa[], wayOut: string): string {
  return unreached.map(({ subject, resource }) =>
    `not reached: the CA ${printable(subject)} (${printable(resource)}), whose certificates stay as they are; ${wayOut}\n`).join('');
}

/** The document for programs. The schema describes it to users: keep both in step. */
export function outcomesDocument(dryRun: boolean, { outcomes, unnamed = 0, platforms = [], unreached = [], lists = [] }: Outcomes): string {
  return documentText('revoke', {
    dryRun,
    certificates: outcomes.map(({ serialNumber, subject, stack, resource, ca, changed, state, reason, revokedAt, invalidityDate, error }) =>
      ({ serialNumber, subject, stack, resource, ca, changed, state: state && STATES[state], reason, revokedAt, invalidityDate, error })),
    certificatesLeftOut: unnamed,
    platforms: platforms.map(({ platform, name, carriedOver, note }) => ({ platform, name, carriedOver, note })),
    casNotReached: unreached.map(({ subject, resource, notAfter }) => ({ subject, resource, notAfter })),
    revocationLists: listsDocument(lists),
  });
}

const STATES: { readonly [S in State]: string } = { REVOKED: 'revoked', HELD: 'held', RELEASED: 'released' };
