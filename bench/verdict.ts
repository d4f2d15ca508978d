import { formatted, isMissed, readResults, targetOf } from './results';

// Says which targets the results miss, and fails if there are any: after the plots are drawn and the tables written, which show the same.
for (const [version, { rows }] of Object.entries(readResults())) {
  for (const row of rows.filter(isMissed)) {
    console.error(`${version}: ${row.name}: ${formatted(row)}, target ${targetOf(row)}`);
    process.exitCode = 1;
  }
}
