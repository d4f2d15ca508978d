import { checkCaId } from '../../contract/rules';
import { complain, optionalText, RawProperties, truth } from '../../resource/property-values';

/** The part of a CA's declaration that says what becomes of it, and of the CA before it. */
export interface Succession {
  /** The identity of the CA that it is declared to replace. */
  readonly replaces?: string;
  /** Whether the CA is to issue nothing any more. */
  readonly retired: boolean;
  /** The identity of the CA that is retired even if certificates depend on it. */
  readonly retiredInUse?: string;
}

/** Reads the properties that all kinds of CAs have. */
export function successionProperties({ Replaces, Retired, RetiredInUse }: RawProperties): Succession {
  return {
    replaces: caIdProperty('replaces', Replaces),
    retired: truth('retirement', Retired, false),
    retiredInUse: caIdProperty('retirement', RetiredInUse),
  };
}

function caIdProperty(property: string, value: unknown): string | undefined {
  const caId = optionalText(property, value);
  complain(caId === undefined ? undefined : checkCaId(caId, property));
  return caId;
}
