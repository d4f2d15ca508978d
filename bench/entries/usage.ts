import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { peakMemory } from './peak-memory';

// Loaded before a program (node --require), and says in the end what its process, all threads of it, has needed.
if (isMainThread) {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    writeFileSync(process.env.USAGE_FILE!, JSON.stringify({ processor: (user + system) / 1000, megabytes: peakMemory() }));
  });
}
