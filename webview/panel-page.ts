import type { FromPanel, PanelMemory, PanelMethods, ToPanel } from '../src/protocol/panel';
import { Caller } from '../src/protocol/rpc';
import type { RunSummary } from '../src/protocol/runs';
import { usualWeight } from '../src/protocol/smoothing';
import { Banner } from './banner';
import { Charts } from './charts';
import { ClipList } from './clip-list';
import { Continuations } from './continuations';
import { element, setShown } from './dom';
import { emptyState } from './empty-state';
import { Exporter } from './exporter';
import { Fold } from './fold';
import { Head } from './head';
import { RunHistory } from './history';
import { MarkList } from './mark-list';
import { hasEnded } from './metrics';
import { Notice } from './notice';
import type { ShownRun } from './shown-run';
import './panel.css';
import { Playground } from './playground';
import { Preparing } from './preparing';
import { onThemeChange } from './theme';
import { Toolbar } from './toolbar';
import type { Transport } from './transport';
import { View } from './view';

/** How long the magnified part, or the page, stands still before it is remembered, ms. */
const keepAfter = 150;

/** Runs that are not in front whose playground is remembered. */
const mostPlaygrounds = 3;

/** The panel: takes the host's snapshot and deltas, and keeps every part of the page in step with them. */
export class PanelPage {
  private readonly view: View = new View(() => this.charts.domain(this.view.axis));
  private readonly hidden: Set<string>;
  private readonly charts: Charts;
  private readonly head: Head;
  private readonly banner: Banner;
  private readonly toolbar: Toolbar;
  private readonly continuations = new Continuations((continuation) => this.remember({ continuation }));
  private readonly caller = new Caller<PanelMethods>((message) => this.transport.post(message));
  private readonly playground = new Playground(this.caller, (playground) => this.remember({ playground }));
  private readonly clipList = new ClipList(this.view);
  private readonly markList = new MarkList(this.view);
  private readonly preparing = new Preparing();
  private readonly notice = new Notice();
  private readonly empty: HTMLElement;
  private readonly content: HTMLElement;
  private readonly columns: HTMLElement;
  private memory: PanelMemory;
  private runs: readonly RunSummary[] = [];
  private shown: ShownRun[] = [];
  private changed = false;
  private keeping: ReturnType<typeof setTimeout> | undefined;
  private scrolling: ReturnType<typeof setTimeout> | undefined;

  constructor(
    root: HTMLElement,
    private readonly transport: Transport<FromPanel, ToPanel, PanelMemory>,
  ) {
    this.memory = transport.recall() ?? {};
    this.hidden = new Set(this.memory.hidden);
    this.view.axis = this.memory.xAxis ?? 'step';
    const post = (message: FromPanel) => transport.post(message);
    const exporter = new Exporter(
      this.caller,
      () => this.shown,
      (sentence) => this.notice.tell(sentence),
    );
    const details = this.fold('Learning rate and speed', 'rate-and-speed');
    this.charts = new Charts(this.view, this.hidden, exporter, details, () =>
      this.remember({ hidden: [...this.hidden] }),
    );
    this.head = new Head(post);
    this.banner = new Banner(post);
    this.toolbar = new Toolbar(this.view, this.smoothing, this.memory.present ?? false, {
      axis: (axis) => this.setAxis(axis),
      smoothing: (weight) => this.setSmoothing(weight),
      present: (present) => this.remember({ present }),
      show: (run, compare) => post({ type: 'show', run, compare }),
    });
    this.empty = emptyState(post);
    this.charts.gradient.element.after(
      element('div', { class: 'event-lists' }, this.clipList.element, this.markList.element),
    );
    this.columns = element(
      'div',
      { class: 'columns' },
      this.charts.first,
      this.continuations.element,
      this.charts.rest,
      this.playground.element,
    );
    this.content = element(
      'div',
      { class: 'content' },
      this.head.element,
      this.banner.element,
      this.toolbar.element,
      this.preparing.element,
      this.columns,
      this.notice.element,
    );
    setShown(this.content, false);
    setShown(this.empty, false);
    root.replaceChildren(element('main', { class: 'panel' }, this.empty, this.content));
    transport.listen((message) => this.receive(message));
    this.view.watch(() => this.keepRange());
    addEventListener('scroll', () => this.keepScroll(), { passive: true });
    onThemeChange(() => this.charts.setTheme());
    this.charts.setTheme();
    transport.post({ type: 'ready' });
  }

  /** A part that folds, as it was left. */
  private fold(name: string, id: string): Fold {
    return new Fold(name, id, this.memory.unfolded?.includes(id) ?? false, (open) => {
      const others = (this.memory.unfolded ?? []).filter((other) => other !== id);
      this.remember({ unfolded: open ? [...others, id] : others });
    });
  }

  private get smoothing(): number {
    return this.memory.smoothing ?? usualWeight;
  }

  private receive(message: ToPanel): void {
    switch (message.type) {
      case 'snapshot':
        this.hydrate(message);
        break;
      case 'delta':
        this.extend(message);
        break;
      case 'runs':
        this.setRuns(message.runs);
        break;
      case 'tokens':
        this.playground.receive(message.ticket, message.tokens);
        break;
      case 'response':
        this.caller.handle(message);
        break;
      default:
        message satisfies never;
    }
  }

  private hydrate({ current, runs, histories }: Extract<ToPanel, { type: 'snapshot' }>): void {
    this.playground.flush();
    const order = [...histories].sort((a, b) => Number(b.run === current) - Number(a.run === current));
    const another = this.shown[0]?.summary.id !== current;
    // A page that was made again (moved, shown again, loaded again) takes up where its run stood.
    const kept = this.shown.length === 0 && this.memory.run === current ? this.memory : {};
    const colours = new Map(Object.entries(this.memory.colours ?? {}));
    const taken = new Set(order.map(({ run }) => colours.get(run)));
    this.shown = [];
    for (const { run, history: stretch } of order) {
      const summary = runs.find(({ id }) => id === run);
      if (!summary) continue;
      const history = new RunHistory(this.smoothing);
      history.append(stretch);
      let colour = colours.get(run) ?? 0;
      while (!colours.has(run) && taken.has(colour)) colour++;
      taken.add(colour);
      this.shown.push({ summary, history, colour });
    }
    if (another) this.view.range = kept.range;
    const { range, continuation } = kept;
    const { playground, playgrounds } = this.playgroundsFor(current);
    const front = this.shown[0];
    const compare = this.shown.slice(1).map(({ summary }) => summary.id);
    const kinds = Object.fromEntries(this.shown.map(({ summary, colour }) => [summary.id, colour]));
    this.remember({
      run: current,
      compare,
      colours: kinds,
      ...(another && { range, playground, playgrounds, continuation }),
    });
    setShown(this.empty, !front);
    setShown(this.content, front !== undefined);
    this.charts.setRuns(this.shown);
    this.continuations.setHistory(front?.history, this.memory.continuation);
    this.clipList.setHistory(front?.history);
    this.markList.setHistory(front?.history);
    this.playground.setRun(front?.summary, playground);
    this.setRuns(runs);
    this.view.redraw();
    this.scrollTo(kept.scroll);
  }

  /** What stood in the playground when a run was last in front, and what stands in those of others. */
  private playgroundsFor(run: string | undefined): Pick<PanelMemory, 'playground' | 'playgrounds'> {
    const { run: before, playground, playgrounds = {} } = this.memory;
    if (before === run) return { playground, playgrounds };
    const others = new Map(Object.entries(playgrounds).filter(([id]) => id !== run && id !== before));
    if (before !== undefined && playground) others.set(before, playground);
    return {
      playground: playgrounds[run ?? ''],
      playgrounds: Object.fromEntries([...others].slice(-mostPlaygrounds)),
    };
  }

  private extend({ summary, stretch }: Extract<ToPanel, { type: 'delta' }>): void {
    const run = this.shown.find((shown) => shown.summary.id === summary.id);
    if (!run) return;
    run.summary = summary;
    run.history.append(stretch);
    this.schedule();
  }

  private setRuns(runs: readonly RunSummary[]): void {
    this.runs = runs;
    for (const run of this.shown) run.summary = runs.find(({ id }) => id === run.summary.id) ?? run.summary;
    this.toolbar.setRuns(
      this.runs,
      this.shown.map(({ summary }) => summary.id),
    );
    this.schedule();
  }

  /** Brings words and numbers up to date at the next frame, and the charts with them. */
  private schedule(): void {
    if (this.changed) return;
    this.changed = true;
    requestAnimationFrame(() => {
      this.changed = false;
      const front = this.shown[0];
      if (!front) return;
      this.head.set(front.summary, diagnosisOf(front));
      this.banner.set(
        front.summary,
        this.shown.slice(1).map(({ summary }) => summary),
      );
      const waits = this.preparing.set(front.summary, front.history.length);
      const worth = !waits && (front.summary.state !== 'failed' || front.history.length > 0);
      setShown(this.columns, worth);
      setShown(this.playground.element, front.history.length > 0 || front.summary.hasCheckpoint);
      this.toolbar.setChartsShown(worth);
      this.continuations.update();
      this.playground.suggest(front.history.continuations[0]?.prompt ?? '');
      this.charts.update();
      this.toolbar.setFront(front);
      this.view.refresh();
    });
  }

  private setAxis(axis: 'step' | 'epoch' | 'time'): void {
    this.view.axis = axis;
    this.view.cursor = undefined;
    this.view.reset();
    this.remember({ xAxis: axis });
  }

  private setSmoothing(weight: number): void {
    for (const { history } of this.shown) history.smooth(weight);
    this.view.redraw();
    this.remember({ smoothing: weight });
  }

  /** Scrolls to where the page stood, once it is as tall as it was. */
  private scrollTo(place: number | undefined): void {
    if (place === undefined) return;
    requestAnimationFrame(() => requestAnimationFrame(() => scrollTo({ top: place, behavior: 'instant' })));
  }

  private keepScroll(): void {
    clearTimeout(this.scrolling);
    this.scrolling = setTimeout(() => this.remember({ scroll: scrollY }), keepAfter);
  }

  private keepRange(): void {
    if (this.view.range === this.memory.range || this.shown.length === 0) return;
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.remember({ range: this.view.range }), keepAfter);
  }

  private remember(more: PanelMemory): void {
    this.memory = { ...this.memory, ...more };
    this.transport.remember(this.memory);
  }
}

/** What the last evaluation says of where a run stands, or stood if it is over; or why there is none. */
function diagnosisOf({ summary, history }: ShownRun): string {
  const said = history.evaluations.at(-1) ?? summary.prepared;
  return (hasEnded(summary) ? said?.verdict : undefined) ?? said?.diagnosis ?? '';
}
