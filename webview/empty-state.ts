import type { FromPanel } from '../src/protocol/panel';
import { element, icon } from './dom';
import { actionLink, button } from './ui';

/** What the panel shows when there is no run: what it is for, and how the first one starts. */
export function emptyState(post: (message: FromPanel) => void): HTMLElement {
  return element(
    'section',
    { class: 'empty', 'data-testid': 'empty-state', 'aria-label': 'No run' },
    icon('chart', 'empty-icon'),
    element('h1', {}, 'No run yet'),
    element(
      'p',
      {},
      'Train a recurrent language model on a text: its perplexity, gradients and continuations appear here while it learns.',
    ),
    element(
      'div',
      { class: 'empty-actions' },
      button('Train on the Active File', 'play', () => post({ type: 'train', on: 'file' }), { appearance: 'primary' }),
      button('Train on the Sample Text', undefined, () => post({ type: 'train', on: 'sample' })),
    ),
    actionLink('Choose the model and its training in the settings', () => post({ type: 'settings' })),
  );
}
