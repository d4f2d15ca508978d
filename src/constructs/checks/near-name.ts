/** How many letters of a name may be wrong: one in three, and at most two, so that two short names are not taken for each other. */
const LETTERS_FOR_A_MISTAKE = 3;
const MAX_MISTAKES = 2;

/** What other tools and other versions of CDK call a property: a name that is ignored would leave a CA without its constraints. */
const OTHER_NAMES: { readonly [property: string]: readonly string[] } = {
  nameConstraints: ['constraints', 'permittedNames', 'excludedNames', 'permittedSubtrees', 'excludedSubtrees', 'permittedDnsDomains'],
  subjectAlternativeNames: ['san', 'sans', 'subjectAltName', 'subjectAltNames', 'alternativeNames', 'altNames', 'dnsNames'],
  certificateSigningRequest: ['csr', 'certificateRequest', 'signingRequest'],
  pathLength: ['pathLen', 'pathLenConstraint', 'pathLengthConstraint', 'maxPathLen', 'maxPathLength'],
  issuer: ['parent', 'parentCa', 'signer', 'signedBy'],
  justInTimeProvisioning: ['template', 'provisioningTemplate'],
  validity: ['days', 'validityDays', 'validityInDays', 'validityPeriod'],
  keyAlgorithm: ['keyType', 'keySpec', 'keySize', 'keyLength'],
  extendedKeyUsages: ['eku', 'ekus', 'extKeyUsage', 'extKeyUsages'],
};

/**
 * The known name that was probably meant: the given name differs only in upper and lower case, in hyphens and underscores, or in one or two
 * letters, or is what other tools call the same property.
 */
export function nearName(name: string, known: readonly string[]): string | undefined {
  const plain = plainName(name);
  const elsewhere = known.find(each => OTHER_NAMES[each]?.some(other => plainName(other) === plain));
  if (elsewhere) {
    return elsewhere;
  }
  const [nearest] = known
    .map(each => ({ each, mistakes: distance(plain, plainName(each)) }))
    .filter(({ each, mistakes }) => mistakes <= Math.min(MAX_MISTAKES, Math.floor(Math.max(each.length, name.length) / LETTERS_FOR_A_MISTAKE)))
    .sort((one, other) => one.mistakes - other.mistakes);
  return nearest?.each;
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '');
}

/**
 * How many letters must be added, left out, replaced, or swapped with the next letter, to turn one name into the other (optimal string
 * alignment).
 */
function distance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > MAX_MISTAKES) {
    return Infinity;
  }
  const rows = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= one.length; row++) {
    rows.push([row]);
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      rows[row].push(Math.min(
        rows[row - 1][column] + 1,
        rows[row][column - 1] + 1,
        rows[row - 1][column - 1] + (isSame ? 0 : 1),
        isSwapped ? rows[row - 2][column - 2] + 1 : Infinity,
      ));
    }
  }
  return rows[one.length][other.length];
}
