import { markdownTable } from './markdown-table';
import { KEY_ALGORITHMS, KeyAlgorithmName } from '../../src/contract/key-algorithms';
import { PlatformRules } from '../../src/contract/platform-rules';
import { PLATFORM_IDS, platformRules } from '../../src/platforms/registry';

type Column = readonly [title: string, cell: (rules: PlatformRules) => string];

const NAME: Column = ['Platform', ({ name }) => name];

/** The columns on the CA, and what each says of a platform. */
const CA_COLUMNS: readonly Column[] = [
  NAME,
  ['CA key', ({ caKeyAlgorithms }) => keys(caKeyAlgorithms)],
  ['Device key', ({ deviceKeyAlgorithms }) => keys(deviceKeyAlgorithms)],
  ['Proof', ({ proof }) => proof],
  ['Its code', ({ proof, code, registrationCode }) => proof === 'none' ? '' : [
    registrationCode?.allowed ?? 'any', ...code ? [`${code.comes}, from ${code.from}`] : [],
  ].join('; ')],
];

/** The columns on devices and limits. */
const DEVICE_COLUMNS: readonly Column[] = [
  NAME,
  ['A device is known by', ({ deviceKnownBy, deviceCommonName }) => [
    deviceKnownBy ?? '', ...deviceCommonName && deviceKnownBy !== 'common name' ? ['common name'] : [],
  ].join('; ') + (deviceCommonName ? `: ${deviceCommonName.allowed}` : '')],
  ['CAs', ({ maximumCas, maximumCasWithOneSubject: withOneSubject }) => maximumCas?.toString() ?? (withOneSubject ? `${withOneSubject} with one subject` : '')],
  ['Only', ({ regions, devices, codeLifetime }) => [...regions ?? [], ...devices ? [devices] : [], ...codeLifetime ? [`codes valid for ${codeLifetime}`] : []].join('; ')],
];

/** The keys that each platform takes, and the proof that it asks for, made from the rules that are checked. */
export function platformTable(): string {
  return markdownTable(['`IotPlatform.`', ...CA_COLUMNS.map(([title]) => title)], PLATFORM_IDS.map(platform =>
    [`\`${constantOf(platform)}\``, ...CA_COLUMNS.map(([, cell]) => cell(platformRules(platform)))]));
}

/** What each platform knows a device by, and its limits, made from the rules that are checked. A platform without either has no row. */
export function platformDeviceTable(): string {
  const rows = PLATFORM_IDS.map(platform => DEVICE_COLUMNS.map(([, cell]) => cell(platformRules(platform))));
  return markdownTable(DEVICE_COLUMNS.map(([title]) => title), rows.filter(cells => cells.slice(1).some(cell => cell !== '')));
}

const REFUSED = { certificate: 'the certificate', device: 'the device', list: 'what its list says', nothing: 'nothing' } as const;

/** What each platform does about a revoked certificate, made from the rules that the answer of `revoke` is made from. */
export function platformRevocationTable(): string {
  const rows = PLATFORM_IDS.flatMap(platform => {
    const { name, revocation } = platformRules(platform);
    return revocation ? [{ name, ...revocation }] : [];
  });
  return markdownTable(['Platform', 'Refuses', 'Carried over by', 'Limits'], rows.map(({ name, reaches, construct, limit, documentation }) =>
    [documentation ? `[${name}](${documentation})` : name, REFUSED[reaches], construct ? `\`${construct}\`` : '', limit ?? '']));
}

/** The constant of `IotPlatform`: `AWS_IOT_CORE` for `aws-iot-core`. */
function constantOf(platform: string): string {
  return platform.toUpperCase().replace(/-/g, '_');
}

/** Algorithms in short: RSA of any size, and the first and the last of the curves, which stand in their order. */
function keys(algorithms: readonly KeyAlgorithmName[] | undefined): string {
  if (!algorithms) {
    return 'any';
  }
  const rsa = algorithms.some(name => KEY_ALGORITHMS[name].family === 'RSA') ? ['RSA'] : [];
  const curves = algorithms.filter(name => KEY_ALGORITHMS[name].family !== 'RSA').map(name => name.replace(/^EC_P/, 'P-'));
  return [...rsa, ...curves.length > 1 ? [`${curves[0]} to ${curves[curves.length - 1]}`] : curves].join(', ');
}
