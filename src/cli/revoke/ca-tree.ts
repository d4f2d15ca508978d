/** A CA that a CA above it has certified, as the ledger of the latter knows it. */
export interface SubordinateCa {
  readonly subject: string;
  /** The resource that has, or had, the certificate, with its stack. */
  readonly resource: string;
  readonly publicKeySha256: string;
  /** When the certificate expires, ISO 8601. */
  readonly notAfter: string;
}

/** A CA whose certificates can be revoked here. */
export interface ReachableCa {
  /** Its names on the command line. */
  readonly names: readonly string[];
  /** Absent while the CA has no certificate. */
  readonly publicKeySha256?: string;
  readonly subordinateCas: readonly SubordinateCa[];
}

/** Some CAs, and all CAs below them. */
export interface CaTree<C extends ReachableCa> {
  /** The CAs whose certificates can be revoked here, those nearer to the top first. */
  readonly cas: readonly C[];
  /** The CAs below them of which that is not true. */
  readonly unreached: readonly SubordinateCa[];
}

/**
 * Follows certificates from CAs down to all CAs below them. A CA is known by its key, which is the same in all ledgers, in every certificate that the CA has
 * had, and also if the CA has its key elsewhere.
 */
export function treeBelow<C extends ReachableCa>(tops: readonly C[], reachable: readonly C[]): CaTree<C> {
  const byKey = new Map(reachable.map(ca => [ca.publicKeySha256, ca]));
  const cas = new Set(tops);
  const unreached: SubordinateCa[] = [];
  for (const { subordinateCas } of cas) { // a set that grows is iterated to its end
    for (const subordinate of subordinateCas) {
      const ca = byKey.get(subordinate.publicKeySha256);
      if (ca) {
        cas.add(ca);
      } else {
        unreached.push(subordinate);
      }
    }
  }
  return { cas: [...cas], unreached };
}

/** Those CAs that can have issued certificates which are still valid, each once. */
export function living(cas: readonly SubordinateCa[], now: Date): SubordinateCa[] {
  return [...new Map(cas.filter(({ notAfter }) => new Date(notAfter) >= now).map(ca => [ca.publicKeySha256, ca])).values()];
}

/** The CAs with a name. */
export function named<C extends ReachableCa>(name: string, cas: readonly C[]): C[] {
  return cas.filter(({ names }) => names.includes(name));
}
