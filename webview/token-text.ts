import type { Alternative, SampledToken } from '../src/protocol/generation';
import type { TokenTextMemory } from '../src/protocol/panel';
import { Alternatives, visible } from './alternatives';
import { element, setShown, setText } from './dom';

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
  tokens: SampledToken[] = [];
  private readonly promptText = element('span', { class: 'prompt' });
  private readonly body = element('span', { class: 'tokens' });
  private readonly paper = element(
    'div',
    {
      class: 'continuation-text paper',
      role: 'group',
      'aria-label': 'Sampled tokens',
      'data-testid': 'playground-text',
      tabindex: -1,
    },
    this.promptText,
    this.body,
  );
  private readonly alternatives: Alternatives;
  private shown = -1;
  private focused = 0;

  constructor(branch: (index: number, alternative: Alternative) => void) {
    this.alternatives = new Alternatives(
      (alternative) => branch(this.shown, alternative),
      () => this.focus(this.shown),
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
  begin(prompt: string): void {
    this.prompt = prompt;
    setText(this.promptText, prompt);
    this.replace([]);
    setShown(this.element, true);
  }

  /** Shows these tokens instead. */
  replace(tokens: readonly SampledToken[]): void {
    this.hide();
    this.tokens = [];
    this.focused = 0;
    this.body.replaceChildren();
    this.append(tokens);
  }

  append(more: readonly SampledToken[]): void {
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
            'aria-label': `${visible(token.text)}, ${token.bits.toFixed(1)} bits`,
          },
          token.text,
        ),
      );
    }
    if (atEnd) this.paper.scrollTop = this.paper.scrollHeight;
  }

  /** Puts the focus on the last token, with nothing beside it. */
  focusLast(): void {
    this.focus(this.tokens.length - 1);
    this.hide();
  }

  /** What is to be remembered. */
  get memory(): TokenTextMemory {
    const old = Math.max(0, this.tokens.length - mostRemembered);
    const before = this.tokens.slice(0, old).map(({ text }) => text);
    return { prompt: this.prompt + before.join(''), tokens: this.tokens.slice(old) };
  }

  /** Brings back what was remembered. */
  restore({ prompt, tokens }: TokenTextMemory): void {
    if (tokens.length === 0) return;
    this.begin(prompt);
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
        this.focus(Math.max(0, this.focused - 1));
        return true;
      case 'ArrowRight':
        this.focus(Math.min(this.tokens.length - 1, this.focused + 1));
        return true;
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
    this.alternatives.show(index, token);
    this.place();
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
