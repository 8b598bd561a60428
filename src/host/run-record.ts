import { z } from 'zod';
import { type Configuration, parseConfiguration } from '../model/configuration';
import type { LatestMetrics, RunState } from '../protocol/runs';
import { UserError } from '../text/user-error';
import type { Baseline, PreparedEvent } from '../training/events';

/** Which of a run's checkpoint files: the best on validation, or the newest. */
export type CheckpointKind = 'best' | 'latest';

/** Both kinds; a best one is written as the newest too. */
export const checkpointKinds = ['best', 'latest'] as const satisfies readonly CheckpointKind[];

/** What run.json says about a run. */
export interface RunRecord {
  readonly version: 1;
  readonly id: string;
  readonly name: string;
  readonly source: string;
  /** Where the text is; absent for a document that was never saved. */
  readonly uri?: string;
  /** Whether the text is copied beside run.json, because the file does not hold it. */
  readonly copied: boolean;
  /** Milliseconds since 1970, as the clock said. */
  readonly started: number;
  /** Where it stands among the runs, which a clock that is set back does not change; `started` if absent. */
  readonly order?: number;
  readonly configuration: Configuration;
  readonly state: RunState;
  readonly message: string;
  readonly prepared?: PreparedEvent;
  readonly latest?: LatestMetrics;
  /** Steps at which the checkpoint files were taken. */
  readonly checkpoints: { readonly [kind in CheckpointKind]?: number };
  /** Process that trains it, while it does. */
  readonly owner?: number;
  /** Tells that process from another of the same id; absent where the system does not tell. */
  readonly ownerBirth?: string;
}

/** States in which a worker trains a run, or waits to. */
export const liveStates: readonly RunState[] = ['preparing', 'running', 'paused'];

/** The fields of a type, each with its schema: one that the type gets and the schema lacks does not compile. */
export type Shape<T> = { readonly [name in keyof Required<T>]: z.ZodType<T[name]> };

/** A measurement that may have grown beyond the largest number, which JSON cannot say: its field is left out then, or null. */
export const perhapsInfinite = z
  .number()
  .nullish()
  .transform((value) => value ?? Number.POSITIVE_INFINITY);

/** A measurement that there may be none of; null stands for one beyond the largest number. */
const optionalMeasurement = z
  .number()
  .nullable()
  .optional()
  .transform((value) => (value === null ? Number.POSITIVE_INFINITY : value));

const count = z.int().min(0);

const baseline = {
  name: z.string(),
  perplexity: perhapsInfinite,
  scatter: z.number().optional(),
} satisfies Shape<Baseline>;

const prepared = {
  event: z.literal('prepared'),
  vocabulary: count,
  trainingTokens: count,
  validationTokens: count,
  charactersPerToken: z.number(),
  parameters: count,
  stepsPerEpoch: count,
  totalSteps: count,
  batch: count,
  steps: count,
  engine: z.string(),
  // Runs of earlier versions do not say it.
  threads: count.default(0),
  trainingUnknownShare: z.number().optional(),
  validationUnknownShare: z.number().optional(),
  fingerprint: z.string().optional(),
  verdict: z.string().optional(),
  notes: z.array(z.string()),
  baselines: z.array(z.object(baseline)),
  diagnosis: z.string().optional(),
} satisfies Shape<PreparedEvent>;

const latest = {
  step: count,
  totalSteps: count,
  epoch: z.number(),
  perplexity: perhapsInfinite,
  validationPerplexity: optionalMeasurement,
  bitsPerCharacter: optionalMeasurement,
  bestPerplexity: optionalMeasurement,
  bestStep: count.optional(),
  bestBitsPerCharacter: optionalMeasurement,
  unknownShare: z.number().optional(),
  gradNorm: z.number(),
  clipRate: z.number(),
  learningRate: z.number(),
  tokensPerSecond: z
    .number()
    .nullish()
    .transform((value) => value ?? Number.NaN),
  secondsLeft: z
    .number()
    .nullish()
    .transform((value) => value ?? undefined),
  seconds: z.number(),
} satisfies Shape<LatestMetrics>;

/** A field that is absent, or of no use as it is, is `otherwise`. */
const forgiving = <T>(schema: z.ZodType<T>, otherwise: T) =>
  schema
    .optional()
    .catch(undefined)
    .transform((value) => value ?? otherwise);
const optional = <T>(schema: z.ZodType<T>) => schema.optional().catch(undefined);

/** Without a configuration there is no run; whatever else is damaged is left out, and the run is there. */
const recordSchema = z.object({
  version: z.literal(1),
  name: optional(z.string().min(1)),
  source: forgiving(z.string(), ''),
  uri: optional(z.string()),
  copied: forgiving(z.boolean(), false),
  started: forgiving(z.number(), 0),
  order: optional(z.number()),
  configuration: z.unknown(),
  state: forgiving(z.enum(['preparing', 'running', 'paused', 'finished', 'stopped', 'diverged', 'failed']), 'stopped'),
  message: forgiving(z.string(), ''),
  prepared: optional(z.object(prepared)),
  latest: optional(z.object(latest)),
  checkpoints: forgiving(z.object({ best: optional(count), latest: optional(count) }), {}),
  owner: optional(z.int()),
  ownerBirth: optional(z.string()),
});

/**
 * Reads what run.json says.
 * @param text of the file
 * @param id of the run, which its folder names
 * @param file names it in messages
 * @throws UserError or SyntaxError if it is no record of a run
 */
export function parseRecord(text: string, id: string, file: string): RunRecord {
  const result = recordSchema.safeParse(JSON.parse(text));
  if (!result.success) throw new UserError(`${file}: it is damaged`);
  const { configuration, name, ...rest } = result.data;
  return { ...rest, id, name: name ?? id, configuration: parseConfiguration(configuration, file) };
}

/**
 * A record or an event as JSON: a field without a finite value is left out, as JSON has none; in a list null keeps its place.
 * @param space as `JSON.stringify` has it
 */
export function writeJson(value: unknown, space?: number): string {
  const finite = (_: string, part: unknown) => (typeof part === 'number' && !Number.isFinite(part) ? undefined : part);
  return JSON.stringify(value, finite, space);
}
