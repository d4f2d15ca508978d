import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the picture is, from the root of the repository. README.md and the documentation show it. */
export const PICTURE = join('docs', 'images', 'overview.svg');

type Kind = 'declared' | 'made' | 'function' | 'outside';

/** A box with a title and lines of text below it. */
interface Box {
  readonly kind: Kind;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly lines: readonly string[];
}

/** An arrow through these points. */
interface Arrow {
  readonly points: readonly (readonly [number, number])[];
}

const WIDTH = 952;
const HEIGHT = 580;

/** Fill, border and title of each kind of box: legible on a white page and, since each has a ground of its own, on a dark one. */
const COLOURS: { readonly [kind in Kind]: readonly [fill: string, border: string, title: string] } = {
  declared: ['#eef4ff', '#3b6fd4', '#1d3f86'],
  made: ['#fff7e6', '#c98a1b', '#7a4f05'],
  function: ['#eaf7ee', '#3a9a5b', '#1b5e34'],
  outside: ['#f4f4f5', '#7a7f87', '#3a3f47'],
};

const BOXES: readonly Box[] = [
  {
    kind: 'declared',
    x: 40,
    y: 72,
    width: 240,
    height: 84,
    title: 'PrivateIotCa',
    lines: ['subject, key algorithm,', 'validity, key storage'],
  },
  {
    kind: 'declared',
    x: 40,
    y: 180,
    width: 240,
    height: 124,
    title: 'Certificates',
    lines: ['VerificationCertificate', 'DeviceCertificate', 'ServerCertificate', 'CaCertificate'],
  },
  {
    kind: 'declared',
    x: 40,
    y: 336,
    width: 240,
    height: 84,
    title: 'Registrations',
    lines: ['AzureCaRegistration,', 'HuaweiIotdaCaRegistration, …'],
  },
  {
    kind: 'function',
    x: 368,
    y: 112,
    width: 216,
    height: 124,
    title: 'One issuing function',
    lines: ['makes keys and signs,', 'may use only', 'these keys and ledgers,', 'talks to no platform'],
  },
  {
    kind: 'function',
    x: 368,
    y: 336,
    width: 216,
    height: 84,
    title: 'A function per platform',
    lines: ['registers the CA,', 'sees none of your keys'],
  },
  {
    kind: 'made',
    x: 672,
    y: 72,
    width: 240,
    height: 104,
    title: 'Private keys',
    lines: ['in Secrets Manager, KMS or', 'Parameter Store; the CA\'s key', 'outlives the stack'],
  },
  {
    kind: 'made',
    x: 672,
    y: 200,
    width: 240,
    height: 104,
    title: 'Ledger',
    lines: ['all that was issued, in a', 'DynamoDB table; it outlives', 'the stack too'],
  },
  {
    kind: 'outside',
    x: 40,
    y: 492,
    width: 240,
    height: 64,
    title: 'outputs.json',
    lines: ['certificates and ARNs, no keys'],
  },
  {
    kind: 'outside',
    x: 368,
    y: 492,
    width: 216,
    height: 64,
    title: 'private-iot-ca export',
    lines: ['PEM files, manifest, steps'],
  },
  {
    kind: 'outside',
    x: 672,
    y: 492,
    width: 240,
    height: 64,
    title: 'IoT platform or broker',
    lines: ['knows the CA and its devices'],
  },
];

const ARROWS: readonly Arrow[] = [
  { points: [[280, 114], [324, 114], [324, 150], [368, 150]] },
  { points: [[280, 242], [324, 242], [324, 198], [368, 198]] },
  { points: [[280, 378], [368, 378]] },
  { points: [[584, 150], [628, 150], [628, 124], [672, 124]] },
  { points: [[584, 198], [628, 198], [628, 252], [672, 252]] },
  { points: [[584, 378], [792, 378], [792, 492]] },
  { points: [[160, 444], [160, 492]] },
  { points: [[280, 524], [368, 524]] },
  { points: [[584, 524], [672, 524]] },
];

const MARGIN = 16;
const LINE = 20;

/** The picture as SVG: what a stack declares, what works in it, and where keys and certificates end up. */
export function picture(): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title"`,
    '  font-family="system-ui, -apple-system, \'Segoe UI\', Helvetica, Arial, sans-serif" font-size="14">',
    '  <!-- Drawn by projenrc/picture.ts: npx projen docs:picture -->',
    '  <title id="title">A stack declares a CA and certificates; one function issues them, and another one registers the CA with its platform.</title>',
    '  <defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#5b616b"/></marker></defs>',
    `  <rect width="${WIDTH}" height="${HEIGHT}" rx="8" fill="#ffffff"/>`,
    `  <rect x="16" y="16" width="${WIDTH - 32}" height="428" rx="10" fill="none" stroke="#9aa1ab" stroke-dasharray="5 4"/>`,
    ...[['What your stack declares', 40], ['what runs in it', 368], ['and what it keeps', 672]].map(([text, x]) => `  ${textAt(Number(x), 50, String(text), 'font-weight="600" fill="#3a3f47"')}`),
    ...ARROWS.map(({ points }) => `  <polyline points="${points.map(point => point.join(',')).join(' ')}" fill="none" stroke="#5b616b" stroke-width="1.5" marker-end="url(#end)"/>`),
    ...BOXES.flatMap(boxLines),
    '</svg>',
    '',
  ].join('\n');
}

function boxLines({ kind, x, y, width, height, title, lines }: Box): string[] {
  const [fill, border, colour] = COLOURS[kind];
  return [
    `  <rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="${fill}" stroke="${border}" stroke-width="1.5"/>`,
    `  ${textAt(x + MARGIN, y + 27, title, `font-weight="600" fill="${colour}"`)}`,
    ...lines.map((line, n) => `  ${textAt(x + MARGIN, y + 27 + (n + 1) * LINE + 4, line, 'fill="#3a3f47"')}`),
  ];
}

function textAt(x: number, y: number, text: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes} xml:space="preserve">${text.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</text>`;
}

// npx projen docs:picture
if (require.main === module) {
  writeFileSync(join(__dirname, '..', PICTURE), picture());
}
