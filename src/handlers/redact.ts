/** A form in which a secret could stand in a text, and what is shown instead. */
interface SecretForm {
  readonly pattern: RegExp;
  readonly shown: string;
  /** Decides where the pattern alone can't. */
  readonly isSecret?: (match: string) => boolean;
}

/** What is never shown, whatever it is part of: a presigned URL is a right to answer in this function's name. */
const PLAIN_SECRETS: readonly SecretForm[] = [
  { pattern: /-----BEGIN [^-]*-----[^]*?(?:-----END [^-]*-----|$)/g, shown: '(PEM, not shown)' },
  { pattern: /https?:\/\/[^\s?"'<>]*\?[^\s"'<>]+/gi, shown: '(URL, not shown)' },
  { pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, shown: '(access key, not shown)' },
];

/**
 * The shortest run of base64 or of hexadecimal digits that is taken for key material: the secret number of a P-256 key has
 * 43 characters, the longest value that every message has to show, a serial number, has 40.
 */
const SHORTEST_KEY = 41;

/** What looks like key material, unless it is a name. */
const KEY_MATERIAL: readonly SecretForm[] = [
  { pattern: new RegExp(`[0-9a-f]{${SHORTEST_KEY},}`, 'gi'), shown: '(hexadecimal digits, not shown)' },
  // With the lines that follow, each of which can be shorter. A run without capitals or without small letters is a name.
  {
    pattern: new RegExp(`[\\w+/-]{${SHORTEST_KEY},}={0,2}(?:(?:\\s|\\\\[nr])+(?:[\\w+/-]{16,}={0,2}|[\\w+/-]{0,15}=))*`, 'g'),
    shown: '(base64, not shown)',
    isSecret: match => /[A-Z]/.test(match) && /[a-z]/.test(match),
  },
];

/**
 * Names that look like key material and are none: an ARN, the physical id of a certificate, and the name of a parameter
 * that ends with a serial number.
 */
const IDENTIFIER = new RegExp([
  /\barn:aws[\w-]*:[\w-]+:[\w-]*:\d{12}:[\w/+=.@:-]{1,256}/,
  /\b(?:ca|verification|device|devid|server|invalid)-[0-9a-f]{32}\b/,
  /(?<![\w+/=-])(?:\/[\w.-]{1,128}){1,14}\/[0-9A-F]{40}\b/,
].map(({ source }) => source).join('|'), 'g');

/** Everything that would begin a new line, or hide or reorder text, in a log or in a console. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g;

/** More than any message needs. */
const MAX_CHARACTERS = 20_000;

/**
 * A text as it may be shown to whoever sees the stack or the log: on one line, without key material, credentials or
 * presigned URLs.
 *
 * @param names further names that may be shown although they are long, such as the logical id of a resource, in capitals or
 *   small letters. Short ones are shown anyway; sparing them here would take a key apart in which one occurs by chance.
 */
export function redact(text: string, names: readonly string[] = []): string {
  const kept: string[] = [];
  const keep = (name: string): string => `\ue000${kept.push(name) - 1}\ue001`;
  let result = withoutSecrets(text.slice(0, MAX_CHARACTERS).replace(/[\ue000\ue001]/g, ' '), PLAIN_SECRETS).replace(IDENTIFIER, keep);
  for (const name of names.filter(({ length }) => length >= SHORTEST_KEY).sort((a, b) => b.length - a.length)) { // one can be part of another
    result = result.replace(new RegExp(name.replace(/[^\w\s]/g, '\\$&'), 'gi'), keep);
  }
  return withoutSecrets(result, KEY_MATERIAL)
    .replace(UNPRINTABLE, ' ').replace(/\ue000(\d+)\ue001/g, (_, index) => kept[Number(index)]).trim();
}

function withoutSecrets(text: string, forms: readonly SecretForm[]): string {
  return forms.reduce((shown, form) => shown.replace(form.pattern, match => form.isSecret?.(match) === false ? match : form.shown), text);
}
