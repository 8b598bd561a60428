import type { Alternative, SampledToken } from '../src/protocol/generation';
import type { ShownToken } from '../src/protocol/panel';
import { element, setShown } from './dom';
import { isolated } from './isolate';
import { percent } from './metrics';
import { actionLink } from './ui';

type Written = Pick<SampledToken, 'text' | 'piece'>;

/** Characters that nothing is seen of where they stand alone: joiners, marks of direction, variants. */
const invisible = /^(?:[\p{Cf}\p{Cc}]|\p{Variation_Selector})+$/u;

/** A token's text as it is written on one line: blanks and breaks made visible, and a mark without its letter. */
function visible(text: string): string {
  const shown = text.replaceAll('\n', '⏎').replaceAll('\t', '⇥').replaceAll(' ', '␣');
  if (invisible.test(shown)) return [...shown].map(codeOf).join('');
  return shown.replace(/^\p{M}/u, '◌$&');
}

const codeOf = (character: string) => `⟨U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}⟩`;

/** Bytes that are no whole character, such as `⟨E2 80⟩`. */
const bytes = (piece: string) => `⟨${piece}⟩`;

/** A token as a label calls it. */
export function labelOf({ text, piece }: Written): string {
  const part = piece === undefined ? '' : `${bytes(piece)} of a character`;
  return [...(text === '' ? [] : [isolated(visible(text))]), ...(part === '' ? [] : [part])].join(' and ');
}

/** A token as it is shown, apart from the words around it; bytes look like no text. */
function shownToken({ text, piece }: Written): (HTMLElement | string)[] {
  return [
    ...(text === '' ? [] : [element('bdi', {}, visible(text))]),
    ...(piece === undefined ? [] : [element('span', { class: 'piece' }, bytes(piece))]),
  ];
}

/** Whether two tokens are the same one. */
export function isSame(a: Pick<SampledToken, 'ids'>, b: Pick<SampledToken, 'ids'>): boolean {
  return a.ids.length === b.ids.length && a.ids.every((id, n) => id === b.ids[n]);
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
   * @param look shows another token's alternatives instead
   */
  constructor(
    private readonly choose: (alternative: Alternative) => void,
    leave: () => void,
    private readonly look: (index: number) => void,
  ) {
    this.choices.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') leave();
      else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') this.walk(event.key === 'ArrowDown' ? 1 : -1);
      else return;
      event.preventDefault();
    });
    this.hide();
  }

  /** @param pieces the tokens just before it that are parts of its first character */
  show(index: number, token: ShownToken, pieces: readonly SampledToken[]): void {
    this.heading.replaceChildren(
      `Token ${index + 1}: “`,
      ...shownToken(token),
      `”, ${token.bits.toFixed(2)} bits at temperature 1. `,
      ...this.partsOf(index, pieces),
      `Choose another to go on from there; percentages are ${token.how ?? 'as they were drawn'}.`,
    );
    this.choices.replaceChildren(...token.alternatives.map((alternative) => this.choice(token, alternative)));
    setShown(this.element, true);
  }

  /** Links to the tokens that a character was begun with, which have no place in the text. */
  private partsOf(index: number, pieces: readonly SampledToken[]): (HTMLElement | string)[] {
    if (pieces.length === 0) return [];
    const links = pieces.flatMap(({ piece = '' }, n) => [
      actionLink(bytes(piece), () => this.look(index - pieces.length + n)),
      ' ',
    ]);
    return ['Its character begins with ', ...links.slice(0, -1), '. '];
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
    return element(
      'li',
      {},
      element(
        'button',
        {
          type: 'button',
          title: `${alternative.bits.toFixed(2)} bits at temperature 1`,
          'aria-current': isSame(alternative, token) ? 'true' : undefined,
          onclick: () => this.choose(alternative),
        },
        element('span', { class: 'choice' }, ...shownToken(alternative)),
        element('span', { class: 'bar-holder', 'aria-hidden': 'true' }, bar),
        element('span', { class: 'share' }, percent(alternative.probability)),
      ),
    );
  }
}
