import { EstimatedFleet, estimateFleet, FleetEstimate, describeEstimate } from '../../contract/fleet-estimate';
import { KeyAlgorithmName } from '../../contract/key-algorithms';
import { checkKeyAlgorithm, quote } from '../../contract/rules';
import { wholeNumber } from '../../resource/property-values';
import { CliError } from '../cli-error';
import { documentText } from '../document';
import { Terminal } from '../terminal';

/** The options of `private-iot-ca fleet estimate`, as the user typed them. */
export interface EstimateOptions {
  readonly devices?: string;
  readonly keyAlgorithm?: string;
  readonly caKeyAlgorithm?: string;
  readonly caInKms?: boolean;
  readonly json?: boolean;
}

const MOST_DEVICES = 1_000_000_000;

/** Says how long a first run in AWS takes and what it costs. It needs neither a deployment nor an account. */
export function estimate(options: EstimateOptions, terminal: Terminal): void {
  const { keyAlgorithm, caKeyAlgorithm, caInKms: isCaInKms = false, json = false } = options;
  const devices = wholeNumber(options.devices);
  if (typeof devices !== 'number' || devices < 1 || devices > MOST_DEVICES) {
    throw new CliError(`--devices must be a whole number from 1 to ${MOST_DEVICES}, got ${options.devices === undefined ? 'none' : quote(options.devices)}`);
  }
  const fleet: EstimatedFleet = {
    devices, isCaInKms, keyAlgorithm: algorithm('--key-algorithm', keyAlgorithm), caKeyAlgorithm: algorithm('--ca-key-algorithm', caKeyAlgorithm),
  };
  const result: FleetEstimate = estimateFleet(fleet);
  terminal.print(json ? documentText('fleet', { action: 'estimate', estimate: result }) : `${describeEstimate(result)}\n`);
}

function algorithm(option: string, name: string | undefined): KeyAlgorithmName | undefined {
  if (name === undefined) {
    return undefined;
  }
  const complaint = checkKeyAlgorithm(name);
  if (complaint) {
    throw new CliError(`${option}: ${complaint}`);
  }
  return name as KeyAlgorithmName;
}
