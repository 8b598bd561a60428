import { columnNames, History } from '../../src/host/history';
import type { ToPanel } from '../../src/protocol/panel';
import type { LatestMetrics, RunState, RunStretch, RunSummary } from '../../src/protocol/runs';
import type { ToSidebar } from '../../src/protocol/sidebar';
import { Smoother } from '../../src/protocol/smoothing';
import { diagnose } from '../../src/training/diagnosis';

/** A small seeded generator, uniform in [0, 1). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const written = [
  'eo  tnaai rhs oet  eltnh iaosd e rt  n',
  'the the the sat an the win the hor the s',
  'the ship was the sald of the sea and the man was stoud',
  'the captain stood upon the deck and the wind had come to the sails of the',
  'the captain stood upon the quarter-deck, and looked out over the long swell as though it had been\nwritten there for him alone to read.',
];

/** What models without gradients reach on the made text. */
const baselines = [
  { name: 'uniform', perplexity: 82 },
  { name: 'unigram', perplexity: 21.4 },
  { name: '2-gram', perplexity: 11.9 },
  { name: '3-gram', perplexity: 7.03 },
  { name: '4-gram', perplexity: 5.02 },
  { name: '5-gram', perplexity: 4.7 },
  { name: '6-gram', perplexity: 4.78 },
];

/** What to vary in a made run. */
export interface RunOptions {
  readonly seed?: number;
  readonly from?: number;
  readonly lr?: number;
  /** Share of steps that exceed θ. */
  readonly clips?: number;
  /** Evaluations from its beginning to `total`, 40 if absent. */
  readonly evaluations?: number;
  /** Gradient flows from its beginning to `total`, 20 if absent. */
  readonly flows?: number;
  /** The last steps explode. */
  readonly diverges?: boolean;
  /** Layers of the model, 1 if absent. */
  readonly layers?: number;
  /** Of a linear RNN: the spectral radius that its gradients shrink or grow by. */
  readonly spectralRadius?: number;
}

/** A made history of a run from step `from + 1` to step `to`, shaped as such runs are. */
export function stretch(to: number, total: number, options: RunOptions = {}): RunStretch {
  const { seed = 1, from = 0, lr = 0.002, clips = 0.06, diverges = false, layers = 1, spectralRadius } = options;
  const { evaluations = 40, flows = 20 } = options;
  const random = generator(seed + from);
  const n = to - from;
  const make = (value: (step: number) => number) => Float64Array.from({ length: n }, (_, i) => value(from + i + 1));
  const nats = (step: number) =>
    1.14 + 0.06 * seed + 2.9 * Math.exp(-step / (total * 0.05)) + 0.5 * Math.exp(-step / (total * 0.4));
  const blown = (step: number) => diverges && step > to - n * 0.04;
  const norm = make((step) => {
    const usual = 0.42 + 0.5 * Math.exp(-step / (total * 0.08)) + 0.16 * random();
    if (blown(step)) return 3 * 1.12 ** Math.min(80, step - to + n * 0.04);
    return random() < clips * (0.4 + 1.2 * Math.exp(-step / (total * 0.3)))
      ? 1 + 1.6 * random() ** 3 * 4
      : Math.min(0.99, usual);
  });
  const every = Math.max(1, Math.round(total / evaluations));
  const validationNats = (step: number) => nats(step) + 0.12 + 0.15 * (step / total) ** 2;
  const at = Array.from({ length: n }, (_, i) => from + i + 1).filter((step) => step % every === 0);
  let lowest = Number.POSITIVE_INFINITY;
  for (let step = every; step <= from; step += every) lowest = Math.min(lowest, validationNats(step));
  return {
    columns: {
      step: make((step) => step),
      epoch: make((step) => (step / total) * 10),
      seconds: make((step) => step * 0.0123),
      loss: make((step) => nats(step) + (random() - 0.5) * 0.24 + (blown(step) ? (step - to + n * 0.04) * 0.05 : 0)),
      gradNorm: norm,
      clipScale: norm.map((value) => Math.min(1, 1 / value)),
      clip: make(() => 1),
      learningRate: make(
        (step) => (lr * Math.min(1, step / (total * 0.04)) * (1 + Math.cos((Math.PI * step) / total))) / 2,
      ),
      tokensPerSecond: make((step) => 88000 + 4000 * Math.sin(step / 90) + 5000 * random()),
    },
    evaluations: at.map((step) => {
      const value = validationNats(step);
      lowest = Math.min(lowest, value);
      const [training, validation, best] = [nats(step), value, lowest].map(Math.exp);
      return {
        event: 'evaluation',
        step,
        epoch: (step / total) * 10,
        nats: value,
        perplexity: validation,
        bitsPerCharacter: value / Math.LN2,
        best: value <= lowest,
        diagnosis: diagnose({ training, validation, best, baselines, tokens: 121_136 }),
        verdict: diagnose({ training, validation, best, baselines, tokens: 121_136 }, true),
      };
    }),
    continuations: at
      .filter((_, index) => index % (evaluations / 20) === 0)
      .map((step) => ({
        event: 'continuation',
        step,
        prompt: 'Call me ',
        text: written[Math.min(written.length - 1, Math.floor((step / total) * 2.2 * written.length))],
      })),
    flows: at
      .filter((_, index) => index % (evaluations / flows) === 0)
      .map((step) => ({
        event: 'flow',
        step,
        ...(spectralRadius === undefined
          ? { norms: Array.from({ length: layers }, (_, layer) => fading(0.4 * 0.3 ** layer, step / total, random)) }
          : linear(0.4, spectralRadius, layers)),
      })),
    marks: [
      {
        event: 'mark' as const,
        step: Math.round(total * 0.3),
        kind: 'learningRate' as const,
        text: 'Learning rate 0.004 → 0.002',
      },
      { event: 'mark' as const, step: Math.round(total * 0.55), kind: 'checkpoint' as const, text: 'Checkpoint saved' },
    ].filter(({ step }) => step > from && step <= to),
  };
}

/** Norms over 35 lags that fade the slower, the further the training is. */
function fading(first: number, progress: number, random: () => number): number[] {
  const rate = 0.42 - 0.3 * Math.min(1, 2 * progress);
  return Array.from({ length: 35 }, (_, k) => first * Math.exp(-k * rate) * (0.8 + 0.4 * random()));
}

/** What a linear RNN's flow looks like: powers of its top layer's matrix, which at first shrink faster than in the long run. */
function linear(first: number, spectralRadius: number, layers: number) {
  const exact = Array.from({ length: 35 }, (_, k) => first * spectralRadius ** k * (0.3 + 0.7 * 0.6 ** k));
  const below = Array.from({ length: layers - 1 }, (_, layer) =>
    exact.map((value, k) => value * (0.2 + 0.1 * layer) * (1 + k / 8)),
  );
  return { norms: [...below, exact.map((value) => value * (1 + 1e-6))], linear: { exact, spectralRadius } };
}

/** The numbers of a run that has come as far as its history. */
function latestOf({ columns, evaluations }: RunStretch, state: RunState, total: number): LatestMetrics {
  const end = columns.step.length - 1;
  const smoother = new Smoother(1 - 1 / 30);
  const mean = (values: ArrayLike<number>, count: number) => {
    const newest = Array.from(values).slice(-count);
    return newest.reduce((sum, value) => sum + value, 0) / newest.length;
  };
  const best = evaluations.reduce<(typeof evaluations)[number] | undefined>(
    (lowest, one) => (lowest && lowest.perplexity <= one.perplexity ? lowest : one),
    undefined,
  );
  return {
    step: columns.step[end],
    totalSteps: total,
    epoch: columns.epoch[end],
    perplexity: Math.exp(columns.loss.map((loss) => smoother.next(loss))[end]),
    validationPerplexity: evaluations.at(-1)?.perplexity,
    bitsPerCharacter: evaluations.at(-1)?.bitsPerCharacter,
    bestPerplexity: best?.perplexity,
    bestStep: best?.step,
    gradNorm: columns.gradNorm[end],
    clipRate: mean(
      Array.from(columns.clipScale.slice(-100), (scale) => Number(scale < 1)),
      100,
    ),
    learningRate: columns.learningRate[end],
    tokensPerSecond: columns.tokensPerSecond[end],
    secondsLeft: state === 'running' ? (total - columns.step[end]) * 0.0123 : undefined,
    seconds: columns.seconds[end],
  };
}

/** A made summary of a run that stands at `step` of `total`. */
export function summary(state: RunState, step: number, total: number, more: Partial<RunSummary> = {}): RunSummary {
  const preparing = state === 'preparing';
  const configuration = {
    text: {
      tokenizer: 'characters',
      vocabularySize: 1024,
      minFrequency: 2,
      normalize: 'none',
      limit: 0,
      validation: 0.1,
    },
    model: {
      cell: 'gru',
      activation: 'tanh',
      reset: 'before',
      hidden: 256,
      layers: 1,
      embedding: 0,
      tied: false,
      dropout: 0,
      forgetBias: 0,
      init: 'uniform',
    },
    training: {
      batch: 32,
      steps: 35,
      sampling: 'sequential',
      truncation: 'fixed',
      truncateEvery: 0,
      truncateProbability: 0,
      truncateLength: 16,
      truncateAlpha: 6,
      optimizer: 'adam',
      lr: 0.002,
      momentum: 0.9,
      alpha: 0.95,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0.01,
      schedule: 'cosine',
      decay: 0.97,
      decayAfter: 0,
      warmup: 200,
      clipping: 'norm',
      clip: 1,
      epochs: 10,
      maxSteps: 0,
      patience: 0,
      evaluateEvery: 0,
      continuationEvery: 0,
      seed: 0,
      engine: 'fused',
      threads: 0,
      revectorize: false,
    },
    generation: { prompt: '', length: 200, temperature: 0.8, topK: 0, topP: 1, ending: 'length', beams: 0 },
  } as const;
  return {
    id: 'run-1',
    name: 'GRU-256 · moby-dick.txt',
    source: 'moby-dick.txt',
    state,
    started: 1_700_000_000_000,
    configuration,
    message: '',
    hasCheckpoint: step > 0,
    remedies: state === 'diverged' ? ['slow'] : [],
    prepared: preparing
      ? undefined
      : {
          event: 'prepared',
          vocabulary: 82,
          trainingTokens: 1_090_240,
          validationTokens: 121_137,
          charactersPerToken: 1,
          parameters: 281_938,
          stepsPerEpoch: total / 10,
          totalSteps: total,
          batch: 32,
          steps: 35,
          engine: 'fused',
          threads: 2,
          notes: [],
          baselines,
        },
    latest: preparing || step === 0 ? undefined : latestOf(stretch(step, total), state, total),
    ...more,
  };
}

const total = 9730;

/** A snapshot of one run, whose numbers are those of its history. */
function one(made: RunSummary, history: RunStretch): ToPanel {
  const run = { ...made, latest: made.latest && latestOf(history, made.state, total) };
  return { type: 'snapshot', current: run.id, runs: [run], histories: [{ run: run.id, history }] };
}

/** The panel's states, each as the messages that bring it about. */
export const panelScenarios: { readonly [name: string]: () => ToPanel[] } = {
  'no-run': () => [{ type: 'snapshot', runs: [], histories: [] }],
  preparing: () => [one(summary('preparing', 0, total), stretch(0, total))],
  prepared: () => [one({ ...summary('running', 0, total), latest: undefined }, stretch(0, total))],
  running: () => [one(summary('running', 6412, total), stretch(6412, total))],
  paused: () => [one(summary('paused', 2150, total), stretch(2150, total))],
  finished: () => {
    const history = stretch(total, total);
    const { bestPerplexity = 0, bestStep = 0 } = latestOf(history, 'finished', total);
    const best = `Best perplexity ${bestPerplexity.toFixed(2)}, at step ${bestStep.toLocaleString('en-US')}.`;
    return [one(summary('finished', total, total, { message: `Finished at step 9,730. ${best}` }), history)];
  },
  diverged: () => [
    one(
      summary('diverged', 3120, total, {
        message:
          'Diverged at step 3,120: the loss is not a number. Try a learning rate ten times smaller, or clipping with θ = 1.',
      }),
      stretch(3120, total, { diverges: true }),
    ),
  ],
  failed: () => [
    one(
      summary('failed', 0, total, {
        name: 'GRU-256 · empty.txt',
        source: 'empty.txt',
        message: 'empty.txt: the text is empty; open a text with at least two distinct characters.',
        prepared: undefined,
      }),
      stretch(0, total),
    ),
  ],
  'two-layers': () => {
    const { configuration } = summary('running', 6412, total);
    const two = { ...configuration, model: { ...configuration.model, layers: 2 } };
    return [one(summary('running', 6412, total, { configuration: two }), stretch(6412, total, { layers: 2 }))];
  },
  linear: () => {
    const { configuration } = summary('running', 6412, total);
    const model = { ...configuration.model, cell: 'rnn', activation: 'identity', hidden: 64 } as const;
    const run = { name: 'RNN-64 · moby-dick.txt', configuration: { ...configuration, model } };
    return [one(summary('running', 6412, total, run), stretch(6412, total, { spectralRadius: 0.93 }))];
  },
  'linear-stack': () => {
    const { configuration } = summary('running', 6412, total);
    const model = { ...configuration.model, cell: 'rnn', activation: 'identity', hidden: 64, layers: 2 } as const;
    const run = { name: '2×RNN-64 · moby-dick.txt', configuration: { ...configuration, model } };
    return [one(summary('running', 6412, total, run), stretch(6412, total, { layers: 2, spectralRadius: 0.93 }))];
  },
  comparing: () => {
    const histories = [
      { run: 'run-1', history: stretch(6412, total) },
      { run: 'run-2', history: stretch(total, total, { seed: 2 }) },
      { run: 'run-3', history: stretch(7800, total, { seed: 5, clips: 0.2 }) },
    ];
    const latest = (index: number, state: RunState) => latestOf(histories[index].history, state, total);
    const runs = [
      summary('running', 6412, total),
      summary('finished', total, total, {
        id: 'run-2',
        name: 'LSTM-256 · moby-dick.txt',
        latest: latest(1, 'finished'),
      }),
      summary('stopped', 7800, total, {
        id: 'run-3',
        name: 'RNN-512 · moby-dick.txt',
        latest: latest(2, 'stopped'),
      }),
    ];
    return [{ type: 'snapshot', current: 'run-1', runs, histories }];
  },
};

/** The side bar's states. */
export const sidebarScenarios: { readonly [name: string]: () => ToSidebar[] } = {
  'no-run': () => [{ type: 'run', sparklines: { perplexity: [], validation: [], gradNorm: [], tokensPerSecond: [] } }],
  running: () => {
    const history = new History();
    const { columns, evaluations } = stretch(6412, total);
    for (let i = 0; i < columns.step.length; i++) history.appendRow(columnNames.map((name) => columns[name][i]));
    for (const event of evaluations) history.append(event);
    return [
      {
        type: 'run',
        run: summary('running', 6412, total),
        sparklines: history.sparklines,
      },
    ];
  },
};
