import { element, setShown, setText } from './dom';
import type { RunHistory } from './history';
import { keepFocus } from './keep-focus';
import { significant, whole } from './metrics';
import { StepScrubber } from './step-scrubber';
import { actionLink } from './ui';

/** How many entries the list shows; older ones are reached by the scrubber. */
const most = 50;

/** What the model wrote through training: one continuation large, chosen by a scrubber, and the stream of them below. */
export class Continuations {
  readonly element: HTMLElement;
  private readonly heading = element('span', { class: 'at' });
  private readonly text = element('p', {
    class: 'continuation-text',
    // A long one is scrolled by keys, too.
    tabindex: 0,
    dir: 'auto',
    'data-testid': 'continuation-text',
  });
  private readonly scrubber = new StepScrubber('Continuation through training', (index) => this.choose(index));
  private readonly follow = actionLink('Latest', () => this.choose(undefined));
  private readonly tools = element('div', { class: 'scrubber' }, this.scrubber.element, this.follow);
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

  /** @param remember is told the step of the continuation that is chosen; undefined for the newest, whichever it is */
  constructor(private readonly remember: (step: number | undefined) => void) {
    this.element = element(
      'section',
      { class: 'continuations', 'aria-label': 'Continuations' },
      element('header', {}, element('h2', {}, 'Continuations'), this.heading),
      // Above the text, whose height changes with what it says: the scrubber stays under the pointer.
      this.tools,
      this.text,
      this.list,
      this.empty,
    );
  }

  /** Shows another run from its beginning. @param step of the continuation that was chosen; the newest if absent */
  setHistory(history: RunHistory | undefined, step?: number): void {
    this.history = history;
    this.drawn = 0;
    const chosen = history?.continuations.findIndex((item) => item.step === step) ?? -1;
    this.chosen = chosen < 0 ? undefined : chosen;
    this.list.replaceChildren();
    setText(this.heading, '');
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
    this.scrubber.setSteps(all.map(({ step }) => step));
    this.show();
  }

  private choose(index: number | undefined): void {
    const all = this.history?.continuations ?? [];
    this.chosen = index === all.length - 1 ? undefined : index;
    this.remember(this.chosen === undefined ? undefined : all[this.chosen]?.step);
    this.show();
  }

  private show(): void {
    const all = this.history?.continuations ?? [];
    const index = this.chosen ?? all.length - 1;
    const item = all[index];
    if (!item) return;
    this.scrubber.set(index);
    setText(this.heading, this.describe(index));
    keepFocus([this.follow, this.scrubber.slider], () => setShown(this.follow, this.chosen !== undefined));
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
        element(
          'span',
          { class: 'excerpt', dir: 'auto' },
          element('span', { class: 'prompt' }, item?.prompt),
          item?.text,
        ),
      ),
    );
  }
}
