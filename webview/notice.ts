import { element, setText } from './dom';

/** How long a sentence stays, ms: long enough to be read, also when it says what went wrong. */
const stays = 8000;

/** One sentence that says what happened, over the page and not in it, so that nothing moves; it goes by itself. */
export class Notice {
  readonly element = element('p', { class: 'notice', role: 'status', 'data-testid': 'notice' });
  private timer: ReturnType<typeof setTimeout> | undefined;

  tell(sentence: string): void {
    clearTimeout(this.timer);
    setText(this.element, sentence);
    if (sentence !== '') this.timer = setTimeout(() => setText(this.element, ''), stays);
  }
}
