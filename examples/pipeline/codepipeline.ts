import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { BuildSpec, LinuxBuildImage, PipelineProject } from 'aws-cdk-lib/aws-codebuild';
import { Artifact, Pipeline, PipelineType } from 'aws-cdk-lib/aws-codepipeline';
import { CodeBuildAction, CodeStarConnectionsSourceAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

const app = new App();
const stack = new Stack(app, 'CertificatePipeline', { description: 'Deploys a private CA for devices, and hands its certificates on' });

const connection = new CfnParameter(stack, 'ConnectionArn', { description: 'The connection to the repository, of AWS CodeConnections' });
const owner = new CfnParameter(stack, 'Owner', { description: 'Whose the repository is' });
const repository = new CfnParameter(stack, 'Repository', { description: 'The repository with the app, buildspec.yml and after-deploy.sh' });

const deployment = new PipelineProject(stack, 'Deployment', {
  buildSpec: BuildSpec.fromSourceFilename('buildspec.yml'),
  environment: { buildImage: LinuxBuildImage.STANDARD_7_0 },
});
// The roles of `cdk bootstrap` deploy. The project itself may read no secret, so that no key can get into an artifact.
deployment.addToRolePolicy(new PolicyStatement({
  actions: ['sts:AssumeRole'],
  resources: [stack.formatArn({ service: 'iam', region: '', resource: 'role', resourceName: 'cdk-hnb659fds-*' })],
}));

const source = new Artifact('Source');
const certificates = new Artifact('Certificates');
new Pipeline(stack, 'Pipeline', {
  pipelineType: PipelineType.V2,
  stages: [
    {
      stageName: 'Source',
      actions: [new CodeStarConnectionsSourceAction({
        actionName: 'Repository',
        connectionArn: connection.valueAsString,
        owner: owner.valueAsString,
        repo: repository.valueAsString,
        branch: 'main',
        output: source,
      })],
    },
    {
      stageName: 'Certificates',
      actions: [new CodeBuildAction({ actionName: 'Deploy', project: deployment, input: source, outputs: [certificates] })],
    },
    // Here follows what registers the devices: an action with `input: certificates`, in which manifest.json is.
  ],
});
