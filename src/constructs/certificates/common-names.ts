import { Token } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { comparableCommonName } from '../../contract/common-names';
import { quote } from '../../contract/rules';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { warn } from '../checks/notices';

/** A certificate by which a client is known, and whether its name was declared or came by a request. */
interface NamedCertificate {
  readonly construct: Construct;
  readonly requested: boolean;
}

/** The certificates of an app, by the CA and the common name in the form in which it is compared. */
const NAMED = new WeakMap<IConstruct, Map<string, NamedCertificate>>();

/**
 * Says that a common name under a CA is another certificate's already: platforms and brokers know a device by it, and can't tell
 * the two apart. Where one of the names came by a request, that is refused, since a request could take the place of a device so.
 * Where both are declared it is a warning: a device that gets another construct, or another key, has two certificates for a while.
 *
 * @param commonName that of a client; where it is not known at synthesis, nothing is said
 * @param requested whether it is the subject of a request
 */
export function noteCommonName(construct: Construct, ca: IPrivateIotCa, commonName: string | undefined, requested: boolean): void {
  if (commonName === undefined || Token.isUnresolved(commonName)) {
    return;
  }
  const { root } = construct.node;
  const named = NAMED.get(root) ?? new Map<string, NamedCertificate>();
  NAMED.set(root, named);
  const key = JSON.stringify([ca.caId, comparableCommonName(commonName)]);
  const other = named.get(key);
  if (!other) {
    named.set(key, { construct, requested });
    return;
  }
  const message = `subject.commonName should be that of no other certificate of the CA, got ${quote(commonName)}, which is that of ${other.construct.node.path} `
    + 'too: whoever identifies devices by it can\'t tell them apart';
  if (requested || other.requested) {
    throw new Error(`${construct.node.path}: ${message.replace('should', 'must')}, and a request must not take the place of another device; `
      + 'have the request made for another name, or declare `subject` for both if they are one device');
  }
  warn(construct, 'common-name-twice', `${message}; remove the one that is not needed any more`);
}
