import { parentPort, workerData } from 'node:worker_threads';
import { IssueThread } from './issue-thread';
import { PlanMessage, PlanTask, Task } from './messages';
import { writePlan } from './plan';
import { messageOf } from '../cli-error';

/** A thread of `fleet run`: it checks the manifest, or issues for its pieces. */
const { plan, issue } = workerData as { readonly plan?: PlanTask; readonly issue?: Task };
const port = parentPort!;
const say = (message: PlanMessage): void => port.postMessage(message);

if (issue) {
  new IssueThread(issue, port);
} else {
  void writePlan(plan!, read => say({ read })).then(planned => say({ planned }), error => say({ failure: messageOf(error) }));
}
