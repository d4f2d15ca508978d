const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { createInterface } = require('node:readline');

/** A file of the benchmark: ca.pem, ca.key.pem, device.pub.pem. */
exports.input = function input(name) {
  return readFileSync(join(process.argv[2], name), 'utf8');
};

/**
 * Answers the lines on standard input: a number of milliseconds by the certificates a second over that time, and `certificate` by one
 * certificate, DER in base64.
 *
 * @param {() => unknown} issue issues one certificate, and returns it as DER or a promise of it
 */
exports.serve = function serve(issue) {
  createInterface({ input: process.stdin }).on('line', async line => {
    if (line === 'certificate') {
      console.log(Buffer.from(await issue()).toString('base64'));
      return;
    }
    const milliseconds = Number(line);
    const start = performance.now();
    let issued = 0;
    while (performance.now() - start < milliseconds) {
      await issue();
      issued++;
    }
    console.log(issued / (performance.now() - start) * 1000);
  });
};
