import { Tag } from './der';
import { DerReader } from './der-reader';
import { quote } from '../contract/rules';

/** A time as a certificate has it (RFC 5280, section 4.1.2.5). */
export interface CertificateTime {
  /** Whether it is a UTCTime; otherwise it should be a GeneralizedTime. */
  readonly utc: boolean;
  readonly text: string;
  /** The point in time; `undefined` if this is not a time, or not in the form that RFC 5280 requires. */
  readonly date?: Date;
  /** What is wrong with its form. */
  readonly fault?: string;
}

/** Reads the next element, which should be a time. */
export function readTime(reader: DerReader): CertificateTime {
  const { tag, contents } = reader.any();
  const utc = tag === Tag.UTC_TIME;
  if (!utc && tag !== Tag.GENERALIZED_TIME) {
    return { utc, text: '', fault: `must be UTCTime or GeneralizedTime, got the tag 0x${tag.toString(16).padStart(2, '0')}` };
  }
  const text = contents.toString('latin1');
  const date = dateOf(utc, text);
  return { utc, text, date, fault: date ? undefined : `must be ${utc ? 'YYMMDDHHMMSSZ' : 'YYYYMMDDHHMMSSZ'}, got ${quote(text)}` };
}

/** RFC 5280, section 4.1.2.5.1: two-digit years from 50 on mean 19YY. */
function dateOf(utc: boolean, text: string): Date | undefined {
  if (!(utc ? /^\d{12}Z$/ : /^\d{14}Z$/).test(text)) {
    return undefined;
  }
  const digits = utc ? `${text < '5' ? '20' : '19'}${text}` : text;
  const day = digits.slice(6, 8);
  const date = new Date(`${digits.slice(0, 4)}-${digits.slice(4, 6)}-${day}T${digits.slice(8, 10)}:${digits.slice(10, 12)}:${digits.slice(12, 14)}Z`);
  // JavaScript moves a day that is not in the calendar, and 24 o'clock, to the next day. Other times that do not exist have no day.
  return date.getUTCDate() === Number(day) ? date : undefined;
}

/** The first year whose times are GeneralizedTime (RFC 5280, section 4.1.2.5). */
const FIRST_GENERALIZED_YEAR = 2050;

/** Whether a time is GeneralizedTime although its year has a UTCTime. */
export function isGeneralizedTooEarly({ date, utc }: CertificateTime): boolean {
  return date !== undefined && !utc && date.getUTCFullYear() < FIRST_GENERALIZED_YEAR;
}

/**
 * The point in time of a time in the one form that RFC 5280, section 4.1.2.5, allows.
 *
 * @param owner what has the time, for errors
 */
export function strictDate(time: CertificateTime, owner: string): Date {
  if (!time.date || isGeneralizedTooEarly(time)) {
    throw new Error(`${owner} must have times in the form of RFC 5280, section 4.1.2.5, got ${quote(time.text)}`);
  }
  return time.date;
}

/** Reads a time as `generalizedTime` writes it. */
export function readGeneralizedTime(reader: DerReader): Date {
  const { date, utc, text } = readTime(reader);
  if (!date || utc) {
    throw new Error(`a time must be a GeneralizedTime in the form of RFC 5280, section 4.1.2.5.2, got ${quote(text)}`);
  }
  return date;
}
