import { Construct } from 'constructs';
import { checkHuaweiRegion, checkSigningRegion, HUAWEI_ENDPOINT, HUAWEI_ID, HUAWEI_PROJECT_ID } from './contract';
import { Kinds, optional, TEXT } from '../../constructs/checks/kinds';
import { noticeId, warn } from '../../constructs/checks/notices';
import { hasToken, validate } from '../../constructs/checks/validation';
import { checkForm } from '../../contract/forms';

/**
 * A Huawei Cloud IoTDA instance.
 */
export interface HuaweiIotdaInstanceProps {
  /**
   * The host of the instance's access address for applications over HTTPS, which the IoTDA console shows under Overview, such as
   * `a160f4a4cd.st1.iotda-app.cn-north-4.myhuaweicloud.com`.
   */
  readonly endpoint: string;

  /** The ID of the Region's project, which My Credentials shows. */
  readonly projectId: string;

  /**
   * The ID of the instance. Professional editions require it.
   *
   * @default - the instance of the endpoint
   */
  readonly instanceId?: string;

  /**
   * The ID of the resource space.
   *
   * @default - for a CA, the instance's default resource space; for devices, all of them
   */
  readonly appId?: string;

  /**
   * The Region of the instance, such as `cn-north-4`, for which an access key signs requests. It is required with an access key if the
   * endpoint does not name the Region, as Huawei Cloud's own host names do: `*.cn-north-4.myhuaweicloud.com`.
   *
   * @default - the Region that the endpoint names
   */
  readonly region?: string;
}

export const HUAWEI_IOTDA_INSTANCE_KINDS: Kinds<HuaweiIotdaInstanceProps> = {
  endpoint: TEXT,
  projectId: TEXT,
  instanceId: optional(TEXT),
  appId: optional(TEXT),
  region: optional(TEXT),
};

/** Checks where an instance is. Warns of an unknown Region, because only the secret tells whether it holds an access key or a token. */
export function validateInstance(scope: Construct, { endpoint, projectId, instanceId, appId, region }: HuaweiIotdaInstanceProps): void {
  validate(scope, [endpoint], () => checkForm('endpoint', endpoint, HUAWEI_ENDPOINT));
  validate(scope, [projectId], () => checkForm('projectId', projectId, HUAWEI_PROJECT_ID));
  validate(scope, [instanceId], () => instanceId === undefined ? undefined : checkForm('instanceId', instanceId, HUAWEI_ID));
  validate(scope, [appId], () => appId === undefined ? undefined : checkForm('appId', appId, HUAWEI_ID));
  validate(scope, [endpoint, region], () => checkHuaweiRegion(endpoint, region));
  const complaint = hasToken([endpoint, region]) ? undefined : checkSigningRegion(endpoint, region);
  warn(scope, 'signing-region', complaint && `${complaint}. A token needs no region; `
    + `if the secret holds a token, acknowledge this warning: Annotations.of(construct).acknowledgeWarning('${noticeId('signing-region')}')`);
}
