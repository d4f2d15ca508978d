import { readTime } from './certificate-time';
import { element, Tag } from './der';
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

/** The inverse of `generalizedTime`. */
export function readGeneralizedTime(reader: DerReader): Date {
  const { date, utc, text } = readTime(reader);
  if (!date || utc) {
    throw new Error(`a time must be a GeneralizedTime in the form of RFC 5280, section 4.1.2.5.2, got ${quote(text)}`);
  }
  return date;
}
