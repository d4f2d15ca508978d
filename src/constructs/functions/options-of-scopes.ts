import { IConstruct } from 'constructs';
import { PrivateIotCaFunctionOptions } from './function-options';

/** What is set for scopes. */
const OPTIONS = new WeakMap<IConstruct, PrivateIotCaFunctionOptions>();

/** The scopes of functions that have their options. */
const APPLIED = new WeakSet<IConstruct>();

/** Sets options for the functions in a scope. Options that are left out, or are undefined, stay as they are. */
export function setOptions(scope: IConstruct, options: PrivateIotCaFunctionOptions): void {
  OPTIONS.set(scope, merged([OPTIONS.get(scope), options]));
}

/** Whether a function in a scope has its options, so that further options for the scope would be lost. */
export function hasApplied(scope: IConstruct): boolean {
  return APPLIED.has(scope);
}

/** The options of a function: of each, what the nearest scope sets. From here on, the scopes of the function can't be given others. */
export function takeOptions({ node: { scopes } }: IConstruct): PrivateIotCaFunctionOptions {
  scopes.forEach(scope => APPLIED.add(scope));
  return merged(scopes.map(scope => OPTIONS.get(scope))); // from the root to the function
}

/** Options from the outermost scope to the innermost, in one. Another VPC has other subnets and security groups. */
function merged(all: readonly (PrivateIotCaFunctionOptions | undefined)[]): PrivateIotCaFunctionOptions {
  return all.map(withValues).reduce((outer, own) => ({ ...outer, ...own.vpc && { vpcSubnets: undefined, securityGroups: undefined }, ...own }), {});
}

function withValues(options: PrivateIotCaFunctionOptions = {}): PrivateIotCaFunctionOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
