import { anyElement } from './der-values';
import { quote } from '../../../contract/rules';
import { Tag } from '../../der';
import { DerReader } from '../../der-reader';

/** A time as the certificate has it (RFC 5280, section 4.1.2.5). */
export interface LintedTime {
  /** Tag, length and contents. */
  readonly der: Buffer;
  /** Whether it is a UTCTime; otherwise it should be a GeneralizedTime. */
  readonly utc: boolean;
  readonly text: string;
  /** The point in time; `undefined` if this is not a time, or not in the form that RFC 5280 requires. */
  readonly date?: Date;
  /** What is wrong with its form. */
  readonly fault?: string;
}

export function readTime(reader: DerReader): LintedTime {
  const { tag, der, contents } = anyElement(reader);
  const utc = tag === Tag.UTC_TIME;
  if (!utc && tag !== Tag.GENERALIZED_TIME) {
    return { der, utc, text: '', fault: `must be UTCTime or GeneralizedTime, got the tag 0x${tag.toString(16).padStart(2, '0')}` };
  }
  const text = contents.toString('latin1');
  const date = dateOf(utc, text);
  return { der, utc, text, date, fault: date ? undefined : `must be ${utc ? 'YYMMDDHHMMSSZ' : 'YYYYMMDDHHMMSSZ'}, got ${quote(text)}` };
}

/** RFC 5280, section 4.1.2.5.1: two-digit years from 50 on mean 19YY. */
function dateOf(utc: boolean, text: string): Date | undefined {
  if (!(utc ? /^\d{12}Z$/ : /^\d{14}Z$/).test(text)) {
    return undefined;
  }
  const digits = utc ? `${text < '5' ? '20' : '19'}${text}` : text;
  const iso = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}T${digits.slice(8, 10)}:${digits.slice(10, 12)}:${digits.slice(12, 14)}.000Z`;
  const date = new Date(iso);
  // JavaScript moves a date that is not in the calendar to one that is, or makes it invalid.
  return !Number.isNaN(date.getTime()) && date.toISOString() === iso ? date : undefined;
}
