import { RawGeneralName } from './general-names';
import { isWithin, NameConstraints } from './name-subtrees';
import { Complaint, quote } from '../contract/rules';

/**
 * Whether a mailbox is issued although wolfSSL 5.5 takes it for one outside of the constraints. If the part before the @ is at least as
 * long as a permitted host, wolfSSL compares the whole mailbox with the host.
 *
 * @param names of any type; only the mailboxes among them are checked
 */
export function checkMailboxesElsewhere(names: readonly RawGeneralName[], { permitted }: NameConstraints): Complaint {
  const [mailboxes, bases] = [names, permitted].map(each => each.flatMap(({ type, value }) => type === 'email' ? [value] : []));
  const refused = mailboxes.find(mailbox => bases.some(base => isIn(mailbox, base)) && bases.every(base => !isFound(mailbox, base)));
  return refused === undefined ? undefined
    : `the part of the mailbox ${quote(refused)} before its @ should be shorter than the host that a CA above permits, ${bases.map(base => quote(base)).join(', ')}: `
      + 'otherwise wolfSSL 5.5 refuses the certificate; if wolfSSL verifies, choose a shorter mailbox, or have the CA permit this mailbox by name';
}

/** Whether wolfSSL finds a mailbox within a base. */
function isFound(mailbox: string, base: string): boolean {
  const isHost = !base.startsWith('.') && !base.includes('@');
  return isIn(mailbox, base) && !(isHost && mailbox.lastIndexOf('@') >= base.length);
}

function isIn(mailbox: string, base: string): boolean {
  return isWithin({ type: 'email', value: mailbox }, { type: 'email', value: base });
}
