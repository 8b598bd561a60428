import type { ToPanel } from '../../src/protocol/panel';
import type { RunState, RunStretch, RunSummary } from '../../src/protocol/runs';
import type { ToSidebar } from '../../src/protocol/sidebar';

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

/** What to vary in a made run. */
export interface RunOptions {
  readonly seed?: number;
  readonly from?: number;
  readonly lr?: number;
  /** Share of steps that exceed θ. */
  readonly clips?: number;
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
  const random = generator(seed + from);
  const n = to - from;
  const make = (value: (step: number) => number) => Float64Array.from({ length: n }, (_, i) => value(from + i + 1));
  const nats = (step: number) =>
    1.25 + 0.06 * seed + 2.9 * Math.exp(-step / (total * 0.05)) + 0.5 * Math.exp(-step / (total * 0.4));
  const blown = (step: number) => diverges && step > to - n * 0.04;
  const norm = make((step) => {
    const usual = 0.42 + 0.5 * Math.exp(-step / (total * 0.08)) + 0.16 * random();
    if (blown(step)) return 3 * 1.12 ** Math.min(80, step - to + n * 0.04);
    return random() < clips * (0.4 + 1.2 * Math.exp(-step / (total * 0.3)))
      ? 1 + 1.6 * random() ** 3 * 4
      : Math.min(0.99, usual);
  });
  const every = Math.max(1, Math.round(total / 40));
  const at = Array.from({ length: n }, (_, i) => from + i + 1).filter((step) => step % every === 0);
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
      const value = nats(step) + 0.12 + 0.15 * (step / total) ** 2;
      return {
        event: 'evaluation',
        step,
        epoch: (step / total) * 10,
        nats: value,
        perplexity: Math.exp(value),
        bitsPerCharacter: value / Math.LN2,
        best: true,
        diagnosis: step > total / 4 ? 'Better than the 5-gram baseline, and still improving.' : 'Learning.',
      };
    }),
    continuations: at
      .filter((_, index) => index % 2 === 0)
      .map((step) => ({
        event: 'continuation',
        step,
        prompt: 'Call me ',
        text: written[Math.min(written.length - 1, Math.floor((step / total) * 2.2 * written.length))],
      })),
    flows: at
      .filter((_, index) => index % 2 === 0)
      .map((step) => ({
        event: 'flow',
        step,
        ...(spectralRadius === undefined
          ? { norms: Array.from({ length: layers }, (_, layer) => fading(0.4 * 0.3 ** layer, step / total, random)) }
          : linear(0.4, spectralRadius)),
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

/** What a linear RNN's flow looks like: powers of its matrix, which at first shrink faster than in the long run. */
function linear(first: number, spectralRadius: number) {
  const exact = Array.from({ length: 35 }, (_, k) => first * spectralRadius ** k * (0.3 + 0.7 * 0.6 ** k));
  return { norms: [exact.map((value) => value * (1 + 1e-6))], linear: { exact, spectralRadius } };
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
          notes: [],
          baselines: [
            { name: 'uniform', perplexity: 82 },
            { name: 'unigram', perplexity: 21.4 },
            { name: '5-gram', perplexity: 5.71 },
          ],
        },
    latest: preparing
      ? undefined
      : {
          step,
          totalSteps: total,
          epoch: (step / total) * 10,
          perplexity: 4.3712,
          validationPerplexity: 4.8231,
          bestPerplexity: 4.8231,
          bestStep: Math.round(step * 0.97),
          gradNorm: 0.5124,
          clipRate: 0.04,
          learningRate: 0.00127,
          tokensPerSecond: 91_240,
          secondsLeft: state === 'running' ? (total - step) * 0.0123 : undefined,
          seconds: step * 0.0123,
        },
    ...more,
  };
}

const total = 9730;

function one(run: RunSummary, history: RunStretch): ToPanel {
  return { type: 'snapshot', current: run.id, runs: [run], histories: [{ run: run.id, history }] };
}

/** The panel's states, each as the messages that bring it about. */
export const panelScenarios: { readonly [name: string]: () => ToPanel[] } = {
  'no-run': () => [{ type: 'snapshot', runs: [], histories: [] }],
  preparing: () => [one(summary('preparing', 0, total), stretch(0, total))],
  running: () => [one(summary('running', 6412, total), stretch(6412, total))],
  paused: () => [one(summary('paused', 2150, total), stretch(2150, total))],
  finished: () => [
    one(
      summary('finished', total, total, { message: 'Finished after 10 epochs; the best model is of step 9,438.' }),
      stretch(total, total),
    ),
  ],
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
        message: 'empty.txt: the text is empty; open a text with at least two distinct characters.',
        latest: undefined,
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
  comparing: () => {
    const runs = [
      summary('running', 6412, total),
      summary('finished', total, total, { id: 'run-2', name: 'LSTM-256 · moby-dick.txt' }),
      summary('stopped', 7800, total, { id: 'run-3', name: 'RNN-512 · moby-dick.txt' }),
    ];
    return [
      {
        type: 'snapshot',
        current: 'run-1',
        runs,
        histories: [
          { run: 'run-1', history: stretch(6412, total) },
          { run: 'run-2', history: stretch(total, total, { seed: 2 }) },
          { run: 'run-3', history: stretch(7800, total, { seed: 5, clips: 0.2 }) },
        ],
      },
    ];
  },
};

const curve = (from: number, to: number, noise: number) => {
  const random = generator(7);
  return Array.from({ length: 200 }, (_, i) => to + (from - to) * Math.exp(-i / 40) + noise * (random() - 0.5));
};

/** The side bar's states. */
export const sidebarScenarios: { readonly [name: string]: () => ToSidebar[] } = {
  'no-run': () => [{ type: 'run', sparklines: { perplexity: [], validation: [], gradNorm: [], tokensPerSecond: [] } }],
  running: () => [
    {
      type: 'run',
      run: summary('running', 6412, total),
      sparklines: {
        perplexity: curve(60, 4.4, 0.4),
        validation: curve(64, 4.9, 0.1),
        gradNorm: curve(1.4, 0.5, 0.3),
        tokensPerSecond: curve(80000, 91000, 4000),
      },
    },
  ],
};
