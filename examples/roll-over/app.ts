import { App } from 'aws-cdk-lib';
import { Plant, Step, STEPS } from './plant';

/** `-c step=…` chooses the deployment; `-c steps=<folder>` synthesizes all of them, each into a folder of its own. */
const app = new App();
const folder: string | undefined = app.node.tryGetContext('steps');
if (folder === undefined) {
  new Plant(app, (app.node.tryGetContext('step') ?? 'today') as Step);
} else {
  for (const step of STEPS) {
    const each = new App({ outdir: `${folder}/${step}` });
    new Plant(each, step);
    each.synth();
  }
}
