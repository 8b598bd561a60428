import type { SampledToken } from '../src/protocol/generation';
import { element, setShown, setText } from './dom';
import { percent } from './metrics';

type Alternative = SampledToken['alternatives'][number];

/** Surprise at which each deeper tint begins, bits. */
const tints = [0.5, 1, 2, 4, 6];

/** A token as it is written on one line: blanks and breaks made visible, and part of a character as an ellipsis. */
export function visible(text: string): string {
  if (text === '') return '…';
  return text.replaceAll('\n', '⏎').replaceAll('\t', '⇥').replaceAll(' ', '␣');
}

/**
 * Sampled tokens as running text. Arrow keys walk from token to token; hovering or focusing one shows the distribution
 * that it was drawn from, and choosing another of its tokens branches there.
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
  private readonly heading = element('p', { class: 'quiet' });
  private readonly choices = element('ul', { class: 'choices', 'data-testid': 'alternatives' });
  private readonly distribution = element(
    'div',
    { class: 'distribution', 'aria-live': 'off' },
    this.heading,
    this.choices,
  );
  private shown = -1;
  private focused = 0;

  constructor(private readonly branch: (index: number, alternative: Alternative) => void) {
    this.element = element('div', { class: 'token-text' }, this.paper, this.distribution);
    this.body.addEventListener('pointerover', (event) => this.show(this.indexOf(event.target)));
    this.body.addEventListener('focusin', (event) => this.show(this.indexOf(event.target)));
    this.body.addEventListener('click', (event) => this.focus(this.indexOf(event.target)));
    this.body.addEventListener('keydown', (event) => {
      if (this.key(event)) event.preventDefault();
    });
    this.choices.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.focus(this.shown);
      else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') this.walk(event.key === 'ArrowDown' ? 1 : -1);
      else return;
      event.preventDefault();
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
    this.tokens = [];
    this.focused = 0;
    this.body.replaceChildren();
    this.show(-1);
    this.append(tokens);
  }

  append(more: readonly SampledToken[]): void {
    const atEnd = this.paper.scrollHeight - this.paper.scrollTop - this.paper.clientHeight < 30;
    for (const token of more) {
      const index = this.tokens.push(token) - 1;
      const tint = tints.filter((bits) => token.bits >= bits).length;
      this.body.append(
        element(
          'span',
          {
            class: `token tint-${tint}`,
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
        this.choices.querySelector('button')?.focus();
        return true;
      default:
        return false;
    }
  }

  private walk(by: number): void {
    const buttons = [...this.choices.querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[(at + by + buttons.length) % buttons.length]?.focus();
  }

  private show(index: number): void {
    if (index === this.shown || (index < 0 && this.tokens.length > 0)) return;
    this.at(this.shown)?.classList.remove('current');
    this.shown = index;
    const token = this.tokens[index];
    setShown(this.distribution, token !== undefined);
    if (!token) {
      this.choices.replaceChildren();
      return;
    }
    this.at(index)?.classList.add('current');
    setText(
      this.heading,
      `Token ${index + 1}: ${visible(token.text)}, ${token.bits.toFixed(2)} bits. Choose another to go on from there.`,
    );
    this.choices.replaceChildren(...token.alternatives.map((alternative) => this.choice(index, token, alternative)));
  }

  private choice(index: number, token: SampledToken, alternative: Alternative): HTMLElement {
    const bar = element('span', { class: 'bar' });
    bar.style.transform = `scaleX(${Math.min(1, alternative.probability)})`;
    const taken = alternative.text === token.text;
    return element(
      'li',
      {},
      element(
        'button',
        { type: 'button', 'aria-current': taken ? 'true' : undefined, onclick: () => this.branch(index, alternative) },
        element('span', { class: 'choice' }, visible(alternative.text)),
        element('span', { class: 'bar-holder', 'aria-hidden': 'true' }, bar),
        element('span', { class: 'share' }, percent(alternative.probability)),
      ),
    );
  }
}
