import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Credential } from './fleet';
import { Trust } from './verifier';
import { findMosquitto, freePort, RunningProgram } from '../support/broker-programs';
import { runAll } from '../support/many-commands';

/** CONNECT and DISCONNECT of MQTT 3.1.1 (sections 3.1 and 3.14) with the identifier `d`, in octal for `printf`. */
const PACKETS = '\\020\\015\\000\\004MQTT\\004\\002\\000\\074\\000\\001d\\340\\000';

/** What OpenSSL says of a device that is refused. */
const REFUSED = /alert (certificate (revoked|expired)|unknown ca)/;

/** CONNACK of a client that is let in (section 3.2). */
const LET_IN = '20 02 00 00';

/** The library that gives a program another time, if it is installed (Debian package faketime). */
export function findFaketime(): string | undefined {
  const { status, stdout } = spawnSync('faketime', ['-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Mosquitto as it would run on a day to come, and devices that connect to it with the command line of OpenSSL on that day. */
export class BrokerOfTheDay {
  /** Starts the broker with its credential, and with what it trusts on that day. */
  public static async start(trust: Trust, { certificatePem, chainPem, privateKeyPem }: Credential): Promise<BrokerOfTheDay> {
    const [folder, port] = [mkdtempSync(join(tmpdir(), 'private-iot-ca-broker-')), await freePort()];
    const file = (name: string, content: string): string => {
      writeFileSync(join(folder, name), content, { mode: 0o600 });
      return join(folder, name);
    };
    const root = process.getuid?.() === 0 ? ['user root'] : [];
    const config = file('mosquitto.conf', [
      ...root, `listener ${port} 127.0.0.1`, `cafile ${file('ca.pem', trust.bundle)}`, `certfile ${file('server.pem', certificatePem + chainPem)}`,
      `keyfile ${file('server.key.pem', privateKeyPem)}`, `crlfile ${file('revoked.pem', trust.lists)}`,
      'require_certificate true', 'use_identity_as_username true', 'allow_anonymous false', '',
    ].join('\n'));
    const time = trust.now.toISOString().slice(0, 19).replace('T', ' ');
    const program = await RunningProgram.start('env', [
      'TZ=UTC', `LD_PRELOAD=${findFaketime()}`, `FAKETIME=@${time}`, 'FAKETIME_DONT_FAKE_MONOTONIC=1', findMosquitto()!, '-v', '-c', config,
    ], /mosquitto version \S+ running/);
    return new BrokerOfTheDay(program, port, trust, folder, file);
  }

  private constructor(
    private readonly program: RunningProgram, private readonly port: number, private readonly trust: Trust, private readonly folder: string,
    private readonly file: (name: string, content: string) => string,
  ) {}

  /** Which of the devices the broker lets in. Each device checks the certificate of the broker. */
  public letsIn(devices: readonly Credential[]): boolean[] {
    const time = String(Math.floor(this.trust.now.getTime() / 1000));
    const commands = devices.map(({ certificatePem, chainPem, privateKeyPem }, index) => {
      const said = this.file(`${index}.said`, '');
      const client = [
        'openssl', 's_client', '-quiet', '-connect', `127.0.0.1:${this.port}`, '-servername', 'localhost', '-verify_hostname', 'localhost', '-verify_return_error',
        '-x509_strict', '-attime', time, '-CAfile', this.file('roots.pem', this.trust.bundle), '-cert', this.file(`${index}.pem`, certificatePem),
        '-cert_chain', this.file(`${index}.chain.pem`, chainPem), '-key', this.file(`${index}.key.pem`, privateKeyPem),
      ].join(' ');
      return ['sh', '-c', `printf '${PACKETS}' | timeout 10 ${client} 2>${said} | od -An -tx1; cat ${said}`];
    });
    return runAll(commands).map(({ output: first }, index) => {
      // The broker closes the connection after its alert. If what the device writes meanwhile is reset, the device may not see the alert: it asks again.
      let output = first;
      for (let again = 0; again < 10 && /errno=(32|104)/.test(output) && !output.startsWith(LET_IN) && !REFUSED.test(output); again++) {
        [{ output }] = runAll([commands[index]]);
      }
      const isIn = output.startsWith(LET_IN);
      if (!isIn && !REFUSED.test(output)) {
        throw new Error(`device ${devices[index].serialNumber} on ${this.trust.now.toISOString()}: ${output}\n${this.program.log}`);
      }
      return isIn;
    });
  }

  public async stop(): Promise<void> {
    await this.program.stop();
    rmSync(this.folder, { recursive: true });
  }
}
