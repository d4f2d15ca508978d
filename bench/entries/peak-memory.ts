import { existsSync, readFileSync } from 'node:fs';

/**
 * The peak of the memory of this process, in MB. On Linux, `maxRSS` begins with the memory of the process that started this one
 * (getrusage(2) keeps it across execve), and the high-water mark in /proc does not.
 */
export function peakMemory(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const [, kilobytes = process.resourceUsage().maxRSS] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return Number(kilobytes) / 1024;
}
