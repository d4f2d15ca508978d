import { Complaint, quote } from './rules';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html, StackId: two stacks of the same name have different ids. */
const STACK_ID = /^arn:[\w-]+:cloudformation:[\w-]+:\d{12}:stack\/[A-Za-z][A-Za-z0-9-]*\/[\w-]+$/;

/** Checks the id of a stack that declared a CA before. */
export function checkFormerStackId(value: unknown): Complaint {
  return typeof value === 'string' && STACK_ID.test(value) ? undefined
    : 'formerStackId must be a stack id, such as arn:aws:cloudformation:eu-central-1:111111111111:stack/Iot/5b6d4a40-0000-11f1-9a3c-0a1b2c3d4e5f, '
      + `got ${quote(value)}`;
}
