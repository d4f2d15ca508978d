import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What others made, with OpenSSL: a CA, and a certification request; all in PEM. */
export interface MadeElsewhere {
  readonly certificate: string;
  /** The CA's key, PKCS#8. */
  readonly privateKey: string;
  readonly request: string;
}

let made: MadeElsewhere | undefined;

/** Makes them once a process. */
export function madeElsewhere(): MadeElsewhere {
  return made ??= make();
}

function make(): MadeElsewhere {
  const folder = mkdtempSync(join(tmpdir(), 'private-iot-ca-driver-'));
  const [key, otherKey, certificate, request] = ['key.pem', 'other.pem', 'ca.pem', 'request.pem'].map(name => join(folder, name));
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-batch'];
  const extensions = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign', 'subjectKeyIdentifier=hash'].flatMap(each => ['-addext', each]);
  try {
    execFileSync('openssl', ['req', '-x509', ...newKey, '-keyout', key, '-out', certificate, '-days', '7300', '-subj', '/CN=Old Root', ...extensions], { stdio: 'pipe' });
    execFileSync('openssl', ['req', '-new', ...newKey, '-keyout', otherKey, '-out', request, '-subj', '/CN=sensor-requested'], { stdio: 'pipe' });
    return { certificate: readFileSync(certificate, 'utf8'), privateKey: readFileSync(key, 'utf8'), request: readFileSync(request, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
