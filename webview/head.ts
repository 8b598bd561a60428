import type { FromPanel } from '../src/protocol/panel';
import type { RunState, RunSummary } from '../src/protocol/runs';
import { element, type IconName, icon, setShown, setText } from './dom';
import { keepFocus } from './keep-focus';
import { brief, metrics, nameOf, written } from './metrics';
import { PauseButton } from './pause-button';
import { compactButton, symbolField } from './ui';

/** How each state is called and drawn: never by colour alone. */
export const states: { readonly [state in RunState]: { readonly label: string; readonly icon: IconName } } = {
  preparing: { label: 'Preparing', icon: 'ring' },
  running: { label: 'Training', icon: 'pulse' },
  paused: { label: 'Paused', icon: 'pause' },
  finished: { label: 'Finished', icon: 'check' },
  stopped: { label: 'Stopped', icon: 'stop' },
  diverged: { label: 'Diverged', icon: 'warning' },
  failed: { label: 'Failed', icon: 'cross' },
};

/** What a run is doing, in a word or two. */
export function activityOf({ state, evaluating }: Pick<RunSummary, 'state' | 'evaluating'>): string {
  return evaluating ? 'Evaluating' : states[state].label;
}

/** The state of a run as a chip with icon and word. */
export class StateChip {
  readonly element = element('span', { class: 'state', 'data-testid': 'run-state', role: 'status' });

  set(run: RunSummary): void {
    const { state } = run;
    const label = activityOf(run);
    if (this.element.dataset.state === state && this.element.textContent === label) return;
    this.element.dataset.state = state;
    this.element.replaceChildren(icon(states[state].icon), label);
  }
}

/** The panel's head: which run, its state, its controls and its numbers. */
export class Head {
  readonly element: HTMLElement;
  private readonly chip = new StateChip();
  private readonly name = element('h1');
  private readonly diagnosis = element('p', { class: 'diagnosis' });
  private readonly facts = element('p', { class: 'facts' });
  private readonly bar = element('div', { class: 'progress-bar' });
  private readonly progress = element(
    'div',
    { class: 'progress', role: 'progressbar', 'aria-label': 'Progress' },
    this.bar,
  );
  private readonly tiles = metrics.map((metric) => {
    const name = element('dt', {}, metric.name);
    const value = element('dd', { 'data-testid': `metric-${metric.id}` });
    const detail = element('dd', { class: 'detail' });
    return {
      metric,
      name,
      value,
      detail,
      element: element('div', { class: `tile tile-${metric.id}`, title: metric.hint }, name, value, detail),
    };
  });
  private readonly pause = new PauseButton((type) => this.send(type));
  private readonly stop = compactButton('Stop', 'stop', () => this.send('stop'));
  private readonly checkpoint = compactButton('Save Checkpoint', 'save', () => this.send('checkpoint'));
  private readonly again = compactButton('Run Again With…', 'again', () => this.send('again'));
  private readonly controls = element(
    'div',
    { class: 'controls', role: 'group', 'aria-label': 'Run' },
    this.pause.element,
    this.stop,
    this.checkpoint,
    this.again,
  );
  private readonly lr = symbolField('Learning rate', 'lr', { inputmode: 'decimal', 'data-testid': 'adjust-lr' });
  private readonly clip = symbolField('Threshold θ', 'θ', { inputmode: 'decimal', 'data-testid': 'adjust-clip' });
  private readonly adjust = element(
    'div',
    { class: 'adjust', role: 'group', 'aria-label': 'Change while training' },
    this.lr,
    this.clip,
  );
  private readonly adjustError = element('p', { class: 'field-error', role: 'alert' });
  private readonly numbers = element(
    'div',
    { class: 'numbers' },
    element('dl', { class: 'tiles' }, ...this.tiles.map((tile) => tile.element)),
    this.adjust,
  );
  private run: RunSummary | undefined;

  constructor(private readonly post: (message: FromPanel) => void) {
    this.element = element(
      'header',
      { class: 'head' },
      element(
        'div',
        { class: 'head-row' },
        element(
          'div',
          { class: 'title' },
          this.name,
          element('div', { class: 'title-line' }, this.chip.element, this.facts),
        ),
        this.controls,
      ),
      this.progress,
      this.numbers,
      this.adjustError,
      this.diagnosis,
    );
    this.lr.addEventListener('change', () => this.change('lr', this.lr.value, 1e-7, 100));
    this.clip.addEventListener('change', () => this.change('clip', this.clip.value, 1e-6, 1e6));
  }

  /** Shows a run's newest summary; touches only what changed. */
  set(run: RunSummary, diagnosis: string): void {
    const before = run.id === this.run?.id ? this.run.configuration.training : undefined;
    this.run = run;
    const { state, latest, prepared, configuration } = run;
    setText(this.name, run.name);
    this.chip.set(run);
    this.name.title = run.name;
    setText(this.facts, prepared ? factsOf(run) : run.source);
    this.facts.title = this.facts.textContent ?? '';
    // A word joiner, so that no line ends within “5-gram”.
    setText(this.diagnosis, diagnosis.replaceAll('-gram', '-\u2060gram'));
    setShown(this.diagnosis, diagnosis !== '' && state !== 'diverged' && state !== 'failed');
    setShown(this.numbers, latest !== undefined);
    const live = state === 'running' || state === 'paused';
    keepFocus([this.pause.element, this.stop, this.checkpoint, this.again, this.lr, this.clip], () => {
      this.pause.set(run);
      setShown(this.stop, live || state === 'preparing');
      setShown(this.checkpoint, live);
      setShown(this.adjust, live);
    });
    this.controls.classList.toggle('live', live);
    const { lr, clip, clipping, schedule, warmup } = configuration.training;
    if (lr !== before?.lr) this.lr.value = String(lr);
    if (clip !== before?.clip) this.clip.value = String(clip);
    setShown(this.clip, clipping !== 'none');
    if (!before || !live) setText(this.adjustError, '');
    // A schedule takes this rate as its measure; what is in force at a step stands on the chart.
    const rate = schedule === 'constant' && warmup === 0 ? 'Learning rate' : 'Base learning rate';
    this.lr.title = rate;
    setText(this.lr.querySelector('.full-label')!, rate);
    for (const { metric, name, value, detail } of this.tiles) {
      setText(name, nameOf(metric, run));
      setText(value, written(metric, run));
      setText(detail, metric.detail?.(run) ?? '');
    }
    const share = latest && latest.totalSteps > 0 ? Math.min(1, latest.step / latest.totalSteps) : 0;
    this.bar.style.transform = state === 'preparing' ? 'none' : `scaleX(${share})`;
    this.progress.classList.toggle('indeterminate', state === 'preparing');
    if (state === 'preparing') this.progress.removeAttribute('aria-valuenow');
    else this.progress.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    this.progress.setAttribute('aria-valuetext', `${activityOf(run)}, ${Math.round(share * 100)}%`);
  }

  private send(type: 'pause' | 'resume' | 'stop' | 'checkpoint' | 'again'): void {
    if (this.run) this.post({ type, run: this.run.id });
  }

  private change(name: 'lr' | 'clip', text: string, least: number, greatest: number): void {
    const value = Number(text);
    const ok = text.trim() !== '' && value >= least && value <= greatest;
    const called = (name === 'lr' ? this.lr : this.clip).title;
    setText(this.adjustError, ok ? '' : `${called}: “${text}” must be a number from ${least} to ${greatest}.`);
    if (ok && this.run) this.post({ type: 'adjust', run: this.run.id, [name]: value });
  }
}

/** What is trained on what, in one line. */
function factsOf({ prepared, configuration: { model, training } }: RunSummary): string {
  if (!prepared) return '';
  const count = (value: number) => value.toLocaleString('en-US');
  const layers = model.layers > 1 ? `${model.layers} layers, ` : '';
  return [
    `${training.optimizer}, lr ${brief(training.lr)}`,
    `${layers}${count(prepared.parameters)} parameters`,
    `vocabulary ${count(prepared.vocabulary)}`,
    `${count(prepared.trainingTokens)} tokens`,
    `batch ${prepared.batch} × ${prepared.steps} steps`,
    `${prepared.engine} engine`,
  ].join(' · ');
}
