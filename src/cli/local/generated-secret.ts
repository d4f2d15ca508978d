import { isMap, JsonMap } from '../../contract/json-map';
import { CliError } from '../cli-error';

/** The characters of each kind, and the property that excludes the kind. */
const KINDS: readonly { readonly exclude: string; readonly characters: string }[] = [
  { exclude: 'ExcludeLowercase', characters: 'abcdefghijklmnopqrstuvwxyz' },
  { exclude: 'ExcludeUppercase', characters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' },
  { exclude: 'ExcludeNumbers', characters: '0123456789' },
  { exclude: 'ExcludePunctuation', characters: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~' },
];

const DEFAULT_LENGTH = 32;
const MAX_LENGTH = 4096;

/**
 * Generates the value that Secrets Manager would generate for a declared secret.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-secretsmanager-secret-generatesecretstring.html
 *
 * @param declaration the value of the property GenerateSecretString
 * @param random returns the given number of random bytes
 * @param where the place to name in errors
 */
export function generatedSecret(declaration: unknown, random: (bytes: number) => Buffer, where: string): string {
  if (!isMap(declaration)) {
    throw new CliError(`${where} must be a map`);
  }
  const password = generatedPassword(declaration, random, where);
  const { GenerateStringKey: key, SecretStringTemplate: template } = declaration;
  if (key === undefined && template === undefined) {
    return password;
  }
  if (typeof key !== 'string' || typeof template !== 'string') {
    throw new CliError(`${where}: GenerateStringKey and SecretStringTemplate must both be strings, or both be absent`);
  }
  let members: unknown;
  try {
    members = JSON.parse(template);
  } catch {
    // the error below reports it, without quoting what may be a secret
  }
  if (!isMap(members)) {
    throw new CliError(`${where}: SecretStringTemplate must be a map in JSON`);
  }
  return JSON.stringify({ ...members, [key]: password });
}

function generatedPassword(declaration: JsonMap, random: (bytes: number) => Buffer, where: string): string {
  const length = Number(declaration.PasswordLength ?? DEFAULT_LENGTH);
  if (!Number.isInteger(length) || length < 1 || length > MAX_LENGTH) {
    throw new CliError(`${where}: PasswordLength must be a whole number from 1 to ${MAX_LENGTH}`);
  }
  const kinds = [
    ...KINDS.filter(({ exclude }) => !isTrue(declaration[exclude])).map(({ characters }) => characters),
    ...isTrue(declaration.IncludeSpace) ? [' '] : [],
  ].map(characters => [...characters].filter(each => !String(declaration.ExcludeCharacters ?? '').includes(each)))
    .filter(characters => characters.length > 0);
  const required = isTrue(declaration.RequireEachIncludedType ?? true) ? kinds : [];
  if (kinds.length === 0 || required.length > length) {
    throw new CliError(`${where}: the exclusions must leave at least one character, and PasswordLength must be at least `
      + 'the number of required character types');
  }
  for (;;) { // until every kind occurs: this makes all allowed passwords equally likely
    const password = Array.from({ length }, () => chosen(kinds.flat(), random));
    if (required.every(characters => password.some(each => characters.includes(each)))) {
      return password.join('');
    }
  }
}

/** Chooses one of the characters, all equally likely. It discards bytes that would make the first characters more likely. */
function chosen(characters: readonly string[], random: (bytes: number) => Buffer): string {
  const limit = 256 - 256 % characters.length;
  for (;;) {
    const [byte] = random(1);
    if (byte < limit) {
      return characters[byte % characters.length];
    }
  }
}

function isTrue(value: unknown): boolean {
  return String(value) === 'true';
}
