/** Synthesizes examples in one process, each into a folder of its name, as it exits: the CDK takes ten seconds to get its validator ready. */
const { join, resolve } = require('node:path');

const [folder, ...examples] = process.argv.slice(2);
for (const example of examples) {
  process.env.CDK_OUTDIR = join(folder, example);
  require(resolve(__dirname, '..', '..', 'examples', example, 'app.ts'));
}
