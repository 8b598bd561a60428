import type { Alternative, SampledToken } from '../src/protocol/generation';
import { element, setShown, setText } from './dom';
import { percent } from './metrics';

/** A token as it is written on one line: blanks and breaks made visible, and part of a character as an ellipsis. */
export function visible(text: string): string {
  if (text === '') return '…';
  return text.replaceAll('\n', '⏎').replaceAll('\t', '⇥').replaceAll(' ', '␣');
}

/** The distribution that a token was drawn from, as a list beside the token; each of its tokens can be chosen instead. */
export class Alternatives {
  private readonly heading = element('p', { class: 'quiet' });
  private readonly choices = element('ul', { class: 'choices', 'data-testid': 'alternatives' });
  readonly element = element(
    'div',
    { class: 'distribution', role: 'group', 'aria-label': 'What else it might have been' },
    this.heading,
    this.choices,
  );

  /**
   * @param choose is told the token that was chosen
   * @param leave gives the focus back to the token
   */
  constructor(
    private readonly choose: (alternative: Alternative) => void,
    leave: () => void,
  ) {
    this.choices.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') leave();
      else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') this.walk(event.key === 'ArrowDown' ? 1 : -1);
      else return;
      event.preventDefault();
    });
    this.hide();
  }

  show(index: number, token: SampledToken): void {
    setText(
      this.heading,
      `Token ${index + 1}: “${visible(token.text)}”, ${token.bits.toFixed(2)} bits at temperature 1. Choose another to go on from there.`,
    );
    this.choices.replaceChildren(...token.alternatives.map((alternative) => this.choice(token, alternative)));
    setShown(this.element, true);
  }

  hide(): void {
    setShown(this.element, false);
  }

  /** Moves into the list. */
  focus(): void {
    this.choices.querySelector('button')?.focus();
  }

  /** Stands below a token, or above it where there is no room below; both lie in `within`. */
  place(token: HTMLElement, within: HTMLElement): void {
    const lines = token.getClientRects();
    const line = lines[lines.length - 1] ?? token.getBoundingClientRect();
    const around = within.getBoundingClientRect();
    const { offsetWidth, offsetHeight, style } = this.element;
    const left = Math.min(line.left - around.left, around.width - offsetWidth);
    const below = line.bottom + offsetHeight <= innerHeight || line.top < offsetHeight;
    style.left = `${Math.max(0, left)}px`;
    style.top = `${(below ? line.bottom + 2 : line.top - offsetHeight - 2) - around.top}px`;
  }

  private walk(by: number): void {
    const buttons = [...this.choices.querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[(at + by + buttons.length) % buttons.length]?.focus();
  }

  private choice(token: SampledToken, alternative: Alternative): HTMLElement {
    const bar = element('span', { class: 'bar' });
    bar.style.transform = `scaleX(${Math.min(1, alternative.probability)})`;
    const taken = alternative.text === token.text;
    return element(
      'li',
      {},
      element(
        'button',
        {
          type: 'button',
          title: `${alternative.bits.toFixed(2)} bits at temperature 1`,
          'aria-current': taken ? 'true' : undefined,
          onclick: () => this.choose(alternative),
        },
        element('span', { class: 'choice' }, visible(alternative.text)),
        element('span', { class: 'bar-holder', 'aria-hidden': 'true' }, bar),
        element('span', { class: 'share' }, percent(alternative.probability)),
      ),
    );
  }
}
