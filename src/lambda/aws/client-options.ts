/** Options of every client of AWS. Variables of the environment, such as AWS_ENDPOINT_URL, are read by the client itself. */
export const CLIENT_OPTIONS = {
  maxAttempts: Number(process.env.AWS_MAX_ATTEMPTS ?? 10),
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
};
