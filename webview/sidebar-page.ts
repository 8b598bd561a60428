import type { RunSummary } from '../src/protocol/runs';
import type { FromSidebar, Sparklines, ToSidebar } from '../src/protocol/sidebar';
import { element, setShown, setText } from './dom';
import { StateChip } from './head';
import { keepFocus } from './keep-focus';
import { metrics, nameOf, written } from './metrics';
import { PauseButton } from './pause-button';
import './sidebar.css';
import { Sparkline } from './sparkline';
import { onThemeChange } from './theme';
import type { Transport } from './transport';
import { button } from './ui';

type Curve = keyof Sparklines;

/** Which metrics have a curve beside them. */
const curves: { readonly [id: string]: Curve | undefined } = {
  perplexity: 'perplexity',
  validation: 'validation',
  gradnorm: 'gradNorm',
  speed: 'tokensPerSecond',
};

/** The side bar's metrics page: the run in front in numbers and small curves. */
export class SidebarPage {
  private readonly chip = new StateChip();
  private readonly name = element('h1');
  private readonly message = element('p', { class: 'quiet message' });
  private readonly rows = metrics.map((metric) => {
    const curve = curves[metric.id];
    const name = element('dt', {}, metric.name);
    const value = element('dd', { 'data-testid': `metric-${metric.id}` });
    const detail = element('dd', { class: 'detail' });
    const sparkline = curve && new Sparkline(curve !== 'tokensPerSecond');
    const row = element('div', { class: `row row-${metric.id}`, title: metric.hint }, name, value, detail);
    if (sparkline) row.append(element('dd', { class: 'curve' }, sparkline.element));
    return { metric, curve, sparkline, name, value, detail, row };
  });
  private readonly bar = element('div', { class: 'progress-bar' });
  private readonly pause = new PauseButton((type) => this.send(type));
  private readonly stop = button('Stop', 'stop', () => this.send('stop'));
  private readonly open = button('Open Panel', 'chart', () => this.transport.post({ type: 'openPanel' }));
  private readonly empty: HTMLElement;
  private readonly content: HTMLElement;
  private newest: ToSidebar | undefined;
  private frame = 0;

  constructor(
    root: HTMLElement,
    private readonly transport: Transport<FromSidebar, ToSidebar, undefined>,
  ) {
    const post = (message: FromSidebar) => transport.post(message);
    this.empty = element(
      'section',
      { class: 'empty', 'data-testid': 'empty-state', 'aria-label': 'No run' },
      element('h1', {}, 'No run yet'),
      element('p', { class: 'quiet' }, 'Train a recurrent language model on the text you are editing.'),
      button('Train on the Active File', 'play', () => post({ type: 'train', on: 'file' }), { appearance: 'primary' }),
      button('Train on the Sample Text', undefined, () => post({ type: 'train', on: 'sample' })),
    );
    this.content = element(
      'section',
      { 'aria-label': 'Run in front' },
      element('header', {}, this.name, this.chip.element),
      element('div', { class: 'progress', 'aria-hidden': 'true' }, this.bar),
      element('dl', { class: 'rows' }, ...this.rows.map(({ row }) => row)),
      this.message,
      element(
        'div',
        { class: 'controls', role: 'group', 'aria-label': 'Run' },
        this.pause.element,
        this.stop,
        this.open,
      ),
    );
    setShown(this.content, false);
    setShown(this.empty, false);
    root.replaceChildren(element('main', { class: 'sidebar' }, this.empty, this.content));
    transport.listen((message) => this.receive(message));
    onThemeChange(() => this.schedule());
    addEventListener('resize', () => this.schedule());
    transport.post({ type: 'ready' });
  }

  private receive(message: ToSidebar): void {
    if (message.type !== 'run') return;
    this.newest = message;
    this.schedule();
  }

  private schedule(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  private draw(): void {
    if (!this.newest) return;
    const { run, sparklines } = this.newest;
    setShown(this.empty, !run);
    setShown(this.content, run !== undefined);
    if (!run) return;
    this.write(run);
    for (const { sparkline, curve } of this.rows) if (sparkline && curve) sparkline.draw(sparklines[curve]);
  }

  private write(run: RunSummary): void {
    const { state, latest } = run;
    setText(this.name, run.name);
    this.chip.set(run);
    setText(this.message, run.message);
    setShown(this.message, run.message !== '');
    this.message.classList.toggle('error', state === 'failed' || state === 'diverged');
    for (const { metric, name, value, detail } of this.rows) {
      setText(name, nameOf(metric, run));
      setText(value, written(metric, run));
      setText(detail, metric.detail?.(run) ?? '');
    }
    this.bar.style.transform = `scaleX(${latest && latest.totalSteps > 0 ? Math.min(1, latest.step / latest.totalSteps) : 0})`;
    keepFocus([this.pause.element, this.stop, this.open], () => {
      this.pause.set(run);
      setShown(this.stop, state === 'running' || state === 'paused' || state === 'preparing');
    });
  }

  private send(type: 'pause' | 'resume' | 'stop'): void {
    const run = this.newest?.run;
    if (run) this.transport.post({ type, run: run.id });
  }
}
