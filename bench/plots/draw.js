import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, View } from 'vega';
import { compile } from 'vega-lite';

// Draws the plots of docs/performance.md from bench/results.json: the results with the newest version of Node.js.
const FOLDER = dirname(fileURLToPath(import.meta.url));
const IMAGES = join(FOLDER, '..', '..', 'docs', 'images');
const results = JSON.parse(readFileSync(join(FOLDER, '..', 'results.json'), 'utf8'));
const newest = results[Object.keys(results).sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))).at(-1)];

const [RSA, EC, PALE_RSA, PALE_EC] = ['#0f766e', '#d9730d', '#7cc4bd', '#f2b880'];

/** A colour for each series. */
function coloured(colours) {
  return { field: 'series', type: 'nominal', title: null, scale: { domain: Object.keys(colours), range: Object.values(colours) } };
}

const CERTIFICATES = {
  field: 'x', type: 'quantitative', title: 'Certificates', scale: { type: 'log' }, axis: { format: ',d', values: [1e3, 1e4, 1e5, 1e6], grid: false },
};

/** A line through points, over the number of certificates. */
function overCertificates(title, format, range) {
  return {
    mark: { type: 'line', point: { size: 60, filled: true, color: EC }, color: EC },
    encoding: { x: CERTIFICATES, y: { field: 'value', type: 'quantitative', title, axis: { format }, scale: range } },
  };
}

/** The target of a plot as a dashed line. */
function target(value, text) {
  return {
    data: { values: [{ value, text }] },
    layer: [
      { mark: { type: 'rule', strokeDash: [4, 4], color: '#888' }, encoding: { y: { field: 'value', type: 'quantitative' } } },
      {
        mark: { type: 'text', align: 'left', baseline: 'bottom', dx: 4, dy: -2, color: '#666' },
        encoding: { y: { field: 'value', type: 'quantitative' }, x: { value: 0 }, text: { field: 'text' } },
      },
    ],
  };
}

/** The plots by the names of their files: the points that each shows, and how. */
const PLOTS = {
  'rate-against-peers': {
    plot: 'peers',
    title: 'Certificates of this library in the time of one of a peer',
    mark: { type: 'point', filled: true, size: 90, opacity: 1 },
    encoding: {
      x: { field: 'value', type: 'quantitative', title: 'Times the rate of the peer', scale: { type: 'log', domainMin: 0.5 }, axis: { format: '~s', values: [1, 10, 100, 1000] } },
      y: { field: 'x', type: 'nominal', title: null, sort: { field: 'value', op: 'min' }, axis: { grid: true } },
      color: coloured({ 'RSA-2048 CA': RSA, 'P-256 CA': EC }),
    },
    height: { step: 26 },
  },
  'rate-against-cores': {
    plot: 'cores',
    title: 'Rate on several cores, of the rate of the signature on one',
    mark: { type: 'line', point: { size: 60, filled: true } },
    encoding: {
      x: { field: 'x', type: 'ordinal', title: 'Cores', axis: { labelAngle: 0 } },
      y: { field: 'value', type: 'quantitative', title: 'Times the signature on one core' },
      color: coloured({
        'RSA-2048 CA: signatures': PALE_RSA, 'RSA-2048 CA: certificates': RSA, 'P-256 CA: signatures': PALE_EC, 'P-256 CA: certificates': EC,
      }),
    },
  },
  'memory-by-certificates': {
    plot: 'memory',
    title: 'Peak memory of a fleet on one machine',
    layer: [overCertificates('Megabytes', 'd', { domain: [0, 220] }), target(200, 'target: at most 200 MB')],
  },
  'cost-by-certificates': {
    plot: 'cost',
    title: 'Processor time a certificate, of that in a fleet of 10,000',
    layer: [overCertificates('Times that in a fleet of 10,000', '.2f', { zero: true }), target(1.1, 'target: at most 1.10')],
  },
};

for (const [name, { plot, title, ...marks }] of Object.entries(PLOTS)) {
  const { node, processors, model } = newest.machine;
  const specification = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: title, subtitle: `Node.js ${node.slice(1)}, ${processors} × ${model}, ${newest.date.slice(0, 10)}`, anchor: 'start', subtitleColor: '#666' },
    data: { values: newest.points.filter(point => point.plot === plot) },
    width: 520,
    height: 260,
    background: 'white',
    config: { font: 'Helvetica, Arial, sans-serif', view: { stroke: null }, legend: { orient: 'bottom', columns: 2, labelLimit: 0 } },
    ...marks,
  };
  const view = new View(parse(compile(specification).spec), { renderer: 'none' });
  writeFileSync(join(IMAGES, `${name}.svg`), `${await view.toSVG()}\n`);
}
