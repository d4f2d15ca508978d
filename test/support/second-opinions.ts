/** CI sets it: a suite that can't ask another program for its opinion fails there, and is skipped elsewhere. */
const ARE_REQUIRED = process.env.SECOND_OPINIONS === 'required';

/** The functions of Jest, or their `skip`. */
interface WhereInstalled {
  readonly describe: jest.Describe;
  readonly test: jest.It;
}

/**
 * `describe` and `test` for what another program has an opinion on. Where the program is not installed, they skip and say so.
 *
 * @param debianPackage the package of Debian that has the program
 * @throws Error in CI where it is not installed
 */
export function whereInstalled(isInstalled: boolean, program: string, debianPackage: string): WhereInstalled {
  if (isInstalled) {
    return { describe, test };
  }
  const text = `${program} is not installed (Debian package ${debianPackage})`;
  if (ARE_REQUIRED) {
    throw new Error(`${text}, and SECOND_OPINIONS=required`);
  }
  console.warn(`SKIPPED: ${text}`);
  return { describe: describe.skip as jest.Describe, test: test.skip };
}
