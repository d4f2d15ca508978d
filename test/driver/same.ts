/**
 * Whether two values that JSON can write are the same, in whatever order their members stand. `isDeepStrictEqual` also compares
 * prototypes, and what jest's copy of a global has cloned has others.
 */
export function isSame(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each) => typeof each === 'object' && each !== null && !Array.isArray(each)
    ? Object.fromEntries(Object.entries(each).sort(([first], [second]) => first < second ? -1 : 1)) : each) ?? 'undefined';
}
