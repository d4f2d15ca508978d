import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The content of a CMS EnvelopedData (DER), as OpenSSL decrypts it with a private key (PEM), or with the one of a certificate. */
export function decryptCms(der: Buffer, privateKeyPem: string, certificatePem?: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'private-iot-ca-cms-'));
  try {
    const file = (name: string, content: string | Buffer): string => {
      writeFileSync(join(folder, name), content, { mode: 0o600 });
      return join(folder, name);
    };
    const recipient = certificatePem === undefined ? [] : ['-recip', file('certificate', certificatePem)];
    const { status, stdout, stderr } = spawnSync('openssl', [
      'cms', '-decrypt', '-inform', 'DER', '-in', file('archive', der), '-inkey', file('key', privateKeyPem), ...recipient,
    ], { maxBuffer: 1024 ** 3 });
    if (status !== 0) {
      throw new Error(`openssl cms ended with ${status}: ${stderr}`);
    }
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
