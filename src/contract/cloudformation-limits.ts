import { Complaint } from './rules';

/**
 * Limits of CloudFormation that a stack with certificates can meet. They are fixed: AWS raises none of them.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
export const CLOUDFORMATION_LIMITS = {
  /**
   * The body of a custom resource's answer, bytes of UTF-8, the bound included.
   * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
   */
  answerBytes: 4_096,
  /**
   * The value of an output that other stacks can import, characters. An output without a name of an export has no such bound.
   * https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/685
   */
  exportedCharacters: 1_024,
  /** The value of a parameter, bytes of UTF-8; those that a nested stack gets from its parent too. */
  parameterBytes: 4_096,
  parameters: 200,
  resources: 500,
  outputs: 200,
  /** A template that comes from Amazon S3, as those of the CDK do, bytes. */
  templateBytes: 1_000_000,
} as const;

/**
 * How long CloudFormation waits for the answer to a request of this library's resources (`ServiceTimeout`), minutes. The functions answer
 * long before; this bounds the wait where one can't be invoked at all. CloudFormation's own default is an hour.
 */
export const SERVICE_TIMEOUT_MINUTES = 20;

/** The sections of a template whose members are counted, as CloudFormation calls them. */
const COUNTED = { Parameters: 'parameters', Resources: 'resources', Outputs: 'outputs' } as const;

/** What a template is made of, as far as it is counted. */
export type TemplateSections = { readonly [section in keyof typeof COUNTED]?: object };

/** Says in CloudFormation's words that an answer is too long. */
export function checkAnswer(body: string): Complaint {
  const bytes = Buffer.byteLength(body);
  return bytes <= CLOUDFORMATION_LIMITS.answerBytes ? undefined
    : `Response object is too long. (${bytes} bytes, at most ${CLOUDFORMATION_LIMITS.answerBytes} are allowed; choose a smaller key, or a shorter subject)`;
}

/** Says in CloudFormation's words that a value can't be exported. */
export function checkExportedValue(outputKey: string, value: string): Complaint {
  return value.length <= CLOUDFORMATION_LIMITS.exportedCharacters ? undefined
    : `Cannot export output ${outputKey} with length ${value.length}. Max length of ${CLOUDFORMATION_LIMITS.exportedCharacters} exceeded. `
      + '(A certificate crosses stacks by certificatePemFor(scope) of its CA; see "Several stacks and accounts" in the documentation)';
}

/** Says that a parameter's value is too long; the value itself can be a secret. */
export function checkParameterValue(name: string, value: string): Complaint {
  const bytes = Buffer.byteLength(value);
  return bytes <= CLOUDFORMATION_LIMITS.parameterBytes ? undefined
    : `Parameter '${name}' value '[****]' length is greater than ${CLOUDFORMATION_LIMITS.parameterBytes}. (${bytes} bytes; give fewer certificates in one parameter)`;
}

/** Says in CloudFormation's words what of a template is too much. */
export function checkTemplate(template: TemplateSections, bytes: number): Complaint {
  for (const [section, limit] of Object.entries(COUNTED)) {
    const number = Object.keys(template[section as keyof typeof COUNTED] ?? {}).length;
    if (number > CLOUDFORMATION_LIMITS[limit]) {
      return `Template format error: Number of ${limit}, ${number}, is greater than maximum allowed, ${CLOUDFORMATION_LIMITS[limit]}. `
        + '(Put some of the certificates into another stack)';
    }
  }
  return bytes <= CLOUDFORMATION_LIMITS.templateBytes ? undefined
    : `Template may not exceed ${CLOUDFORMATION_LIMITS.templateBytes} bytes in size. (It has ${bytes}; put some of the certificates into another stack)`;
}
