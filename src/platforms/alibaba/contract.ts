/** The environment variables that the function of an `ApsaraMqttRevocation` has in addition to `PlatformRevocationEnvironment`. */
export interface ApsaraMqttRevocationEnvironment {
  readonly INSTANCE_ID: string;
  /** The host name of the API. */
  readonly ENDPOINT: string;
  readonly CREDENTIALS_SECRET_ARN: string;
}
