import type { Alternative } from '../src/protocol/generation';
import type { PassedTokens, ShownToken, TokenTextMemory } from '../src/protocol/panel';
import { Alternatives, labelOf } from './alternatives';
import { element, setShown, setText } from './dom';
import { isFromRight } from './isolate';

/** Surprise at which each deeper tint begins, bits. */
const tints = [0.5, 1, 2, 4, 6];

/** Tokens that are remembered with what they might have been; of older ones only their text is. */
const mostRemembered = 1000;

/**
 * Sampled tokens as running text. Arrow keys walk from token to token; hovering or focusing one shows beside it the
 * distribution that it was drawn from, and choosing another of its tokens branches there.
 */
export class TokenText {
  readonly element: HTMLElement;
  prompt = '';
  /** Tokens before the others, of which only the text is shown. */
  passed: PassedTokens = { ids: [], text: '' };
  tokens: ShownToken[] = [];
  private readonly promptText = element('span', { class: 'prompt' });
  private readonly passedText = element('span', {});
  private readonly body = element('span', { class: 'tokens' });
  private readonly paper = element(
    'div',
    {
      class: 'continuation-text paper',
      role: 'group',
      'aria-label': 'Sampled tokens',
      'data-testid': 'playground-text',
      tabindex: -1,
      dir: 'auto',
    },
    this.promptText,
    this.passedText,
    this.body,
  );
  private readonly alternatives: Alternatives;
  private shown = -1;
  private focused = 0;

  constructor(branch: (index: number, alternative: Alternative) => void) {
    this.alternatives = new Alternatives(
      (alternative) => branch(this.shown, alternative),
      () => this.focus(this.shown),
      (index) => this.focus(index),
    );
    this.element = element('div', { class: 'token-text' }, this.paper, this.alternatives.element, tintKey());
    this.body.addEventListener('pointerover', (event) => this.show(this.indexOf(event.target)));
    this.body.addEventListener('focusin', (event) => this.show(this.indexOf(event.target)));
    this.body.addEventListener('click', (event) => this.focus(this.indexOf(event.target)));
    this.body.addEventListener('keydown', (event) => {
      if (this.key(event)) event.preventDefault();
    });
    this.paper.addEventListener('scroll', () => this.place());
    this.element.addEventListener('pointerleave', () => {
      if (this.element.contains(document.activeElement)) this.show(this.focused);
      else this.hide();
    });
    this.element.addEventListener('focusout', ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && this.element.contains(relatedTarget))) this.hide();
    });
    this.clear();
  }

  clear(): void {
    this.begin('');
    setShown(this.element, false);
  }

  /** Starts anew after a prompt. */
  begin(prompt: string, passed: PassedTokens = { ids: [], text: '' }): void {
    this.prompt = prompt;
    this.passed = passed;
    setText(this.promptText, prompt);
    setText(this.passedText, passed.text);
    this.replace([]);
    setShown(this.element, true);
  }

  /** Shows these tokens instead. */
  replace(tokens: readonly ShownToken[]): void {
    this.hide();
    this.tokens = [];
    this.focused = 0;
    this.body.replaceChildren();
    this.append(tokens);
  }

  append(more: readonly ShownToken[]): void {
    const atEnd = this.paper.scrollHeight - this.paper.scrollTop - this.paper.clientHeight < 30;
    for (const token of more) {
      const index = this.tokens.push(token) - 1;
      this.body.append(
        element(
          'span',
          {
            class: `token tint-${tintOf(token.bits)}`,
            role: 'button',
            tabindex: index === this.focused ? 0 : -1,
            'data-index': index,
            'aria-label': `${labelOf(token)}, ${token.bits.toFixed(1)} bits`,
          },
          token.text,
        ),
      );
    }
    if (atEnd) this.paper.scrollTop = this.paper.scrollHeight;
  }

  /** Puts the focus on the last token, with nothing beside it. */
  focusLast(): void {
    this.focusAt(this.tokens.length - 1);
  }

  /** Puts the focus on a token, with nothing beside it. */
  focusAt(index: number): void {
    this.focus(index);
    this.hide();
  }

  /** Ids of all tokens before one, as a model reads them after the prompt. */
  idsBefore(index: number): number[] {
    return [...this.passed.ids, ...this.tokens.slice(0, index).flatMap(({ ids }) => ids)];
  }

  /** All that stands here. */
  get whole(): TokenTextMemory {
    return { prompt: this.prompt, passed: this.passed, tokens: this.tokens };
  }

  /** What is to be remembered. */
  get memory(): TokenTextMemory {
    const old = Math.max(0, this.tokens.length - mostRemembered);
    const text = this.tokens.slice(0, old).map((token) => token.text);
    const passed = { ids: this.idsBefore(old), text: this.passed.text + text.join('') };
    return { prompt: this.prompt, passed, tokens: this.tokens.slice(old) };
  }

  /** Brings back what was remembered. */
  restore({ prompt, passed, tokens }: TokenTextMemory): void {
    // An older page kept none of their ids, without which nothing can go on from them.
    if (tokens.length === 0 || !tokens.every(({ ids }) => Array.isArray(ids))) return;
    this.begin(prompt, passed);
    this.append(tokens);
    this.paper.scrollTop = 0;
  }

  private indexOf(target: EventTarget | null): number {
    const index = target instanceof HTMLElement ? target.dataset.index : undefined;
    return index === undefined ? -1 : Number(index);
  }

  private at(index: number): HTMLElement | undefined {
    return this.body.children[index] as HTMLElement | undefined;
  }

  private focus(index: number): void {
    const token = this.at(index);
    if (!token) return;
    this.at(this.focused)?.setAttribute('tabindex', '-1');
    this.focused = index;
    token.setAttribute('tabindex', '0');
    token.focus();
  }

  private key(event: KeyboardEvent): boolean {
    switch (event.key) {
      case 'ArrowLeft':
      case 'ArrowRight': {
        const by = (event.key === 'ArrowLeft') === isFromRight(this.paper) ? 1 : -1;
        this.focus(Math.min(this.tokens.length - 1, Math.max(0, this.focused + by)));
        return true;
      }
      case 'Home':
        this.focus(0);
        return true;
      case 'End':
        this.focus(this.tokens.length - 1);
        return true;
      case 'ArrowDown':
      case 'Enter':
        this.show(this.focused);
        this.alternatives.focus();
        return true;
      case 'Escape':
        this.hide();
        return true;
      default:
        return false;
    }
  }

  private show(index: number): void {
    const token = this.tokens[index];
    if (!token || index === this.shown) return;
    this.hide();
    this.shown = index;
    this.at(index)?.classList.add('current');
    this.alternatives.show(index, token, this.tokens.slice(this.pieceFrom(index), index));
    this.place();
  }

  /** Index of the first token of the character that a token completes; its own if it begins one. */
  private pieceFrom(index: number): number {
    let from = index;
    while (from > 0 && this.tokens[from - 1].piece !== undefined) {
      from--;
      if (this.tokens[from].text !== '') break;
    }
    return from;
  }

  private hide(): void {
    this.at(this.shown)?.classList.remove('current');
    this.shown = -1;
    this.alternatives.hide();
  }

  private place(): void {
    const token = this.at(this.shown);
    if (token) this.alternatives.place(token, this.element);
  }
}

function tintOf(bits: number): number {
  return tints.filter((from) => bits >= from).length;
}

/** What the tints mean. */
function tintKey(): HTMLElement {
  const steps = [0, ...tints].map((bits, tint) => {
    const last = tint === tints.length;
    return element('span', { class: `tint-step tint-${tint}` }, last ? `${bits}+` : `${bits}–${tints[tint]}`);
  });
  return element('p', { class: 'quiet tint-key' }, 'Bits of surprise: ', ...steps);
}
