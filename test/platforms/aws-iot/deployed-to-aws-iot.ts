import { AwsIotStack, Deployed } from './aws-iot-stack';
import { StrictIot } from './strict-iot';

/** AWS IoT, and what is deployed to it. */
export let iot: StrictIot;
export let deployed: AwsIotStack;

/** Has the tests of a file deploy to AWS IoT, which begins anew for each of them. */
export function useAwsIot(): void {
  beforeAll(async () => {
    iot = await StrictIot.start();
  });
  beforeEach(() => {
    iot.reset();
    deployed = new AwsIotStack(iot);
  });
  afterAll(() => iot.stop());
}

/** The one resource of a type that is deployed. */
export function resourceOf(type: string): Deployed {
  return [...deployed.resources.values()].find(resource => resource.type === type)!;
}
