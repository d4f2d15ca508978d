import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pythonWithMoto } from './moto';
import { temporaryFiles } from './openssl';
import { StrictAws } from './strict-aws';

/** Makes calls with AWS's own client for Python, which checks each against the service's model. */
const SCRIPT = `
import base64, json, os, sys, boto3
asked = json.load(sys.stdin)
client = boto3.client(asked["service"], endpoint_url=asked["url"], region_name=asked["region"], verify=asked["ca"])
def plain(value): return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
answers = []
for operation, parameters in asked["calls"]:
    if "crlData" in parameters: parameters["crlData"] = parameters["crlData"].encode()
    answer = getattr(client, operation)(**parameters)
    answer.pop("ResponseMetadata")
    answers.append(answer)
print(json.dumps(answers, default=plain))
`;

const write = temporaryFiles();

/**
 * What AWS's client for Python makes of a service's answers.
 *
 * @param calls the client's methods, and their parameters
 */
export async function boto(service: string, at: StrictAws, calls: readonly [string, object][]): Promise<any[]> {
  const { accessKeyId, secretAccessKey, sessionToken } = at.credentials;
  const child = promisify(execFile)(pythonWithMoto(), ['-c', SCRIPT], {
    env: { PATH: process.env.PATH, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken },
    maxBuffer: 2 ** 26,
  });
  child.child.stdin!.end(JSON.stringify({ service, url: at.url, region: at.region, ca: write('ca.pem', at.pem), calls }));
  return JSON.parse((await child).stdout);
}
