import { checkAnswer } from '../../contract/cloudformation-limits';
import { LifecycleError, LifecycleEvent, LifecycleResult } from '../../resource/lifecycle-event';
import { successBody } from '../../resource/response-size';

/** Returns an answer, if CloudFormation would accept it: it refuses an answer that is too long. */
export function assertTaken(event: LifecycleEvent, result: LifecycleResult): LifecycleResult {
  const complaint = checkAnswer(successBody(event, result.physicalResourceId, result.data));
  if (complaint) {
    throw new LifecycleError(complaint, result.physicalResourceId, undefined);
  }
  return result;
}
