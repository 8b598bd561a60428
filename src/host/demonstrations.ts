import * as vscode from 'vscode';
import { type Configuration, parseConfiguration } from '../model/configuration';

type Options = { readonly [group in keyof Configuration]?: Partial<Configuration[group]> };

/** A run on the sample text that shows one topic of the lecture. */
export interface Demonstration {
  readonly label: string;
  /** What to look for. */
  readonly detail: string;
  readonly options: Options;
}

const text = { normalize: 'letters', limit: 200_000 } as const;
/** The lecture's own training: plain gradient descent with a rate that needs clipping. */
const plain = { optimizer: 'sgd', lr: 1, maxSteps: 600 } as const;
const adam = { optimizer: 'adam', lr: 0.002, maxSteps: 600 } as const;

/** The topics of the lecture, by the names that the walkthrough's buttons use. */
export function demonstrations(): Readonly<Record<string, Demonstration>> {
  return {
    perplexity: {
      label: vscode.l10n.t('Perplexity'),
      detail: vscode.l10n.t('A small GRU: validation perplexity falls past the unigram’s and the 2-gram’s lines.'),
      options: { text, model: { cell: 'gru', hidden: 64 }, training: adam },
    },
    clipping: {
      label: vscode.l10n.t('Clipping'),
      detail: vscode.l10n.t(
        'An RNN with SGD at rate 1: the gradient’s norm runs into θ, and each clip event is marked.',
      ),
      options: { text, model: { cell: 'rnn', hidden: 256 }, training: { ...plain, clip: 0.5 } },
    },
    unclipped: {
      label: vscode.l10n.t('No clipping'),
      detail: vscode.l10n.t('A linear RNN at rate 1 without clipping: its gradient explodes, and the watch stops it.'),
      options: {
        text,
        model: { cell: 'rnn', activation: 'identity', hidden: 256 },
        // It lasts a few steps only, and the flow is measured with each evaluation.
        training: { ...plain, clipping: 'none', evaluateEvery: 1 },
      },
    },
    truncation: {
      label: vscode.l10n.t('Truncation at every fifth step'),
      detail: vscode.l10n.t(
        'The same RNN, its gradients cut every 5 steps: the flow of the gradient is zero from lag 5 on.',
      ),
      options: { text, model: { cell: 'rnn', hidden: 256 }, training: { ...plain, truncateEvery: 5 } },
    },
    random: {
      label: vscode.l10n.t('Random truncation'),
      detail: vscode.l10n.t(
        'Cuts at random, reweighted: within a window the gradient is right on average, and noisier in each step.',
      ),
      options: { text, model: { cell: 'rnn', hidden: 256 }, training: { ...plain, truncation: 'random' } },
    },
    gru: {
      label: vscode.l10n.t('GRU'),
      detail: vscode.l10n.t('Gates let gradients reach further back: compare its flow with the RNN’s.'),
      options: { text, model: { cell: 'gru', hidden: 256 }, training: adam },
    },
    lstm: {
      label: vscode.l10n.t('LSTM'),
      detail: vscode.l10n.t('A memory cell beside the state: compare it with the GRU of the same size.'),
      options: { text, model: { cell: 'lstm', hidden: 256 }, training: adam },
    },
  };
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
