#!/usr/bin/env node
import { run } from './program';
import { processTerminal } from './terminal';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') {
    process.exit(); // the reader has seen enough, as in `inspect … | head`
  }
  throw error;
});

void run(process.argv.slice(2), processTerminal()).then(code => {
  process.exitCode = code;
});
