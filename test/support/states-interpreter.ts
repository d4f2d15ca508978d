import { ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateStateMachineCommand, DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { pythonWithMoto } from './moto';

/**
 * moto's Step Functions with its interpreter of the Amazon States Language, in a server of its own: it calls all other services at MOTO_PORT, with names of
 * buckets in paths. For a second execution, moto would copy all former ones, which have locks that can't be copied.
 */
const SERVER = `
import copy, os, sys, threading, time, types
import moto.stepfunctions.parser.models as machines
from moto.core.config import default_user_config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

def end_with(pid):
    while True:
        try: os.kill(pid, 0)
        except OSError: os._exit(0)
        time.sleep(1)

machines.copy = types.SimpleNamespace(deepcopy=copy.copy)
default_user_config["stepfunctions"] = {"execute_state_machine": True}
threading.Thread(target=end_with, args=(int(sys.argv[1]),), daemon=True).start()
run_simple("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
`;

/** How an execution ended. */
export interface EndedExecution {
  readonly status: string;
  readonly output?: any;
  readonly error?: string;
  readonly cause?: string;
}

/** Carries out state machines. */
export class StatesInterpreter {
  /** @param awsPort the port of 127.0.0.1 at which all services are that states call */
  public static async start(awsPort: number): Promise<StatesInterpreter> {
    const config = join(mkdtempSync(join(tmpdir(), 'states-')), 'config');
    writeFileSync(config, '[default]\ns3 =\n  addressing_style = path\n');
    const server = spawn(pythonWithMoto(), ['-u', '-c', SERVER, String(process.pid)], {
      stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, MOTO_PORT: String(awsPort), AWS_CONFIG_FILE: config },
    });
    const interpreter = new StatesInterpreter(server);
    for (const end = Date.now() + 60_000; Date.now() < end && server.exitCode === null; await sleep(25)) {
      const url = interpreter.log.map(line => /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1]).find(Boolean);
      if (url) {
        interpreter.url = url;
        interpreter.client = new SFNClient({ endpoint: url });
        return interpreter;
      }
    }
    throw new Error(`the interpreter did not start:\n${interpreter.log.join('\n')}`);
  }

  public readonly log: string[] = [];
  public url = '';
  private client = new SFNClient({});

  private constructor(private readonly server: ChildProcess) {
    [server.stdout!, server.stderr!].forEach(input => createInterface({ input }).on('line', line => this.log.push(line)));
  }

  /** Carries a definition out. */
  public async run(definition: string, name: string): Promise<EndedExecution> {
    // moto's grammar takes no whole number here.
    const readable = definition.replace(/("ToleratedFailurePercentage":\d+)(?=[,}])/, '$1.0');
    const roleArn = 'arn:aws:iam::123456789012:role/states';
    const { stateMachineArn } = await this.client.send(new CreateStateMachineCommand({ name: `machine-${randomUUID()}`, definition: readable, roleArn }));
    const { executionArn } = await this.client.send(new StartExecutionCommand({ stateMachineArn, name, input: '{}' }));
    for (;;) {
      const { status, output, error, cause } = await this.client.send(new DescribeExecutionCommand({ executionArn }));
      if (status !== 'RUNNING') {
        return { status: status!, output: output === undefined ? undefined : JSON.parse(output), error, cause };
      }
      await sleep(100);
    }
  }

  public stop(): void {
    this.server.kill('SIGKILL');
  }
}
