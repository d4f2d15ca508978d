import { runSimulation, Simulation } from '@cloud-copilot/iam-simulate';
import { NeededRight } from './needed-rights';

/** A policy of a role, by its name. */
export interface NamedPolicy {
  readonly name: string;
  readonly policy: any;
}

/** What IAM says. */
export interface Decision {
  readonly allowed: boolean;
  /** The statements that allow it, as text, by the name of their policy. */
  readonly by: readonly string[];
}

const decisions = new Map<string, Promise<Decision>>();

/** What IAM says of a right: by the policies of a role, and by that of the resource. Equal questions are asked once. */
export function decide(role: string, policies: readonly NamedPolicy[], right: NeededRight, resourcePolicy?: object): Promise<Decision> {
  const question = JSON.stringify([role, policies, right, resourcePolicy]);
  const decision = decisions.get(question) ?? simulate(role, policies, right, resourcePolicy);
  decisions.set(question, decision);
  return decision;
}

async function simulate(
  role: string, policies: readonly NamedPolicy[], { action, resource, context }: NeededRight, resourcePolicy?: object,
): Promise<Decision> {
  const simulation: Simulation = {
    request: {
      principal: role,
      action,
      resource: { resource, accountId: /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(resource)?.[1] ?? role.split(':')[4] },
      contextVariables: context,
    },
    identityPolicies: [...policies],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy,
  };
  const result = await runSimulation(simulation, {});
  if (result.resultType === 'error') {
    throw new Error(`${action} on ${resource} can't be simulated: ${JSON.stringify(result.errors)}`);
  }
  const { identityAnalysis, resourceAnalysis } = (result.resultType === 'single' ? result.result : result.results[0]).analysis;
  const allowing = [identityAnalysis, resourceAnalysis]
    .flatMap(analysis => (analysis?.allowStatements ?? []) as unknown as { policyId: string; statement: object }[]);
  return { allowed: result.overallResult === 'Allowed', by: allowing.map(({ policyId, statement }) => `${policyId} ${JSON.stringify(statement)}`) };
}
