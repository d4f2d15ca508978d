/**
 * Whether an event pattern of EventBridge matches an event, by the rules that are documented for the operators used here:
 * exact values, `anything-but` of strings, `exists` and `$or`. Anything else in a pattern is an error.
 *
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matchesEvent(pattern: object, event: unknown): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    if (field === '$or') { // at least one of the objects, each in the place of the $or
      return (wanted as object[]).some(alternative => matchesEvent(alternative, event));
    }
    const values = valuesOf(event, field);
    if (!Array.isArray(wanted)) { // a nested object; `exists: false` holds where the objects above the field are missing, too
      return values.length === 0 ? matchesEvent(wanted, undefined) : values.some(value => matchesEvent(wanted, value));
    }
    const leaves = values.filter(value => typeof value !== 'object' || value === null);
    return wanted.some(matcher => matchesLeaf(matcher, leaves)); // the values in an array are alternatives
  });
}

/** An array in the event stands for its members: one of them has to match. */
function valuesOf(event: unknown, field: string): unknown[] {
  return [event].flat().flatMap(each => typeof each === 'object' && each !== null && field in each ? [(each as Record<string, unknown>)[field]].flat() : []);
}

function matchesLeaf(matcher: unknown, leaves: readonly unknown[]): boolean {
  if (typeof matcher !== 'object' || matcher === null) {
    return leaves.includes(matcher);
  }
  const [[operator, operand], ...more] = Object.entries(matcher);
  if (more.length === 0 && operator === 'anything-but' && [operand].flat().every(each => typeof each === 'string')) {
    return leaves.some(leaf => ![operand].flat().includes(leaf)); // never where the field is missing
  }
  if (more.length === 0 && operator === 'exists' && typeof operand === 'boolean') {
    return (leaves.length > 0) === operand;
  }
  throw new Error(`this matcher does not know ${JSON.stringify(matcher)}`);
}
