import { anyElement, objectIdentifierText } from './der-values';
import { DerReader } from '../../der-reader';

/** RFC 5280, section 4.1.1.2. */
export interface AlgorithmIdentifier {
  readonly der: Buffer;
  /** Dotted. */
  readonly oid: string;
  /** A whole element, if there is one. */
  readonly parameters?: Buffer;
}

export function readAlgorithmIdentifier(der: Buffer): AlgorithmIdentifier {
  const fields = new DerReader(der).sequence();
  const oid = objectIdentifierText(fields);
  const parameters = fields.more ? anyElement(fields).der : undefined;
  fields.end();
  return { der, oid, parameters };
}
