import { Kit } from './kit';
import { ALIBABA_IOT } from '../../../platforms/alibaba/kit';
import { EMQX } from '../../../platforms/emqx/kit';
import { HIVEMQ } from '../../../platforms/hivemq/kit';
import { MOSQUITTO } from '../../../platforms/mosquitto/kit';
import { THINGSBOARD } from '../../../platforms/thingsboard/kit';
import { VERNEMQ } from '../../../platforms/vernemq/kit';

/** The kits by the name that `--platform` takes, which is also the name of their folder. */
export const KITS = {
  'alibaba-iot': ALIBABA_IOT,
  'emqx': EMQX,
  'hivemq': HIVEMQ,
  'mosquitto': MOSQUITTO,
  'thingsboard': THINGSBOARD,
  'vernemq': VERNEMQ,
} as const satisfies { readonly [name: string]: Kit };

export type KitName = keyof typeof KITS;

export const KIT_NAMES = Object.keys(KITS) as KitName[];
