import { X509Certificate } from 'node:crypto';
import { join, resolve } from 'node:path';
import { readAwsIot } from '../../../src/cli/aws-iot';
import { readAzure } from '../../../src/cli/azure-iot';
import { outside } from '../../../src/cli/local/engine';
import { PlatformReach } from '../../../src/cli/reconcile/platform-choice';
import { Platforms, reconcileCommand, ReconcileOptions } from '../../../src/cli/reconcile-command';
import { silentProgress } from '../../../src/cli/terminal';
import { temporaryFolder, writeAssembly } from '../../support/cli-assembly';
import { cliOk, readJson } from '../../support/cli-run';
import { iotTemplate } from '../../support/cli-templates';
import { complaintsOf } from '../../support/json-schema';

const SCHEMA = readJson(resolve(__dirname, '..', '..', '..', 'schema', 'command-line-v1.schema.json'));

/** What reads each platform. */
export const PLATFORMS: Platforms = { 'aws-iot-core': () => readAwsIot, 'azure-iot-hub': () => readAzure, 'azure-dps': () => readAzure };

/** A local deployment, whose ledger a test compares with a platform. */
export class LocalLedger {
  public readonly out = join(temporaryFolder(), 'local-out');

  /** Deploys the CA and these devices; a device that is left out is withdrawn. */
  public async deploy(...devices: string[]): Promise<void> {
    const app = writeAssembly(temporaryFolder(), { Iot: { template: iotTemplate({ devices }) } });
    await cliOk('local', '--app', app, '--out', this.out);
  }

  public async revoke(commonName: string, reason = 'keyCompromise'): Promise<void> {
    await cliOk('revoke', '--local', this.out, '--yes', '--common-name', commonName, '--reason', reason);
  }

  /** The certificate of the CA. */
  public get ca(): X509Certificate {
    return this.certificate('CaCertificate');
  }

  /** The certificate of the device with this number. */
  public device(index: number): X509Certificate {
    return this.certificate(`Device${index}CertificatePem`);
  }

  private certificate(output: string): X509Certificate {
    return new X509Certificate(readJson(join(this.out, 'outputs.json')).Iot[output]);
  }
}

/** What a comparison has said, and whether it has found no difference. */
export interface Reconciled {
  readonly agrees: boolean;
  readonly text: string;
}

/** How a platform is reached, and when and on which terminal. */
export type Reach = PlatformReach & { readonly now?: Date; readonly columns?: number };

/** Compares a ledger with a platform. */
export async function reconciled(options: ReconcileOptions, reach: Reach = {}): Promise<Reconciled> {
  let text = '';
  const terminal = { columns: reach.columns, progress: silentProgress, print: (printed: string) => { text += printed; }, warn: () => undefined };
  const aws = (): never => { throw new Error('no ledger in AWS is read'); };
  const clock = (): Date => reach.now ?? new Date();
  const agrees = await reconcileCommand(options, terminal, aws, PLATFORMS, { ...outside, clock, pace: 0, ...reach });
  return { agrees, text };
}

/** The differences in a document, as the schema describes it. */
export function differencesIn({ text, agrees }: Reconciled): { readonly [member: string]: string }[] {
  const document = JSON.parse(text);
  expect(complaintsOf(SCHEMA, document)).toBe('');
  expect(agrees).toBe(document.differences.length === 0);
  return document.differences;
}

/** Differences in short: the kind, the device or the ID, and the status there. */
export function inShort(differences: readonly { readonly [member: string]: string }[]): string[] {
  return differences.map(({ difference, commonName, subject, platformId, platformStatus }) =>
    [difference, commonName ?? subject ?? platformId, platformStatus].filter(each => each !== undefined).join(' '));
}
