import { FleetCounts } from './fleet';

/** What the constructs, the functions and the command line agree on about the runs of fleets in AWS; see decisions/0031-fleets-in-aws.md. */

/** Where the manifest of a fleet is, as the template has it. */
export interface ManifestProperties {
  readonly Bucket: string;
  readonly Key: string;
  /** Absent if a run reads the latest version. */
  readonly VersionId?: string;
}

/** For whom private keys are encrypted, as the template has it: one of the two. */
export interface RecipientProperties {
  /** A public key or a certificate, PEM. */
  readonly PublicKeyPem?: string;
  /** The ARN of an asymmetric KMS key. */
  readonly KeyArn?: string;
}

/** The properties that a fleet has besides those of a device certificate. */
export interface FleetProperties {
  readonly Manifest: ManifestProperties;
  readonly ManifestFormat: 'csv' | 'jsonl';
  readonly Recipient?: RecipientProperties;
  readonly RenewBeforeDays?: number;
  readonly RunOnDeploy: boolean;
}

/** Where the functions of a fleet write, as environment variables. */
export interface ResultsEnvironment {
  readonly RESULTS_BUCKET: string;
  /** The folder of the fleet, without a slash at its end. */
  readonly RESULTS_FOLDER: string;
}

/** What is declared, as environment variables: nobody who starts a run or writes to the bucket of results can change it. */
export interface DeclarationEnvironment {
  readonly STACK_ID: string;
  /** The logical ID of the fleet's resource. */
  readonly LOGICAL_ID: string;
  /** The properties that all devices share, JSON: those of a device certificate. */
  readonly DECLARATION: string;
  /** JSON: `RecipientProperties`; absent if no key is made for a device. */
  readonly RECIPIENT?: string;
  readonly RENEW_BEFORE_DAYS?: string;
}

/** The environment variables of the function that reads the manifest of a fleet. */
export interface PlannerEnvironment extends ResultsEnvironment, DeclarationEnvironment {
  /** JSON: `ManifestProperties`. */
  readonly MANIFEST: string;
  readonly MANIFEST_FORMAT: string;
  /** The most rows of a piece. */
  readonly BATCH_SIZE: string;
}

/** The environment variables of the function that adds the results of a fleet up. */
export interface FinisherEnvironment extends ResultsEnvironment, DeclarationEnvironment {
  readonly TOLERATED_FAILURE_PERCENTAGE: string;
}

/** The environment variables of the function that issues for a fleet. */
export interface WorkerEnvironment extends ResultsEnvironment, DeclarationEnvironment {}

/** The environment variables of the function that runs a fleet for CloudFormation. */
export interface RunnerEnvironment {
  readonly STACK_ID: string;
  /** The ARN of the fleet's state machine. */
  readonly STATE_MACHINE: string;
}

/** A piece of the manifest, as an item of the map. */
export interface PieceItem {
  /** Counted from 1. */
  readonly piece: number;
}

/** The input of the planner: the name of the execution, and when it began, ISO 8601. */
export interface PlanInput extends RunInput {
  readonly begunAt: string;
}

/** The input of the functions of a run: the name of the execution. */
export interface RunInput {
  readonly run: string;
}

/** The input of the worker: what the map's `ItemSelector` makes. */
export type WorkInput = RunInput & PieceItem;

/** The plan of a run, and the answer of the planner. */
export interface RunPlan extends RunInput {
  readonly rows: number;
  readonly pieces: number;
  /** The version of the manifest that the run reads, or its ETag in a bucket without versions. */
  readonly manifestVersion: string;
}

/** How a run ended: the answer of its last step, and `summary.json`. */
export interface RunSummary extends RunInput, FleetCounts {
  readonly rows: number;
  readonly pieces: number;
  /** How many pieces have failed as a whole: none of their rows is counted. */
  readonly failedPieces: number;
  /** Whether more of them have failed than the fleet tolerates. */
  readonly isFailed: boolean;
  /** Why one of them has failed; empty if none has. */
  readonly failure: string;
  /** The later run that issues for what this one has left; empty if there is none. */
  readonly overtakenBy: string;
}

/** The attributes of the fleet's resource. */
export const FLEET_ATTRIBUTES = ['RunId', 'Status', 'Rows', 'Issued', 'Replaced', 'Renewed', 'Restored', 'Unchanged', 'Refused', 'Message'] as const;
export type FleetAttribute = typeof FLEET_ATTRIBUTES[number];

/** The objects of a run below the folder of its fleet. Their names are final: pipelines read them. */
export class RunPlaces {
  /** @param run the name of the execution */
  constructor(private readonly run: string) {}

  public get plan(): string {
    return this.in('plan.json');
  }

  /** The list of pieces for the map. */
  public get pieces(): string {
    return this.in('pieces.json');
  }

  public get summary(): string {
    return this.in('summary.json');
  }

  /** All rows that were refused, JSON Lines. It is there if they are few enough. */
  public get refused(): string {
    return this.in('refused.jsonl');
  }

  /** All devices, CSV: there if they are few enough. */
  public get devices(): string {
    return this.in('devices.csv');
  }

  /** The folder of what pieces have counted, with a slash at its end. */
  public get counts(): string {
    return this.in('counts/');
  }

  /** The folder of what is said about failed pieces, with a slash at its end. */
  public get failures(): string {
    return this.in('failures/');
  }

  /** The objects of a piece. */
  public of(piece: number): PiecePlaces {
    const number = String(piece).padStart(PIECE_DIGITS, '0');
    const places = Object.fromEntries(Object.entries(PIECE_OBJECTS).map(([what, [folder, ending]]) => [what, this.in(`${folder}/${number}.${ending}`)]));
    return { ...places as { [W in PieceObject]: string }, registration: (platform, ending) => this.in(`register/${platform}/${number}.${ending}`) };
  }

  /** An archive of private keys, with a name that no other has. */
  public keys(name: string): string {
    return this.in(`keys/${name}.p7m`);
  }

  private in(name: string): string {
    return `runs/${this.run}/${name}`;
  }
}

/** As many digits as the number of a piece has in the name of an object, so that objects are listed in the order of the manifest. */
const PIECE_DIGITS = 7;

const PIECE_OBJECTS = {
  piece: ['pieces', 'jsonl'],
  results: ['results', 'jsonl'],
  certificates: ['certificates', 'pem'],
  refused: ['refused', 'jsonl'],
  devices: ['devices', 'csv'],
  counts: ['counts', 'json'],
  failure: ['failures', 'json'],
} as const;
type PieceObject = keyof typeof PIECE_OBJECTS;

/** The objects of a piece. */
export interface PiecePlaces extends Record<PieceObject, string> {
  /** A file with which its devices are registered at a platform. */
  readonly registration: (platform: string, ending: string) => string;
}

/** The number of the piece in the name of one of its objects. */
export function pieceIn(name: string): number {
  return Number(/(\d+)\.\w+$/.exec(name)?.[1]);
}
