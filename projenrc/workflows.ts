import { awscdk, github } from 'projen';

type Step = github.workflows.JobStep;

/** On Debian 12, whose packages of other validators are those that docs/verifiers.md names. */
const IMAGE = 'node:24-bookworm';

/** Git refuses a folder that belongs to another user, as that of the checkout does in a container. */
const TRUST: Step = { name: 'Trust the checkout', run: 'git config --global --add safe.directory "$GITHUB_WORKSPACE"' };

/** What runs for each change, and what runs at night. */
export function addWorkflows(project: awscdk.AwsCdkConstructLibrary, check: Step): void {
  const ci = addWorkflow(project, 'ci', [check]);
  ci.on({ pullRequest: {}, push: { branches: ['main'] }, workflowDispatch: {} });
  const night = addWorkflow(project, 'night', [
    { name: 'Install', run: 'npm ci' },
    { name: 'Install the broker that the years are played with', run: 'apt-get update -qq && apt-get install -y -qq mosquitto faketime' },
    { name: 'Random certificates, histories of revocations, changes of apps, and ten years of a fleet', run: 'npx projen histories' },
    { name: 'Every fault at every call, and random histories', run: 'npx projen driver' },
  ]);
  night.on({ schedule: [{ cron: '17 1 * * *' }], workflowDispatch: {} });
  project.github!.tryFindWorkflow('release')!.file!.addDeletionOverride(`jobs.release_npm.steps.${NPM_RELEASE_STEP}.env.NPM_REGISTRY`);
}

/** The step that publishes to npm. It knows its registry by itself, and so does a mirror that stands for it: no file names a host. */
const NPM_RELEASE_STEP = 9;

function addWorkflow(project: awscdk.AwsCdkConstructLibrary, name: string, steps: readonly Step[]): github.GithubWorkflow {
  const workflow = project.github!.addWorkflow(name);
  workflow.addJob(name, {
    runsOn: ['ubuntu-latest'],
    container: { image: IMAGE },
    env: { SECOND_OPINIONS: 'required' },
    permissions: { contents: github.workflows.JobPermission.READ },
    steps: [github.WorkflowSteps.checkout(), TRUST, ...steps],
  });
  return workflow;
}
