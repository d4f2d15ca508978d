/** What a service takes as a description. */
interface DescriptionRule {
  readonly maxLength: number;
  /** The characters it refuses. */
  readonly refused: RegExp;
}

/** Of what IAM takes: `[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*`. */
const BEYOND_LATIN_1 = /[^\t\n\r\x20-\x7e\xa1-\xff]/g;

/** Nothing but what no text should hold. */
const CONTROL = /[^\P{C}\t\n\r]/gu;

const RULES = {
  /** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
  role: { maxLength: 1_000, refused: BEYOND_LATIN_1 },
  /** https://docs.aws.amazon.com/iot/latest/apireference/API_TopicRulePayload.html names no limit: a strict one is taken. */
  topicRule: { maxLength: 500, refused: BEYOND_LATIN_1 },
  /** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
  secret: { maxLength: 2_048, refused: CONTROL },
  /** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html */
  key: { maxLength: 8_192, refused: CONTROL },
} satisfies { readonly [kind: string]: DescriptionRule };

/**
 * The description of a resource, as its service takes it. Construct ids can hold every character and make paths of any length:
 * what the service refuses is written as in `\u7269`, and of what is too long the end stays, which tells constructs apart.
 *
 * @param kind what is described
 * @param text what it says, with the path of a construct in it
 */
export function description(kind: keyof typeof RULES, text: string): string {
  const { maxLength, refused } = RULES[kind];
  const taken = text.replace(refused, character =>
    Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join(''));
  return taken.length <= maxLength ? taken : `...${taken.slice(3 - maxLength)}`;
}
