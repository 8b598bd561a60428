import { element, setShown, setText } from './dom';
import type { RunHistory } from './history';
import { significant, whole } from './metrics';
import { actionLink } from './ui';

/** How many entries the list shows; older ones are reached by the scrubber. */
const most = 50;

/** What the model wrote through training: one continuation large, chosen by a scrubber, and the stream of them below. */
export class Continuations {
  readonly element: HTMLElement;
  private readonly heading = element('span', { class: 'at' });
  private readonly text = element('p', { class: 'continuation-text', 'data-testid': 'continuation-text' });
  private readonly scrubber = element('input', {
    type: 'range',
    min: 0,
    max: 0,
    'aria-label': 'Continuation through training',
    'data-testid': 'scrubber',
  });
  private readonly follow = actionLink('Latest', () => this.choose(undefined));
  private readonly tools = element('div', { class: 'scrubber' }, this.scrubber, this.follow);
  private readonly list = element('ol', { class: 'stream', 'aria-label': 'Continuations, newest first' });
  private readonly empty = element(
    'p',
    { class: 'quiet' },
    'What the model writes after a prompt appears here while it learns.',
  );
  private history: RunHistory | undefined;
  private drawn = 0;
  /** Index that is shown large; undefined follows the newest. */
  private chosen: number | undefined;

  constructor() {
    this.element = element(
      'section',
      { class: 'continuations', 'aria-label': 'Continuations' },
      element('header', {}, element('h2', {}, 'Continuations'), this.heading),
      this.text,
      this.tools,
      this.list,
      this.empty,
    );
    this.scrubber.addEventListener('input', () => {
      const index = Number(this.scrubber.value);
      this.choose(index === (this.history?.continuations.length ?? 0) - 1 ? undefined : index);
    });
  }

  /** Shows another run from its beginning. */
  setHistory(history: RunHistory | undefined): void {
    this.history = history;
    this.drawn = 0;
    this.chosen = undefined;
    this.list.replaceChildren();
    this.update();
  }

  /** Adds what came since; never builds the list again. */
  update(): void {
    const all = this.history?.continuations ?? [];
    setShown(this.empty, all.length === 0);
    setShown(this.tools, all.length > 1);
    setShown(this.text, all.length > 0);
    if (this.drawn === all.length) return;
    for (let i = Math.max(this.drawn, all.length - most); i < all.length; i++) this.list.prepend(this.entry(i));
    while (this.list.children.length > most) this.list.lastElementChild?.remove();
    this.drawn = all.length;
    this.scrubber.max = String(all.length - 1);
    this.show();
  }

  private choose(index: number | undefined): void {
    this.chosen = index;
    this.show();
  }

  private show(): void {
    const all = this.history?.continuations ?? [];
    const index = this.chosen ?? all.length - 1;
    const item = all[index];
    if (!item) return;
    this.scrubber.value = String(index);
    this.scrubber.setAttribute('aria-valuetext', `Step ${whole(item.step)}`);
    setText(this.heading, this.describe(index));
    setShown(this.follow, this.chosen !== undefined);
    this.text.replaceChildren(element('span', { class: 'prompt' }, item.prompt), item.text);
    for (const entry of this.list.children) {
      entry.classList.toggle('chosen', (entry as HTMLElement).dataset.index === String(index));
    }
  }

  private describe(index: number): string {
    const { history } = this;
    const item = history?.continuations[index];
    if (!history || !item) return '';
    const at = history.evaluations.filter(({ step }) => step <= item.step).at(-1);
    return `Step ${whole(item.step)}${at ? ` · perplexity ${significant(at.perplexity)}` : ''}`;
  }

  private entry(index: number): HTMLElement {
    const item = this.history?.continuations[index];
    return element(
      'li',
      { 'data-testid': 'continuation', 'data-step': item?.step, 'data-index': index },
      element(
        'button',
        { type: 'button', onclick: () => this.choose(index) },
        element('span', { class: 'at' }, this.describe(index)),
        element('span', { class: 'excerpt' }, element('span', { class: 'prompt' }, item?.prompt), item?.text),
      ),
    );
  }
}
