import { awscdk, github } from 'projen';

type Step = github.workflows.JobStep;

const NODE: Step = { name: 'Setup Node.js', uses: 'actions/setup-node@v7.0.0', with: { 'node-version': '24' } };

/** What runs for each change, and what runs at night. */
export function addWorkflows(project: awscdk.AwsCdkConstructLibrary, check: Step): void {
  const ci = addWorkflow(project, 'ci', [check]);
  ci.on({ pullRequest: {}, push: { branches: ['main'] }, workflowDispatch: {} });
  const night = addWorkflow(project, 'night', [
    { name: 'Install', run: 'npm ci' },
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
    permissions: { contents: github.workflows.JobPermission.READ },
    steps: [github.WorkflowSteps.checkout(), NODE, ...steps],
  });
  return workflow;
}
