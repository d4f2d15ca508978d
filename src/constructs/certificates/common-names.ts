import { Token } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { comparableCommonName } from '../../contract/common-names';
import { quote } from '../../contract/rules';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { warn } from '../checks/notices';

/** A certificate that identifies a client, and whether its name came from a request or was declared. */
interface NamedCertificate {
  readonly construct: Construct;
  readonly requested: boolean;
}

/** The certificates of an app, by the CA and by the common name in its comparable form. */
const NAMED = new WeakMap<IConstruct, Map<string, NamedCertificate>>();

/**
 * Complains if another certificate of the CA already has the common name: platforms and brokers identify a device by that name, and
 * can't tell the two apart. It is an error if either name came from a request, because the request could take the place of a device.
 * It is a warning if both names are declared, because a device that gets a new construct or key has two certificates for a while.
 *
 * @param commonName the common name of a client; if it is not known at synthesis, nothing is checked
 * @param requested whether the name comes from the subject of a request
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
  const message = `subject.commonName should be unique among the certificates of the CA, got ${quote(commonName)}, `
    + `which ${other.construct.node.path} has too: platforms and brokers that identify devices by it can't tell the two apart`;
  if (requested || other.requested) {
    throw new Error(`${construct.node.path}: ${message.replace('should', 'must')}, and a request must not take the identity of another device; `
      + 'have the request made for another name, or, if both are the same device, declare `subject` for both');
  }
  warn(construct, 'common-name-twice', `${message}; remove the certificate that is no longer needed`);
}
