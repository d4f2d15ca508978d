/** What every test runs with: no account, no credentials of the machine, no validator of templates, which takes ten seconds in each process. */
const ENVIRONMENT: { readonly [name: string]: string } = {
  CDK_VALIDATION: 'false',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_SESSION_TOKEN: 'test',
  AWS_REGION: 'eu-central-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  // The AWS SDK announces the end of its support for a version of Node.js, on every load.
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** What would make the AWS SDK look at the machine's own configuration or at a real endpoint. */
const SERVICES = ['DYNAMODB', 'KMS', 'SECRETS_MANAGER', 'SSM'].map(service => `AWS_ENDPOINT_URL_${service}`);
const REMOVED = ['AWS_PROFILE', 'AWS_ENDPOINT_URL', ...SERVICES, 'AWS_MAX_ATTEMPTS'];

Object.assign(process.env, ENVIRONMENT);
REMOVED.forEach(name => delete process.env[name]);

// aws-cdk-lib takes down a stack trace for each resource and each token. Jest lets a trace have 100 frames instead of Node.js's 10, and maps
// each frame to its source.
Error.stackTraceLimit = 10;
