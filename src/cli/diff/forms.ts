import { Change, Outcome, OUTCOMES, StackChanges } from './change';
import { printable } from '../cli-error';
import { documentText } from '../document';
import { isFleet } from '../local/stack-scope';
import { table, paragraph } from '../table';

/** The words for outcomes. */
const WORDS: { readonly [O in Outcome]: string } = {
  refuse: 'refused',
  replace: 'replace',
  revoke: 'revoke',
  withdraw: 'withdraw',
  issue: 'issue',
  takeBack: 'take back',
  change: 'change',
  keep: 'keep',
  unknown: 'unknown',
  none: 'nothing',
};

const HEAD = ['resource', 'what would happen', 'certificate', 'reason'];

/** The comparison for people: a table for each stack. Resources to which nothing happens are only counted. */
export function diffText(stacks: readonly StackChanges[], columns: number | undefined): string {
  return `${stacks.map(stack => stackText(stack, columns)).join('\n')}\n${summary(stacks)}`;
}

function stackText({ stack, exists, removed, changes, failure, warnings }: StackChanges, columns: number | undefined): string {
  const page = { columns, indent: '  ' };
  const shown = changes.filter(({ outcome, expiring }) => outcome !== 'none' || expiring);
  const unchanged = changes.filter(({ outcome }) => outcome === 'none').length;
  const state = removed ? ': to be removed, because the app no longer has this stack' : exists ? '' : ': not deployed yet';
  return [
    `stack ${stack}${state}\n`,
    shown.length > 0 ? table(HEAD, shown.map(rowOf), page) : '',
    failure === undefined ? '' : paragraph(`the deployment would fail: ${printable(failure)}`, page),
    ...warnings.map(warning => paragraph(`note: ${printable(warning)}`, page)),
    unchanged > 0 ? paragraph(`unchanged: ${unchanged}`, page) : '',
    changes.length === 0 && failure === undefined ? paragraph('no certificates', page) : '',
  ].join('');
}

function rowOf(change: Change): string[] {
  const { resource, outcome, reasons } = change;
  return [printable(resource), WORDS[outcome], certificateText(change), printable([...reasons, ...expiry(change)].join('; '))];
}

function certificateText({ type, outcome, present, next }: Change): string {
  if (isFleet(type)) {
    return '(those of its devices)';
  }
  if (outcome === 'replace') {
    return `${present?.serialNumber ?? '(not known)'} → ${next?.serialNumber ?? '(new)'}`;
  }
  return next?.serialNumber ?? present?.serialNumber ?? (outcome === 'issue' ? '(new)' : '');
}

function expiry({ expiring, present }: Change): string[] {
  return expiring ? [`expires ${present!.notAfter.slice(0, '2026-01-31'.length)}`] : [];
}

function summary(stacks: readonly StackChanges[]): string {
  const changes = stacks.flatMap(each => each.changes);
  const counts = OUTCOMES.map(outcome => ({ outcome, number: changes.filter(each => each.outcome === outcome).length }))
    .filter(({ outcome, number }) => number > 0 && outcome !== 'none').map(({ outcome, number }) => `${number} ${WORDS[outcome]}`);
  const expiring = changes.filter(each => each.expiring).length;
  return `${counts.length > 0 ? `certificates: ${counts.join(', ')}` : 'no certificate changes'}${expiring > 0 ? `; ${expiring} expiring` : ''}\n`;
}

/** The comparison for programs. The schema describes it to users: keep both in step. */
export function diffDocument(stacks: readonly StackChanges[]): string {
  return documentText('diff', {
    stacks: stacks.map(({ stack, exists, removed, failure, warnings, changes }) => ({
      stack, exists, removed, failure, warnings, certificates: changes.map(recordOf),
    })),
  });
}

function recordOf({ resource, logicalId, type, outcome, present, next, reasons, expiring }: Change): object {
  return {
    resource,
    logicalId,
    type,
    outcome,
    serialNumber: present?.serialNumber,
    nextSerialNumber: next?.serialNumber,
    subject: (present ?? next)?.subject,
    notAfter: (present ?? next)?.notAfter || undefined,
    expiring,
    reasons,
  };
}
