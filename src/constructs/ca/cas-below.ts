import { Stack } from 'aws-cdk-lib';
import { IPrivateIotCa } from './i-private-iot-ca';

const BELOW = new WeakMap<IPrivateIotCa, IPrivateIotCa[]>();

/** Remembers that a CA has signed another one. */
export function rememberBelow(issuer: IPrivateIotCa, ca: IPrivateIotCa): void {
  BELOW.set(issuer, [...BELOW.get(issuer) ?? [], ca]);
}

/** The CAs of the same stack that a CA has signed. A CA of another stack depends on this one, so this one can't depend on it. */
export function casBelow(issuer: IPrivateIotCa): readonly IPrivateIotCa[] {
  return (BELOW.get(issuer) ?? []).filter(ca => Stack.of(ca) === Stack.of(issuer));
}
