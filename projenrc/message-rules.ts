import { awscdk } from 'projen';

/** What shows no key of a value, or makes nothing but times, numbers and words of this library; what begins with `describe` does too. */
const CALLS = ['quote', 'formatTime', 'formatTag', 'algorithmName', 'Number'];

/** What the variables are called that hold numbers, or words of this library. */
const VARIABLES = ['bits', 'bytes', 'count', 'days', 'depth', 'length', 'number', 'pathLength', 'attribute', 'complaint', 'kind'];

/** Values of a template can be at 10 places; the messages of this library have fewer. */
const PLACES = Array.from({ length: 10 }, (_, place) => place);

/** A selector for texts in which an expression follows the word `got` that is none of those that are allowed. */
function valueShownAsItIs(place: number): string {
  const shown = `expressions.${place}`;
  const word = (path: string): string => `[${path}.type=/^(Literal|TemplateLiteral)$/]`;
  const call = (path: string): string => `[${path}.callee.name=/^(${CALLS.join('|')}|describe.*)$/]`;
  const variable = (path: string): string => `[${path}.name=/^(${VARIABLES.join('|')})$/]`;
  const entry = (path: string): string => `[${path}.object.name=/^[A-Z_]+$/]`; // of a table of this library
  const each = (firsts: readonly string[], seconds: readonly string[]): string[] => firsts.flatMap(first => seconds.map(second => first + second));
  const allowed = [
    call(shown),
    variable(shown),
    entry(`${shown}.object`),
    `[${shown}.property.name=/^(length|path)$/]`, // the path of a construct is shown by the CDK too
    `[${shown}.callee.property.name="byteLength"]`,
    `[${shown}.type="BinaryExpression"]`,
    ...each([word, call].map(check => check(`${shown}.consequent`)), [word, call].map(check => check(`${shown}.alternate`))),
    ...each([variable, entry].map(check => check(`${shown}.left`)), [word, call].map(check => check(`${shown}.right`))),
  ];
  return `TemplateLiteral[quasis.${place}.value.raw=/\\bgot $/]${allowed.map(selector => `:not(${selector})`).join('')}`;
}

/**
 * A message takes values from outside only through `quote`, which shows no private key, no line ends and no more than a line: after
 * the word `got`, where a message repeats a value, nothing else may stand but numbers, times and words of this library.
 *
 * It goes by names and not by types: ESLint itself takes selectors of syntax alone, and a rule that asks TypeScript for types would be
 * a plugin to keep. It errs on the safe side, since it refuses each name that is not in its lists: one is added where it can hold
 * no text from outside, which whoever reviews it decides. That no message shows a key is tried by test/constructs/keys/no-private-key.test.ts too.
 *
 * What the linter of certificates finds is made of what it has decoded; the command line and the registrars have rules of their own
 * for what they show.
 */
export function enforceMessageRules(project: awscdk.AwsCdkConstructLibrary): void {
  project.eslint!.addOverride({
    files: ['src/**/*.ts'],
    excludedFiles: ['src/cli/**', 'src/platforms/**/registrar/**', 'src/pki/lint/**', 'src/platforms/aws-iot/provisioning/**'],
    rules: {
      'no-restricted-syntax': ['error', ...PLACES.map(place => ({
        selector: valueShownAsItIs(place),
        message: 'a message repeats a value from outside by quote(value), which shows no private key',
      }))],
    },
  });
}
