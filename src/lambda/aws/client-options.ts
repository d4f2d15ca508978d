import { PROXIED_AGENT } from './proxied-agent';

/** The options of every AWS client. The client itself reads environment variables such as AWS_ENDPOINT_URL. */
export const CLIENT_OPTIONS = {
  maxAttempts: Number(process.env.AWS_MAX_ATTEMPTS ?? 10),
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true, ...PROXIED_AGENT },
};
