import { element, isTime, Tag } from './der';
import { DerReader } from './der-reader';
import { quote } from '../contract/rules';

/**
 * A point in time as GeneralizedTime in the one form that RFC 5280, section 4.1.2.5.2, allows: in UTC, with seconds and without fractions
 * of a second. Some fields have this type in every year, unlike the fields that `time` encodes.
 */
export function generalizedTime(date: Date): Buffer {
  const digits = date.toISOString().slice(0, 19).replace(/[-:T]/g, '');
  return element(Tag.GENERALIZED_TIME, Buffer.from(`${digits}Z`, 'latin1'));
}

/** The inverse of `generalizedTime`. It encodes the time again and compares. */
export function readGeneralizedTime(reader: DerReader): Date {
  const der = reader.element(Tag.GENERALIZED_TIME);
  const text = der.toString('latin1', 2);
  const date = new Date(text.replace(/^(....)(..)(..)(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!isTime(date) || !generalizedTime(date).equals(der)) {
    throw new Error(`a time must have the form of RFC 5280, section 4.1.2.5.2, got ${quote(text)}`);
  }
  return date;
}
