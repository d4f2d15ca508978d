import { Complaint } from './rules';

/**
 * CloudFormation limits that a stack with certificates can reach. They are fixed: AWS does not raise any of them.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
export const CLOUDFORMATION_LIMITS = {
  /**
   * The body of a custom resource's response, in bytes of UTF-8, inclusive.
   * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
   */
  answerBytes: 4_096,
  /**
   * The value of an output that other stacks can import, in characters. An output without an export name has no such limit.
   * https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/685
   */
  exportedCharacters: 1_024,
  /** The value of a parameter, in bytes of UTF-8, also if a nested stack gets it from its parent. */
  parameterBytes: 4_096,
  parameters: 200,
  resources: 500,
  outputs: 200,
  /** A template that comes from Amazon S3, as the templates of the CDK do, in bytes. */
  templateBytes: 1_000_000,
} as const;

/**
 * How long CloudFormation waits for the response to a request for this library's resources (`ServiceTimeout`), in minutes. The functions
 * respond long before; this limits the wait if a function can't be invoked at all. CloudFormation's own default is an hour.
 */
export const SERVICE_TIMEOUT_MINUTES = 20;

/** The template sections whose entries CloudFormation counts, with its word for the entries of each. */
const COUNTED = { Parameters: 'parameters', Resources: 'resources', Outputs: 'outputs' } as const;

/** The sections of a template whose entries are counted. */
export type TemplateSections = { readonly [section in keyof typeof COUNTED]?: object };

/** Complains, in CloudFormation's words, about a response that is too long. */
export function checkAnswer(body: string): Complaint {
  const bytes = Buffer.byteLength(body);
  return bytes <= CLOUDFORMATION_LIMITS.answerBytes ? undefined
    : `Response object is too long. (${bytes} bytes, at most ${CLOUDFORMATION_LIMITS.answerBytes} are allowed; choose a smaller key, or a shorter subject)`;
}

/** Complains, in CloudFormation's words, about a value that can't be exported. */
export function checkExportedValue(outputKey: string, value: string): Complaint {
  return value.length <= CLOUDFORMATION_LIMITS.exportedCharacters ? undefined
    : `Cannot export output ${outputKey} with length ${value.length}. Max length of ${CLOUDFORMATION_LIMITS.exportedCharacters} exceeded. `
      + '(To use a certificate in another stack, call certificatePemFor(scope) of its CA; see "Several stacks and accounts" in the documentation)';
}

/** Complains about a parameter value that is too long. The message does not show the value, which can be a secret. */
export function checkParameterValue(name: string, value: string): Complaint {
  const bytes = Buffer.byteLength(value);
  return bytes <= CLOUDFORMATION_LIMITS.parameterBytes ? undefined
    : `Parameter '${name}' value '[****]' length is greater than ${CLOUDFORMATION_LIMITS.parameterBytes}. (${bytes} bytes; give fewer certificates in one parameter)`;
}

/** Complains, in CloudFormation's words, about a limit that a template exceeds. */
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
