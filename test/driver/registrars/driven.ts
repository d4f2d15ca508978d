import { X509Certificate } from 'node:crypto';
import { faultyAnswer, replyOf } from './platform-history';
import { DrivenPlatform, Proof } from './platforms';
import { REGISTRARS } from '../../../src/platforms/registrations';
import { HttpsPlatform } from '../../support/https-platform';
import { RegisteredCa, registeredCa } from '../../support/registered-ca';
import { Endpoint } from '../aws/endpoint';
import { environmentAt, Platform } from '../engine/world';
import { Delivery } from '../lambda/delivery';
import { assertBundleIsNew, LambdaFunction } from '../lambda/lambda';

/** The function of a platform, the platform, and AWS between them: what all histories of a platform share. */
export class Driven implements Platform {
  public static async start(platform: DrivenPlatform): Promise<Driven> {
    const shipped = REGISTRARS[platform.registrar];
    assertBundleIsNew(shipped.bundle, ['src/platforms', 'src/contract', 'src/lambda', 'src/resource']);
    const [endpoint, server] = [await Endpoint.start(), platform.start()];
    await server.start();
    const lambda = new LambdaFunction({
      ...shipped, variables: environmentAt(endpoint), outside: { port: Number(new URL(server.url).port), ca: server.trustedCas },
    });
    return new Driven(platform, server, endpoint, lambda, [await registeredCa('Acme Root 1'), await registeredCa('Acme Root 2')]);
  }

  private readonly deliveries = new Map<string, Delivery>();
  private readonly proofs = new Map<string, Promise<string>>();

  private constructor(
    public readonly platform: DrivenPlatform, public readonly server: HttpsPlatform, public readonly endpoint: Endpoint,
    public readonly lambda: LambdaFunction, public readonly cas: readonly [RegisteredCa, RegisteredCa],
  ) {
    server.between = async ({ headers, body }, call, carryOut) => {
      const delivery = this.deliveries.get(String(headers['x-environment']))!;
      const reply = await delivery.pass({ action: call, body }, () => delivery.timed(replyOf(carryOut())),
        (fault, _, answer) => delivery.timed(faultyAnswer(fault, answer)));
      return reply === 'cut' ? undefined : reply;
    };
  }

  public readonly attach = (environmentId: number, delivery: Delivery): void => {
    this.deliveries.set(String(environmentId), delivery);
  };

  /** The certificate for a code: the same one each time, as the function that issues has it. */
  public prove({ Of, Code }: Proof): Promise<string> {
    const key = `${Of} ${Code}`;
    const made = this.proofs.get(key) ?? this.cas.find(({ certificate }) => certificate.fingerprint256 === Of)!.prove(String(Code));
    this.proofs.set(key, made);
    return made;
  }

  public fingerprintOf(pem: unknown): string {
    return new X509Certificate(String(pem)).fingerprint256;
  }

  public async stop(): Promise<void> {
    await this.lambda.stop();
    await Promise.all([this.endpoint.stop(), this.server.stop()]);
  }
}
