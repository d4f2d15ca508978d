import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Contender, ServingContender, ToolContender } from './contenders';

const FOLDER = join(__dirname, 'peers');

/** What else issues certificates, and how it is started; each for the files of a folder: `ca.pem`, `ca.key.pem`, `device.pub.pem`, `device.csr.pem`. */
interface Peer {
  readonly isInstalled: () => boolean;
  readonly start: (folder: string) => Contender;
  /** The algorithms of a CA with which it can sign; all, if it is absent. */
  readonly only?: readonly string[];
}

/** A serial number of 20 octets. */
const serial = (n: number): string => `40${n.toString(16).padStart(38, '0')}`;

export const PEERS: { readonly [name: string]: Peer } = {
  '@peculiar/x509': script('peculiar.js'),
  'pkijs': script('pki.js'),
  'node-forge': { ...script('forge.js'), only: ['RSA_2048'] },
  'Python cryptography': {
    isInstalled: () => runs('python3', ['-c', 'import cryptography']),
    start: folder => ServingContender.process('python3', [join(FOLDER, 'pyca.py'), folder]),
  },
  'openssl x509': {
    isInstalled: () => runs('openssl', ['version']),
    start: folder => {
      const extensions = join(folder, 'device.cnf');
      writeFileSync(extensions, [
        'basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature', 'extendedKeyUsage=clientAuth', 'subjectKeyIdentifier=hash',
        'authorityKeyIdentifier=keyid', '',
      ].join('\n'));
      return new ToolContender('openssl', n => [
        'x509', '-new', '-subj', `/CN=device-${n}`, '-force_pubkey', join(folder, 'device.pub.pem'), '-set_serial', `0x${serial(n)}`, '-days', '365',
        '-CA', join(folder, 'ca.pem'), '-CAkey', join(folder, 'ca.key.pem'), '-sha256', '-extfile', extensions,
      ]);
    },
  },
  'certtool': {
    isInstalled: () => runs('certtool', ['--version']),
    start: folder => {
      const template = join(folder, 'device.template');
      writeFileSync(template, ['cn = device', `serial = 0x${serial(1)}`, 'expiration_days = 365', 'signing_key', 'tls_www_client', ''].join('\n'));
      return new ToolContender('certtool', () => [
        '--generate-certificate', '--template', template, '--load-pubkey', join(folder, 'device.pub.pem'),
        '--load-ca-certificate', join(folder, 'ca.pem'), '--load-ca-privkey', join(folder, 'ca.key.pem'), '--hash', 'SHA256',
      ]);
    },
  },
  'step': {
    isInstalled: () => runs('step', ['version']),
    start: folder => new ToolContender('step', () => [
      'certificate', 'sign', join(folder, 'device.csr.pem'), join(folder, 'ca.pem'), join(folder, 'ca.key.pem'), '--profile', 'leaf', '--not-after', '8760h',
    ]),
  },
  'cfssl': {
    isInstalled: () => runs('cfssl', ['version']),
    start: folder => {
      const config = join(folder, 'cfssl.json');
      writeFileSync(config, JSON.stringify({ signing: { default: { expiry: '8760h', usages: ['digital signature', 'client auth'] } } }));
      // It takes a request, and answers JSON with line ends written as \n.
      return new ToolContender('sh', () => ['-c',
        `cfssl sign -config ${config} -ca ${join(folder, 'ca.pem')} -ca-key ${join(folder, 'ca.key.pem')} ${join(folder, 'device.csr.pem')} | sed 's/\\\\n/\\n/g'`]);
    },
  },
};

function script(name: string): Peer {
  return {
    isInstalled: () => existsSync(join(FOLDER, 'node_modules')),
    start: folder => ServingContender.process(process.execPath, [join(FOLDER, name), folder]),
  };
}

function runs(command: string, args: readonly string[]): boolean {
  const { status } = spawnSync(command, args, { stdio: 'ignore' });
  return status === 0;
}
