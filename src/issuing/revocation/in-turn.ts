/**
 * Does one thing after the other, each of them also if one before it has failed.
 *
 * @throws the error of the one that has failed; if several have, an Error with all their messages
 */
export async function inTurn(...works: readonly (() => Promise<unknown>)[]): Promise<void> {
  const errors: Error[] = [];
  for (const work of works) {
    await work().catch(error => errors.push(error as Error));
  }
  if (errors.length > 1) {
    throw new Error(errors.map(({ message }) => message).join('; besides, '), { cause: errors[0] });
  }
  if (errors.length === 1) {
    throw errors[0];
  }
}
