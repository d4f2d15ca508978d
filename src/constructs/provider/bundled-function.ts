import * as path from 'node:path';
import { AssetCode, Code } from 'aws-cdk-lib/aws-lambda';

/** The code of a function as the package ships it: one folder of `assets/`. */
export function bundledFunction(name: string): AssetCode {
  return Code.fromAsset(path.join(__dirname, '..', '..', '..', 'assets', name));
}
