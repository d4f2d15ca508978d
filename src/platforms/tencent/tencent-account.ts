import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { Kinds, optional, TEXT } from '../../constructs/checks/kinds';
import { SECRET } from '../../constructs/checks/object-kinds';
import { validate } from '../../constructs/checks/validation';
import { checkEndpoint, checkRegion } from '../registrations';

/** An account of Tencent Cloud, and how it is reached. */
export interface TencentAccount {
  readonly region: string;
  readonly credentials: ISecret;
  readonly endpoint?: string;
}

export const TENCENT_ACCOUNT_KINDS: Kinds<TencentAccount> = { region: TEXT, credentials: SECRET, endpoint: optional(TEXT) };

/** The host name of the API, if none is declared. */
export const IOT_HUB_ENDPOINT = 'iotcloud.tencentcloudapi.com';

/** Checks how an account is reached. */
export function validateTencentAccount(scope: Construct, { region, endpoint }: Omit<TencentAccount, 'credentials'>): void {
  validate(scope, [region], () => checkRegion(region));
  validate(scope, [endpoint], () => endpoint === undefined ? undefined : checkEndpoint(endpoint));
}
