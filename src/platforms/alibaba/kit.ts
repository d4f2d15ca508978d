import { alibabaSteps, RegisteredCa } from './kit-steps';
import { pemOf } from '../../cli/export/kits/broker-files';
import { Kit, KitFile, KitInput, kitText } from '../../cli/export/kits/kit';
import { safeName } from '../../cli/export/safe-names';
import { csvLine } from '../../contract/csv';
import { checkCaName } from '../platform-checks';
import { platformRules } from '../registry';

const PLATFORM = 'alibaba-cloud-iot';

/**
 * Alibaba Cloud IoT Platform takes CA certificates in its console, and has no API for them:
 * https://www.alibabacloud.com/help/en/iot/manage-ca-certificates.
 */
export const ALIBABA_IOT: Kit = {
  platform: PLATFORM,
  servesTls: false,
  leavesOutRefused: true,
  files: input => {
    const cas = registeredCas(input);
    return [
      ...cas.flatMap(({ ca, file, verifications }): KitFile[] => [
        { name: file, content: pemOf(ca.facts), kind: 'certificate' },
        ...verifications.map((verification, index): KitFile => (
          { name: verification.file, content: pemOf(ca.verifications[index].facts), kind: 'certificate' })),
      ]),
      { name: 'devices.csv', content: deviceList(input), kind: 'list of devices' },
      kitText('steps.md', alibabaSteps(cas, input, platformRules(PLATFORM).maximumCas!)),
    ];
  },
};

function registeredCas({ issuingCas }: KitInput): RegisteredCa[] {
  const names = caNames(issuingCas.map(({ facts }) => facts.shortName));
  return issuingCas.map((ca, index) => ({
    ca,
    name: names[index],
    file: `${safeName(names[index])}.pem`,
    verifications: ca.verifications.map(({ facts }, number) => (
      { file: `${names[index]}_verification${number === 0 ? '' : `_${number + 1}`}.pem`, code: facts.shortName })),
  }));
}

const LONGEST_NAME = 30;
const SHORTEST_NAME = 4;

/** Names that the form accepts, derived from common names. Other characters become underscores, and each name is unique. */
export function caNames(commonNames: readonly string[]): string[] {
  const names: string[] = [];
  for (const commonName of commonNames) {
    const words = commonName.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_|_$/g, '');
    const long = words.length < SHORTEST_NAME ? `IoT_CA${words && `_${words}`}` : words;
    let name = long.slice(0, LONGEST_NAME);
    for (let number = 2; names.includes(name); number += 1) {
      name = `${long.slice(0, LONGEST_NAME - `_${number}`.length)}_${number}`;
    }
    const complaint = checkCaName(name, PLATFORM);
    if (complaint) {
      throw new Error(complaint);
    }
    names.push(name);
  }
  return names;
}

/** The header line of the list of devices. */
export const DEVICE_LIST_HEAD = 'commonName,sn,file,notAfter';

/** The list of devices, with the SN by which each device is bound, for programs to read (RFC 4180). */
function deviceList({ devices }: KitInput): string {
  const rows = devices.map(({ facts, exported: { entry } }) => csvLine([facts.shortName, facts.serialNumber, entry.file, entry.notAfter]));
  return `${DEVICE_LIST_HEAD}\n${rows.join('')}`;
}
