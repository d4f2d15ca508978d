import { ALIBABA_IOT } from './alibaba-iot';
import { EMQX } from './emqx';
import { HIVEMQ } from './hivemq';
import { Kit } from './kit';
import { MOSQUITTO } from './mosquitto';
import { THINGSBOARD } from './thingsboard';
import { VERNEMQ } from './vernemq';

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
