import type { FromPanel } from '../src/protocol/panel';
import type { RunSummary } from '../src/protocol/runs';
import { comparability } from './comparable';
import { element, icon, setShown, setText } from './dom';
import { actionLink } from './ui';

/** A setting as messages call it, `training.batch` for example. */
const namesSetting = /\b(text|model|training|generation)\.[a-z]+[A-Z]?/;

/** What a person should read before the charts: why a run stopped and what to try, and what was changed to fit the text. */
export class Banner {
  readonly element: HTMLElement;
  private readonly text = element('p');
  private readonly mark = element('span', { class: 'banner-icon' });
  private readonly actions: HTMLElement;

  constructor(post: (message: FromPanel) => void) {
    this.actions = element(
      'span',
      { class: 'banner-actions' },
      actionLink('Open settings', () => post({ type: 'settings' })),
    );
    this.element = element(
      'div',
      { class: 'banner', role: 'status', 'data-testid': 'banner' },
      this.mark,
      this.text,
      this.actions,
    );
  }

  /** @param compared the runs that are drawn beside it */
  set(run: RunSummary, compared: readonly RunSummary[]): void {
    const bad = run.state === 'failed' || run.state === 'diverged';
    const said = [run.message, ...(run.prepared?.notes ?? []), comparability([run, ...compared])];
    const text = said.filter(Boolean).join(' ');
    setShown(this.element, text !== '');
    // Not every failure lies in a setting: an empty text does not.
    setShown(
      this.actions,
      run.state === 'diverged' || (bad && namesSetting.test(run.message.replaceAll(run.source, ''))),
    );
    setText(this.text, text);
    const kind = bad ? 'error' : 'note';
    if (this.element.dataset.kind === kind) return;
    this.element.dataset.kind = kind;
    this.mark.replaceChildren(icon(bad ? 'warning' : 'check'));
  }
}
