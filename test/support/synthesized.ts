import { App, AppProps } from 'aws-cdk-lib';
import { temporaryFolder } from './cli-assembly';

/** Synthesizes an app as `cdk synth` does, and answers the folder of its assembly. */
export function synthesized(declare: (app: App) => void, props: AppProps = {}): string {
  const app = new App({
    outdir: temporaryFolder(),
    ...props,
    // What the command line of the CDK sets; the templates name constructs and assets then.
    context: { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true, ...props.context },
  });
  declare(app);
  return app.synth().directory;
}
