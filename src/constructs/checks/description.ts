/** What a service accepts as a description. */
interface DescriptionRule {
  readonly maxLength: number;
  /** The characters that the service refuses. */
  readonly refused: RegExp;
}

/** All characters except those that IAM accepts: `[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*`. */
const BEYOND_LATIN_1 = /[^\t\n\r\x20-\x7e\xa1-\xff]/g;

/** Only the characters that no text should hold. */
const CONTROL = /[^\P{C}\t\n\r]/gu;

const RULES = {
  /** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
  role: { maxLength: 1_000, refused: BEYOND_LATIN_1 },
  /** https://docs.aws.amazon.com/iot/latest/apireference/API_TopicRulePayload.html documents no limit, so this is a strict one. */
  topicRule: { maxLength: 500, refused: BEYOND_LATIN_1 },
  /** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
  secret: { maxLength: 2_048, refused: CONTROL },
  /** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html */
  key: { maxLength: 8_192, refused: CONTROL },
} satisfies { readonly [kind: string]: DescriptionRule };

/**
 * The description of a resource, in a form that its service accepts. Construct ids can hold any character, and paths can have any length.
 * Characters that the service refuses are written as in `\u7269`. A text that is too long keeps its end, which tells constructs apart.
 *
 * @param kind the kind of the resource
 * @param text the description, which contains the path of a construct
 */
export function description(kind: keyof typeof RULES, text: string): string {
  const { maxLength, refused } = RULES[kind];
  const taken = text.replace(refused, character =>
    Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join(''));
  return taken.length <= maxLength ? taken : `...${taken.slice(3 - maxLength)}`;
}
