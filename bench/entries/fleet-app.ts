import { App, Stack } from 'aws-cdk-lib';
import { KeyAlgorithm, PrivateIotCa } from '../../src';

/** An app with the CA of a fleet. Its argument is the folder of its assembly. */
const app = new App({ outdir: process.argv[2], context: { 'aws:cdk:enable-path-metadata': true } });
new PrivateIotCa(new Stack(app, 'Iot'), 'Ca', { subject: { commonName: 'Benchmark CA' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
app.synth();
