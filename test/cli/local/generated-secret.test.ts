import { randomBytes } from 'node:crypto';
import { generatedSecret } from '../../../src/cli/local/generated-secret';
import { fc } from '../../support/properties';

const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

function generated(declaration: unknown): string {
  return generatedSecret(declaration, randomBytes, 'property GenerateSecretString');
}

/** How many characters there are of lower case, upper case, digits, punctuation and spaces. */
function kindsIn(text: string): number[] {
  return [/[a-z]/g, /[A-Z]/g, /[0-9]/g, /[!-/:-@[-`{-~]/g, / /g].map(kind => text.match(kind)?.length ?? 0);
}

describe('a generated secret', () => {
  test('has 32 characters of every kind but the space, unless it is declared otherwise', () => {
    for (let turn = 0; turn < 50; turn++) {
      const text = generated({});
      const [lower, upper, digits, punctuation, spaces] = kindsIn(text);
      expect(Math.min(lower, upper, digits, punctuation)).toBeGreaterThan(0);
      expect([text.length, spaces, lower + upper + digits + punctuation]).toEqual([32, 0, 32]);
    }
  });

  test.each<[object, RegExp]>([
    [{ PasswordLength: 4 }, /^.{4}$/],
    [{ PasswordLength: '1', RequireEachIncludedType: 'false' }, /^.$/],
    [{ PasswordLength: 4096 }, /^.{4096}$/],
    [{ ExcludePunctuation: true }, /^[A-Za-z0-9]{32}$/],
    [{ ExcludePunctuation: 'true', ExcludeUppercase: 'true' }, /^[a-z0-9]{32}$/],
    [{ ExcludePunctuation: true, ExcludeLowercase: true, ExcludeNumbers: true }, /^[A-Z]{32}$/],
    [{ ExcludePunctuation: false, ExcludeLowercase: true, ExcludeUppercase: true, ExcludeNumbers: true, IncludeSpace: true, PasswordLength: 300 }, /^[!-/:-@[-`{-~ ]{300}$/],
    [{ ExcludeCharacters: `${PUNCTUATION}bcdefghijklmnopqrstuvwxyz0123456789`, ExcludeUppercase: true, PasswordLength: 3 }, /^aaa$/],
  ])('declared as %j is as declared', (declaration, form) => {
    expect(generated(declaration)).toMatch(form);
  });

  test('has each kind of character that it may have, and no other character', () => {
    fc.assert(fc.property(fc.record({
      PasswordLength: fc.integer({ min: 5, max: 40 }),
      ExcludeLowercase: fc.boolean(),
      ExcludeUppercase: fc.boolean(),
      ExcludeNumbers: fc.boolean(),
      IncludeSpace: fc.boolean(),
      ExcludeCharacters: fc.string({ maxLength: 20 }),
    }), declaration => {
      const text = generated(declaration);
      const [lower, upper, digits, , spaces] = kindsIn(text);
      expect(text).toHaveLength(declaration.PasswordLength);
      expect(text.length - kindsIn(text).reduce((sum, count) => sum + count)).toBe(0);
      expect([...text].filter(each => declaration.ExcludeCharacters.includes(each))).toEqual([]);
      expect([lower > 0, upper > 0, digits > 0]).toEqual([
        !declaration.ExcludeLowercase && kept('abcdefghijklmnopqrstuvwxyz', declaration),
        !declaration.ExcludeUppercase && kept('ABCDEFGHIJKLMNOPQRSTUVWXYZ', declaration),
        !declaration.ExcludeNumbers && kept('0123456789', declaration),
      ]);
      expect(spaces > 0).toBe(declaration.IncludeSpace && kept(' ', declaration));
    }), { numRuns: 200 });
  });

  test('has its characters evenly distributed', () => {
    const counts = new Map<string, number>();
    [...generated({ PasswordLength: 4096, ExcludePunctuation: true }), ...generated({ PasswordLength: 4096, ExcludePunctuation: true })]
      .forEach(each => counts.set(each, (counts.get(each) ?? 0) + 1));
    expect(counts.size).toBe(62);
    // 8192 draws of 62: 132 each, with a standard deviation of 11.4; seven of them are never seen by chance.
    expect(Math.max(...counts.values())).toBeLessThan(132 + 80);
    expect(Math.min(...counts.values())).toBeGreaterThan(132 - 80);
  });

  test('can be one member of a JSON document', () => {
    const text = generated({ SecretStringTemplate: '{"username":"device"}', GenerateStringKey: 'password', PasswordLength: 20 });
    expect(JSON.parse(text)).toEqual({ username: 'device', password: expect.stringMatching(/^.{20}$/) });
  });

  test.each<[unknown, string]>([
    ['text', 'must be a map'],
    [{ PasswordLength: 0 }, 'PasswordLength must be a whole number from 1 to 4096'],
    [{ PasswordLength: 4097 }, 'PasswordLength must be a whole number from 1 to 4096'],
    [{ PasswordLength: '2.5' }, 'PasswordLength must be a whole number from 1 to 4096'],
    [{ PasswordLength: 3 }, 'PasswordLength must be at least the number of required character types'],
    [{ ExcludeLowercase: true, ExcludeUppercase: true, ExcludeNumbers: true, ExcludePunctuation: true }, 'the exclusions must leave at least one character'],
    [{ GenerateStringKey: 'password' }, 'GenerateStringKey and SecretStringTemplate must both be strings, or both be absent'],
    [{ GenerateStringKey: 'password', SecretStringTemplate: '{"a":' }, 'SecretStringTemplate must be a map in JSON'],
    [{ GenerateStringKey: 'password', SecretStringTemplate: '[]' }, 'SecretStringTemplate must be a map in JSON'],
  ])('declared as %j is refused', (declaration, message) => {
    expect(() => generated(declaration)).toThrow(`property GenerateSecretString${message.startsWith('must') ? ' ' : ': '}`);
    expect(() => generated(declaration)).toThrow(message);
  });
});

function kept(characters: string, { ExcludeCharacters }: { ExcludeCharacters: string }): boolean {
  return [...characters].some(each => !ExcludeCharacters.includes(each));
}
