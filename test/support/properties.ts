import * as fc from 'fast-check';
import { seedOf } from './seed';

fc.configureGlobal({ seed: seedOf('PROPERTY_SEED') });

/** fast-check with the seed of this run. A failure names the path of its case: `PROPERTY_SEED` finds it again. */
export { fc };
