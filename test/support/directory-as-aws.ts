import { TemplateJson } from './cli-assembly';
import { DeployedReader } from '../../src/cli/diff/deployed-stack';
import { localDisk } from '../../src/cli/disk';
import { DirectoryLedger } from '../../src/cli/local/directory-ledger';
import { DirectoryRevocations } from '../../src/cli/local/directory-revocations';
import { LOCAL_REGION } from '../../src/cli/local/stand-ins';
import { StateStore } from '../../src/cli/local/state-store';
import { LedgerGoneError } from '../../src/issuing/ledger/ledger';

/** Shows a local deployment as AWS would show it: the stacks as CloudFormation knows them, and the ledgers. */
export function directoryAsAws(out: string, deployed: { readonly [stackName: string]: TemplateJson }): DeployedReader {
  const store = StateStore.open(out, localDisk);
  return {
    region: async () => LOCAL_REGION,
    stack: async name => {
      const stack = store.state.stacks[name];
      return stack && {
        stackId: stack.stackId,
        parameters: stack.parameters,
        outputs: Object.entries(stack.outputs ?? {}).map(([key, value]) => ({ key, value })),
        template: deployed[name],
        resources: store.resourcesOf(stack.stackId),
      };
    },
    ledger: table => {
      const ledger = new DirectoryLedger(table, store);
      const whereItIs = async <T>(read: () => Promise<T>): Promise<T> => {
        if (!Object.hasOwn(store.state.ledgers, table)) {
          throw new LedgerGoneError(`the ledger ${table} does not exist`);
        }
        return read();
      };
      const revocations = new DirectoryRevocations(ledger);
      return {
        ledger: {
          find: identity => whereItIs(() => ledger.find(identity)),
          resource: requester => whereItIs(() => ledger.resource(requester)),
          named: (issuer, commonName, now) => whereItIs(() => ledger.named(issuer, commonName, now)),
          certificates: (issuer, status) => ledger.certificates(issuer, status),
        },
        revocations: {
          certificate: (issuer, serialNumber) => whereItIs(() => revocations.certificate(issuer, serialNumber)),
          find: (issuer, serialNumber) => whereItIs(() => revocations.find(issuer, serialNumber)),
          publication: issuer => whereItIs(() => revocations.publication(issuer)),
        },
      };
    },
  };
}
