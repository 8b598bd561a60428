import * as vscode from 'vscode';
import { type Configuration, parseConfiguration } from '../model/configuration';
import { recallSteps } from '../text/recall';

type Options = { readonly [group in keyof Configuration]?: Partial<Configuration[group]> };

/** A run on a sample text that shows one topic of the lecture. */
export interface Demonstration {
  readonly label: string;
  /** What to look for. */
  readonly detail: string;
  readonly options: Options;
  /** What it learns: Moby-Dick, or lines whose end is told by their beginning (`recallText`). */
  readonly on: 'mobyDick' | 'recall';
}

const text = { normalize: 'letters', limit: 200_000 } as const;
/** The lecture's own training: plain gradient descent with a rate that needs clipping. */
const plain = { optimizer: 'sgd', lr: 1, maxSteps: 600 } as const;
const adam = { optimizer: 'adam', lr: 0.002, maxSteps: 600 } as const;
/** One training for every cell: what differs between the three runs is the cell alone. */
const remembering = {
  optimizer: 'adam',
  lr: 0.01,
  steps: recallSteps,
  epochs: 1000,
  maxSteps: 1000,
} as const;

/** The topics of the lecture, by the names that the walkthrough's buttons use. */
export function demonstrations(): Readonly<Record<string, Demonstration>> {
  return {
    perplexity: {
      label: vscode.l10n.t('Perplexity'),
      detail: vscode.l10n.t('A small GRU: validation perplexity falls past the unigram’s and the 2-gram’s lines.'),
      on: 'mobyDick',
      options: { text, model: { cell: 'gru', hidden: 64 }, training: adam },
    },
    clipping: {
      label: vscode.l10n.t('Clipping'),
      detail: vscode.l10n.t(
        'An RNN with SGD at rate 1: the gradient’s norm runs into θ, and each clip event is marked.',
      ),
      on: 'mobyDick',
      options: { text, model: { cell: 'rnn', hidden: 256 }, training: { ...plain, clip: 0.5 } },
    },
    unclipped: {
      label: vscode.l10n.t('No clipping'),
      detail: vscode.l10n.t('The same RNN, seed and rate without clipping: one long gradient throws it far away.'),
      on: 'mobyDick',
      options: { text, model: { cell: 'rnn', hidden: 256 }, training: { ...plain, clip: 0.5, clipping: 'none' } },
    },
    truncation: {
      label: vscode.l10n.t('Truncation at every fifth step'),
      detail: vscode.l10n.t(
        'The same RNN, its gradients cut every 5 steps: the flow of the gradient is zero from lag 5 on.',
      ),
      on: 'mobyDick',
      options: { text, model: { cell: 'rnn', hidden: 256 }, training: { ...plain, truncateEvery: 5 } },
    },
    random: {
      label: vscode.l10n.t('Random truncation'),
      detail: vscode.l10n.t(
        'Cuts at random, reweighted: within a window the gradient is right on average, and noisier in each step.',
      ),
      on: 'mobyDick',
      options: { text, model: { cell: 'rnn', hidden: 256 }, training: { ...plain, truncation: 'random' } },
    },
    linear: {
      label: vscode.l10n.t('Linear RNN'),
      detail: vscode.l10n.t(
        'Its gradient through time is powers of one matrix: the exact ones lie on the measured curve.',
      ),
      on: 'mobyDick',
      options: { text, model: { cell: 'rnn', activation: 'identity', hidden: 64 }, training: adam },
    },
    rnn: {
      label: vscode.l10n.t('A plain RNN that forgets'),
      detail: vscode.l10n.t(
        'Lines whose last letter is told by their first, eleven steps before: the gradient fades on its way there.',
      ),
      on: 'recall',
      options: { model: { cell: 'rnn', hidden: 128 }, training: remembering },
    },
    gru: {
      label: vscode.l10n.t('GRU'),
      detail: vscode.l10n.t(
        'The same lines and training: the gates let the gradient reach the first letter, and the GRU learns the last.',
      ),
      on: 'recall',
      options: { model: { cell: 'gru', hidden: 128 }, training: remembering },
    },
    lstm: {
      label: vscode.l10n.t('LSTM'),
      detail: vscode.l10n.t('The same again with a memory cell, whose forget gate begins open (bias 1).'),
      on: 'recall',
      options: { model: { cell: 'lstm', hidden: 128, forgetBias: 1 }, training: remembering },
    },
  };
}

/** The demonstration of this name; undefined if there is none. */
export function demonstrationNamed(name: string): Demonstration | undefined {
  const all = demonstrations();
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

/** The whole configuration of a demonstration: its options, and the defaults, whatever the settings say. */
export function configurationOf({ options }: Demonstration): Configuration {
  return parseConfiguration(options, vscode.l10n.t('Demonstration'));
}

/** Lets a person choose a demonstration. @returns undefined if they turned away */
export async function pickDemonstration(): Promise<Demonstration | undefined> {
  return vscode.window.showQuickPick(Object.values(demonstrations()), {
    title: vscode.l10n.t('The lecture, live'),
    placeHolder: vscode.l10n.t('Choose what a run on the sample text is to show'),
    matchOnDetail: true,
  });
}
