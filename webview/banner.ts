import type { Button } from '@vscode/webview-ui-toolkit';
import type { FromPanel } from '../src/protocol/panel';
import type { Remedy, RunSummary } from '../src/protocol/runs';
import { comparability } from './comparable';
import { element, icon, setShown, setText } from './dom';
import { keepFocus } from './keep-focus';
import { actionLink, button } from './ui';

/** What a remedy is called, and how it is drawn. */
const remedies: { readonly [remedy in Remedy]: string } = {
  clip: 'Go back and clip by norm',
  slow: 'Go back and lower the learning rate',
};

/** A setting as messages call it, `training.batch` for example. */
const namesSetting = /\b(text|model|training|generation)\.[a-z]+[A-Z]?/;

/** What a person should read before the charts: why a run stopped and what to try, and what was changed to fit the text. */
export class Banner {
  readonly element: HTMLElement;
  private readonly text = element('p');
  private readonly mark = element('span', { class: 'banner-icon' });
  private readonly settings: HTMLElement;
  private readonly mend: { readonly [remedy in Remedy]: Button };
  private run: RunSummary | undefined;

  constructor(post: (message: FromPanel) => void) {
    this.settings = actionLink('Open settings', () => post({ type: 'settings' }));
    const mend = (remedy: Remedy) =>
      button(remedies[remedy], undefined, () => this.run && post({ type: 'mend', run: this.run.id, remedy }));
    this.mend = { clip: mend('clip'), slow: mend('slow') };
    const actions = element('span', { class: 'banner-actions' }, this.mend.clip, this.mend.slow, this.settings);
    this.element = element(
      'div',
      { class: 'banner', role: 'status', 'data-testid': 'banner' },
      this.mark,
      element('div', { class: 'banner-body' }, this.text, actions),
    );
  }

  /** @param compared the runs that are drawn beside it */
  set(run: RunSummary, compared: readonly RunSummary[]): void {
    this.run = run;
    const bad = run.state === 'failed' || run.state === 'diverged';
    const said = [run.message, ...(run.prepared?.notes ?? []), comparability([run, ...compared])];
    const text = said.filter(Boolean).join(' ');
    setShown(this.element, text !== '');
    const { clip, slow } = this.mend;
    keepFocus([clip, slow, this.settings], () => {
      for (const remedy of ['clip', 'slow'] as const) {
        setShown(this.mend[remedy], run.remedies.includes(remedy));
        this.mend[remedy].appearance = run.remedies[0] === remedy ? 'primary' : 'secondary';
      }
      // Not every failure lies in a setting: an empty text does not.
      setShown(
        this.settings,
        run.state === 'diverged' || (bad && namesSetting.test(run.message.replaceAll(run.source, ''))),
      );
    });
    setText(this.text, text);
    const kind = bad ? 'error' : 'note';
    if (this.element.dataset.kind === kind) return;
    this.element.dataset.kind = kind;
    this.mark.replaceChildren(icon(bad ? 'warning' : 'check'));
  }
}
