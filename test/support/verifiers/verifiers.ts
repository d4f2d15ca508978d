import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ended, runAll } from '../many-commands';

/** What the holder of a certificate is to a verifier. */
export type Purpose = 'client' | 'server';

/** A chain, PEM: the leaf first and the root, which is trusted, last. */
export type Chain = readonly string[];

/** Another implementation that judges chains. It is given all of them at once, since some take long to start. */
export interface Verifier {
  readonly name: string;
  /** The Debian package that brings it. */
  readonly debian: string;
  /** Whether it knows addresses, and does not hold them against constraints on host names. */
  readonly knowsAddresses?: false;
  /** Whether it judges a certificate by what its holder is. */
  readonly knowsPurpose: boolean;
  isInstalled(): boolean;
  /** Its version, as far as verdicts depend on it: the first two numbers. */
  version(): string;
  /** `OK`, or why it refuses; in the order of the chains. */
  verify(folder: string, chains: readonly Chain[], purpose: Purpose): string[];
}

const SOURCES = __dirname;

const answers = (command: string, ...args: string[]) => spawnSync(command, args).error === undefined;

function run(command: string, args: readonly string[], input = ''): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (error) {
    throw error;
  }
  return { status, output: `${stdout}\n${stderr}`.trim() };
}

const twoNumbers = (text: string) => /\d+(\.\d+)?/.exec(text)![0];

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

/** Files of a chain: the leaf, each certificate between it and the root, the root, and the whole. */
interface ChainFiles {
  readonly leaf: string;
  readonly between: readonly string[];
  readonly root: string;
  readonly whole: string;
}

function files(folder: string, chain: Chain, index: number): ChainFiles {
  const path = (part: string, pem: readonly string[]) => {
    const file = join(folder, `${index}-${part}.pem`);
    writeFileSync(file, pem.join(''));
    return file;
  };
  return {
    leaf: path('leaf', chain.slice(0, 1)),
    between: chain.slice(1, -1).map((pem, depth) => path(`between-${depth}`, [pem])),
    root: path('root', chain.slice(-1)),
    whole: path('whole', chain),
  };
}

/** A command for each chain, and its verdict. */
function oneByOne(command: (files: ChainFiles, purpose: Purpose) => readonly string[], verdict: (ended: Ended) => string): Verifier['verify'] {
  return (folder, chains, purpose) => runAll(chains.map((chain, index) => command(files(folder, chain, index), purpose))).map(verdict);
}

/** A program of ours around a library, which is compiled once and reads the names of the files. */
function program(compile: (folder: string) => readonly string[]): Verifier['verify'] {
  let command: readonly string[] | undefined;
  return (folder, chains, purpose) => {
    mkdirSync(folder, { recursive: true });
    command ??= compile(folder);
    const [name, ...args] = command;
    const { output } = run(name, [...args, purpose], chains.map((chain, index) => files(folder, chain, index).whole).join('\n') + '\n');
    return chains.length === 0 ? [] : output.split('\n');
  };
}

function compiled(command: string, args: readonly string[], result: readonly string[]): readonly string[] {
  const { status, output } = run(command, args);
  if (status !== 0) {
    throw new Error(`${command} ${args.join(' ')}: ${output}`);
  }
  return result;
}

export const VERIFIERS: readonly Verifier[] = [
  {
    name: 'OpenSSL',
    debian: 'openssl',
    knowsPurpose: true,
    isInstalled: () => answers('openssl', 'version'),
    version: () => twoNumbers(run('openssl', ['version']).output),
    verify: oneByOne(
      ({ leaf, between, root }, purpose) =>
        ['openssl', 'verify', '-x509_strict', '-purpose', `ssl${purpose}`, '-CAfile', root, ...between.flatMap(file => ['-untrusted', file]), leaf],
      ({ status, output }) => status === 0 ? 'OK' : oneLine(output),
    ),
  },
  {
    name: 'GnuTLS',
    debian: 'gnutls-bin',
    knowsPurpose: true,
    isInstalled: () => answers('certtool', '--version'),
    version: () => twoNumbers(run('certtool', ['--version']).output),
    verify: oneByOne(
      ({ root, whole }, purpose) =>
        ['certtool', '--verify', '--load-ca-certificate', root, '--verify-purpose', purpose === 'client' ? '1.3.6.1.5.5.7.3.2' : '1.3.6.1.5.5.7.3.1', '--infile', whole],
      ({ output }) => output.includes('Chain verification output: Verified.') ? 'OK' : oneLine(/Chain verification output:([^]*)/.exec(output)?.[1] ?? output),
    ),
  },
  {
    name: 'Java',
    debian: 'default-jdk-headless',
    knowsPurpose: false,
    isInstalled: () => answers('javac', '-version'),
    version: () => twoNumbers(run('javac', ['-version']).output),
    verify: program(folder => compiled('javac', ['-d', folder, join(SOURCES, 'VerifyChains.java')], ['java', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', folder, 'VerifyChains'])),
  },
  {
    name: 'Go',
    debian: 'golang-go',
    knowsPurpose: true,
    isInstalled: () => answers('go', 'version'),
    version: () => twoNumbers(run('go', ['version']).output),
    verify: program(folder => compiled('go', ['build', '-o', join(folder, 'verify-go'), join(SOURCES, 'verify_chains.go')], [join(folder, 'verify-go')])),
  },
  {
    name: 'NSS',
    debian: 'libnss3-tools',
    knowsPurpose: true,
    isInstalled: () => answers('vfychain', '-h'),
    version: () => twoNumbers(run('dpkg-query', ['-W', '-f', '${Version}', 'libnss3']).output.replace(/^\d+:/, '')),
    verify: oneByOne(
      ({ leaf, between, root }, purpose) => ['vfychain', '-pp', '-u', purpose === 'client' ? '0' : '1', '-a', leaf, ...between, '-t', root],
      ({ status, output }) => status === 0 && output.includes('Chain is good!') ? 'OK' : oneLine(output),
    ),
  },
  {
    name: 'Botan',
    debian: 'botan',
    knowsPurpose: false,
    isInstalled: () => answers('botan', 'version'),
    version: () => twoNumbers(run('botan', ['version']).output),
    verify: oneByOne(
      ({ leaf, between, root }) => ['botan', 'cert_verify', leaf, ...between, root],
      ({ output }) => output.includes('passes validation checks') ? 'OK' : oneLine(output),
    ),
  },
  {
    name: 'wolfSSL',
    debian: 'libwolfssl-dev',
    knowsAddresses: false, // 5.5.4
    knowsPurpose: false,
    isInstalled: () => spawnSync('gcc', ['-E', '-'], { input: '#include <wolfssl/options.h>\n' }).status === 0,
    version: () => twoNumbers(run('gcc', ['-E', '-P', '-include', 'wolfssl/version.h', '-'], 'LIBWOLFSSL_VERSION_STRING\n').output),
    verify: program(folder => compiled('gcc', ['-o', join(folder, 'verify-wolfssl'), join(SOURCES, 'verify-chains.c'), '-lwolfssl'], [join(folder, 'verify-wolfssl')])),
  },
];
