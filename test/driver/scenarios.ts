import { History } from './engine/history';
import { madeElsewhere } from './engine/made-elsewhere';
import { Specs } from './engine/resources';
import { identityIn } from './engine/template';

/** An operation on a stack that stands, and whose every request is disturbed in turn. */
export interface Scenario {
  readonly name: string;
  /** What there is before. */
  readonly before: Specs;
  readonly act: (history: History) => Promise<unknown>;
  /** Whether it is one of the few that every run of CI goes through. */
  readonly isMain?: boolean;
}

const CA: Specs = { Ca: { kind: 'ca' } };
const DEVICE = { kind: 'device', ca: 'Ca' } as const;
const PARAMETER = { kind: 'inParameter', ca: 'Ca' } as const;
const TAGGED = { ...PARAMETER, tags: { team: 'iot', stage: 'beta' } } as const;
const RETAGGED = { ...PARAMETER, tags: { team: 'plant', owner: 'acme' } } as const;
const BUNDLES = { kind: 'withBundles', ca: 'Ca' } as const;
const FACTORY = { kind: 'subordinate', ca: 'Ca', retain: false } as const;
const PROOF = { kind: 'proof', ca: 'Ca' } as const;
const VERIFICATION = { kind: 'verification', ca: 'Ca' } as const;
const WRONG = { ...VERIFICATION, isInvalid: true } as const;

function deploying(name: string, before: Specs, after: Specs, isMain = false): Scenario {
  return { name, before, act: history => history.deploy({ ...before, ...after }), isMain };
}

/** A deployment that fails at its last resource, and is rolled back. */
function failing(name: string, before: Specs, after: Specs, isMain = false): Scenario {
  return { name, before, act: history => history.deploy({ ...before, ...after, Wrong: { ...WRONG, ca: 'Ca' } }), isMain };
}

function removing(name: string, before: Specs, removed: readonly string[], isMain = false): Scenario {
  const after = Object.fromEntries(Object.entries(before).filter(([logicalId]) => !removed.includes(logicalId)));
  return { name, before, act: history => history.deploy(after), isMain };
}

/** Another resource goes on with a CA that the template no longer declares (the function's environment doesn't name it). */
function takingOver(name: string, more: Specs, isMain = false): Scenario {
  return {
    name,
    before: { Former: { kind: 'ca' } },
    act: history => history.deploy({ Kept: { kind: 'kept', ca: 'Former', caId: identityIn(history.beginning.get('Former')!.physicalId) }, ...more }),
    isMain,
  };
}

export const SCENARIOS: readonly Scenario[] = [
  deploying('a CA is created', {}, CA, true),
  deploying('a CA whose key goes with it is created', {}, { Ca: { kind: 'ca', retain: false } }),
  deploying('a CA in KMS is created', {}, { Hsm: { kind: 'kmsCa' } }),
  deploying('an existing CA is taken over', {}, { Existing: { kind: 'existing', certificatePem: madeElsewhere().certificate } }),
  deploying('a subordinate CA is created', CA, { Factory: FACTORY }, true),
  deploying('a verification certificate is created', CA, { Verification: VERIFICATION }),
  deploying('a device is created', CA, { Device: DEVICE }, true),
  deploying('a device with its key in a parameter is created', CA, { Device: PARAMETER }, true),
  deploying('a device with bundles is created', CA, { Device: BUNDLES }),
  deploying('a device is created from a request', CA, { Device: { kind: 'requested', ca: 'Ca', request: madeElsewhere().request } }),
  deploying('a signature is created', CA, { Proof: PROOF }),
  deploying('a device becomes another one', { ...CA, Device: DEVICE }, { Device: { ...DEVICE, variant: 2 } }, true),
  deploying('a device with its key in a parameter becomes another one', { ...CA, Device: PARAMETER }, { Device: { ...PARAMETER, variant: 2 } }, true),
  deploying('a device with bundles becomes another one', { ...CA, Device: BUNDLES }, { Device: { ...BUNDLES, variant: 2 } }, true),
  deploying('a device with tags is created', CA, { Device: TAGGED }),
  deploying('the tags of a device become other ones', { ...CA, Device: TAGGED }, { Device: RETAGGED }),
  deploying('a device with tags becomes another one with other tags', { ...CA, Device: TAGGED }, { Device: { ...RETAGGED, variant: 2 } }),
  deploying('a device loses its tags', { ...CA, Device: TAGGED }, { Device: PARAMETER }),
  failing('the update of the tags of a device is rolled back', { ...CA, Device: TAGGED }, { Device: RETAGGED }, true),
  deploying('a device moves to another CA', { ...CA, Factory: FACTORY, Device: DEVICE }, { Device: { ...DEVICE, ca: 'Factory' } }, true),
  deploying('a device with its key in a parameter moves to another CA', { ...CA, Factory: FACTORY, Device: PARAMETER }, { Device: { ...PARAMETER, ca: 'Factory' } }),
  deploying('a subordinate CA becomes another one', { ...CA, Factory: FACTORY }, { Factory: { ...FACTORY, variant: 2 } }, true),
  deploying('a signature becomes another one', { ...CA, Proof: PROOF }, { Proof: { ...PROOF, variant: 2 } }),
  deploying('a verification certificate becomes another one', { ...CA, Verification: VERIFICATION }, { Verification: { ...VERIFICATION, variant: 2 } }),
  deploying('the key of a device moves with a new generation', { ...CA, Device: DEVICE }, { Device: { ...DEVICE, place: 2 } }),
  deploying('a device gets a change that concerns no certificate', { ...CA, Device: BUNDLES }, { Device: { ...BUNDLES, remark: 1 } }),
  failing('the update of a device is rolled back', { ...CA, Device: DEVICE }, { Device: { ...DEVICE, variant: 2 } }, true),
  failing('the update of a device with its key in a parameter is rolled back', { ...CA, Device: PARAMETER }, { Device: { ...PARAMETER, variant: 2 } }),
  failing('the update of a device with bundles is rolled back', { ...CA, Device: BUNDLES }, { Device: { ...BUNDLES, variant: 2 } }),
  failing('the update of a subordinate CA is rolled back', { ...CA, Factory: FACTORY }, { Factory: { ...FACTORY, variant: 2 } }),
  failing('the move of a device to another CA is rolled back', { ...CA, Factory: FACTORY, Device: DEVICE }, { Device: { ...DEVICE, ca: 'Factory' } }, true),
  takingOver('a CA is taken over', {}),
  takingOver('the takeover of a CA is rolled back', { Wrong: { ...WRONG, ca: 'Kept' } }, true),
  failing('the creation of devices is rolled back', CA, { Device: DEVICE, Other: PARAMETER }),
  removing('a device is removed', { ...CA, Device: DEVICE }, ['Device']),
  removing('a device with its key in a parameter is removed', { ...CA, Device: PARAMETER }, ['Device'], true),
  removing('a subordinate CA is removed with its device', { ...CA, Factory: FACTORY, Device: { ...DEVICE, ca: 'Factory' } }, ['Factory', 'Device']),
  {
    name: 'a device that was removed is declared again',
    before: { ...CA, Device: DEVICE },
    act: async history => {
      const { Device: _, ...others } = history.specs;
      await history.deploy(others);
      await history.deploy({ ...others, Device: DEVICE });
    },
  },
  {
    name: 'an update fails and is left so, and goes back',
    before: { ...CA, Device: DEVICE },
    act: async history => {
      const before = history.specs;
      await history.deploy({ ...before, Device: { ...DEVICE, variant: 2 }, Wrong: WRONG }, { rollback: false });
      await history.deploy(before);
    },
    isMain: true,
  },
  { name: 'a stack is deleted', before: { ...CA, Device: PARAMETER, Factory: FACTORY, Proof: PROOF }, act: history => history.delete() },
];
