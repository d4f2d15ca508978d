/** A form in which a secret could stand in a text, and what is shown instead. */
interface SecretForm {
  readonly pattern: RegExp;
  readonly shown: string;
  /** Decides where the pattern alone can't. */
  readonly isSecret?: (match: string) => boolean;
}

/**
 * What must reach neither CloudFormation's events nor a log. Runs of base64 or hexadecimal digits are taken for key
 * material from 41 characters on: the secret number of a P-256 key has 43, the longest value that a message has to show,
 * a serial number, has 40.
 */
const SECRET_FORMS: readonly SecretForm[] = [
  { pattern: /-----BEGIN [^-]*-----[^]*?(?:-----END [^-]*-----|$)/g, shown: '(PEM, not shown)' },
  // A presigned URL is a right to answer in this function's name.
  { pattern: /https?:\/\/[^\s?"'<>]*\?[^\s"'<>]+/gi, shown: '(URL, not shown)' },
  { pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, shown: '(access key, not shown)' },
  { pattern: /[0-9a-f]{41,}/gi, shown: '(hexadecimal digits, not shown)' },
  // With the lines that follow, each of which can be shorter. A run without capitals or without small letters is a name.
  {
    pattern: /[\w+/-]{41,}={0,2}(?:(?:\s|\\[nr])+(?:[\w+/-]{16,}={0,2}|[\w+/-]{0,15}=))*/g,
    shown: '(base64, not shown)',
    isSecret: match => /[A-Z]/.test(match) && /[a-z]/.test(match),
  },
];

/** Names that look like key material and are none: an ARN, and the physical id of a certificate. */
const IDENTIFIER = /\barn:aws[\w-]*:[\w-]+:[\w-]*:\d{12}:[\w/+=.@:-]{1,256}|\b(?:ca|verification|device|invalid)-[0-9a-f]{32}\b/g;

/** Everything that would begin a new line, or hide or reorder text, in a log or in a console. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g;

/** More than any message needs. */
const MAX_CHARACTERS = 20_000;

/**
 * A text as it may be shown to whoever sees the stack or the log: on one line, without key material, credentials or
 * presigned URLs.
 *
 * @param names further names that may be shown although they are long, such as the logical id of a resource
 */
export function redact(text: string, names: readonly string[] = []): string {
  const kept: string[] = [];
  const keep = (name: string): string => `\ue000${kept.push(name) - 1}\ue001`;
  let result = text.slice(0, MAX_CHARACTERS).replace(/[\ue000\ue001]/g, ' ').replace(IDENTIFIER, keep);
  for (const name of names) {
    result = name === '' ? result : result.split(name).join(keep(name));
  }
  for (const { pattern, shown, isSecret } of SECRET_FORMS) {
    result = result.replace(pattern, match => isSecret?.(match) === false ? match : shown);
  }
  return result.replace(UNPRINTABLE, ' ').replace(/\ue000(\d+)\ue001/g, (_, index) => kept[Number(index)]).trim();
}
