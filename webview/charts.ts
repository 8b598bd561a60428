import { Chart, type ChartOptions } from './chart';
import { element } from './dom';
import type { Exporter } from './exporter';
import { FlowSection } from './flow-section';
import type { Fold } from './fold';
import type { XAxis } from './history';
import { evaluationLayer, type Layer, lineLayer } from './layers';
import { baselineLayer, clipLayer, markLayer } from './mark-layers';
import { menu } from './menu';
import { brief, percent, significant, whole } from './metrics';
import { shortNames } from './run-names';
import type { ShownRun } from './shown-run';
import { readTheme, type Theme } from './theme';
import type { View } from './view';

const kilo = (value: number) => (value >= 1000 ? `${significant(value / 1000)}k` : significant(value));

/** All charts of the panel, on one horizontal axis and one crosshair. The first run is the one in front. */
export class Charts {
  /** The one that a person looks at first, beside or above what the model writes. */
  readonly first: HTMLElement;
  /** All others. */
  readonly rest = element('div', { class: 'charts' });
  readonly perplexity: Chart;
  readonly gradient: Chart;
  readonly rate: Chart;
  readonly speed: Chart;
  readonly flow: FlowSection;
  private runs: readonly ShownRun[] = [];

  /** @param details folds what seldom changes: learning rate and speed */
  constructor(
    private readonly view: View,
    private readonly hidden: Set<string>,
    exporter: Exporter,
    details: Fold,
    toggled: () => void,
  ) {
    const make = (options: ChartOptions, own: View = view) => {
      const actions = menu(
        `${options.title}: copy or save`,
        exporter.items(() => chart, options.id.startsWith('flow') ? 'flow' : 'history'),
      );
      const changed = () => {
        toggled();
        own.redraw();
      };
      const chart: Chart = new Chart({ ...options, actions }, own, hidden, changed);
      return chart;
    };
    this.perplexity = make({
      id: 'perplexity',
      title: 'Perplexity',
      note: 'log scale',
      scale: 'log',
      format: significant,
      gutter: true,
      bounded: true,
      least: 1,
    });
    this.gradient = make({
      id: 'gradient',
      title: 'Gradient norm',
      note: 'log scale',
      scale: 'log',
      format: significant,
      gutter: true,
      bounded: true,
    });
    this.rate = make({
      id: 'rate',
      title: 'Learning rate',
      scale: 'linear',
      fixed: [0, undefined],
      format: significant,
      digits: 12,
    });
    this.speed = make({
      id: 'speed',
      title: 'Speed',
      note: 'tokens/s',
      scale: 'linear',
      fixed: [0, undefined],
      format: kilo,
      axisFormat: (value) => (value >= 1000 ? `${brief(value / 1000)}k` : brief(value)),
    });
    this.flow = new FlowSection(view, make);
    this.first = element('div', { class: 'first' }, this.perplexity.element);
    details.fill(this.rate.element, this.speed.element);
    const { map, curve, sentence } = this.flow;
    this.rest.append(this.gradient.element, map.element, curve.element, sentence, details.element);
  }

  /** Every chart, from top to bottom. */
  get all(): readonly Chart[] {
    return [this.perplexity, this.gradient, this.rate, this.speed, this.flow.map, this.flow.curve];
  }

  /** Shows other runs; the layers are made anew, the histories stay where they are. */
  setRuns(runs: readonly ShownRun[]): void {
    this.runs = runs;
    const front = runs[0];
    const marks = front ? [markLayer(front.history, false)] : [];
    const several = runs.length > 1;
    const names = shortNames(runs.map(({ summary }) => summary.name));
    const named = (make: (run: ShownRun, name: string) => Layer[]) =>
      runs.flatMap((run, index) => make(run, several ? names[index] : ''));
    this.perplexity.setLayers([
      ...(front ? [baselineLayer(() => front.summary.prepared?.baselines ?? [])] : []),
      ...named((run, name) => perplexityLayers(run, name)),
      ...(front ? [markLayer(front.history, true)] : []),
    ]);
    this.gradient.setLayers([...named((run, name) => gradientLayers(run, name, run === front)), ...marks]);
    this.rate.setLayers([
      ...named((run, name) => [
        lineLayer(
          `rate.${run.summary.id}`,
          name || 'Rate',
          run.history,
          run.history.learningRate,
          colourOf(run, 2, several),
          { symbol: symbolOf(run, several) },
        ),
      ]),
      ...marks,
    ]);
    this.speed.setLayers([
      ...named((run, name) => [
        lineLayer(
          `speed.${run.summary.id}`,
          name || 'Tokens/s',
          run.history,
          run.history.tokensPerSecond,
          colourOf(run, 0, several),
          { symbol: symbolOf(run, several) },
        ),
      ]),
      ...marks,
    ]);
    this.flow.setRuns(runs, names, marks);
    this.update();
  }

  /** Writes counts after data came; drawing is the view's business. */
  update(): void {
    const front = this.runs[0]?.history;
    const steps = front?.length ?? 0;
    const clips = front?.clipEvents.length ?? 0;
    const { gradient, perplexity, flow } = this;
    gradient.setCount(
      steps === 0 ? '' : `${whole(clips)} clip event${clips === 1 ? '' : 's'} (${percent(clips / steps)})`,
      'clip-event-count',
    );
    for (const chart of [gradient, this.rate, this.speed]) chart.element.dataset.points = String(steps);
    gradient.element.dataset.clipEvents = String(this.hidden.has('gradient.clips') ? 0 : clips);
    perplexity.element.dataset.points = String(steps);
    perplexity.element.dataset.validationPoints = String(front?.evaluations.length ?? 0);
    flow.update();
  }

  setTheme(): void {
    const theme = readTheme();
    for (const chart of this.all) chart.setTheme(theme);
    this.view.redraw();
  }

  /** From the least to the greatest place on the axis, over all runs. */
  domain(axis: XAxis): readonly [number, number] {
    let high = 0;
    for (const { history } of this.runs) {
      const last = history.x(axis).last;
      if (last > high) high = last;
    }
    return [0, high > 0 ? high : axis === 'step' ? 100 : 1];
  }
}

/** A run's symbol among several; none where it is alone. */
function symbolOf(run: ShownRun, several: boolean): number | undefined {
  return several ? run.colour : undefined;
}

/** A run's colour among several; alone, the curve's own. */
function colourOf(run: ShownRun, alone: number, several: boolean): (theme: Theme) => string {
  return (theme) => theme.palette[several ? run.colour % theme.palette.length : alone];
}

function perplexityLayers(run: ShownRun, name: string): Layer[] {
  const { history } = run;
  const id = name ? `.${run.summary.id}` : '';
  const training = colourOf(run, 0, name !== '');
  return [
    ...(name
      ? []
      : [
          lineLayer('perplexity.raw', 'Raw', history, history.perplexity, training, {
            width: 1,
            alpha: 0.35,
            swatch: 'faint',
          }),
        ]),
    lineLayer(
      `perplexity.training${id}`,
      name ? 'training' : 'Training',
      history,
      history.smoothed,
      training,
      name ? { width: 1.5, alpha: 0.45, swatch: 'faint', symbol: run.colour, atEnd: true, group: name } : { width: 2 },
    ),
    evaluationLayer(
      `perplexity.validation${id}`,
      name ? 'validation' : 'Validation',
      history,
      colourOf(run, 1, name !== ''),
      name ? { symbol: run.colour, group: name } : {},
    ),
  ];
}

function gradientLayers(run: ShownRun, name: string, front: boolean): Layer[] {
  const { history } = run;
  const id = name ? `.${run.summary.id}` : '';
  const own = colourOf(run, 3, name !== '');
  const warning = (theme: Theme) => theme.warning;
  const theta = (x: number, axis: XAxis) => history.clip.values[history.x(axis).nearest(x)] ?? Number.NaN;
  return [
    ...(front
      ? [
          lineLayer('gradient.raw', name ? `Raw ${name}` : 'Raw', history, history.gradNorm, own, {
            width: 1,
            alpha: name ? 0.25 : 0.6,
            swatch: name ? 'none' : 'faint',
          }),
        ]
      : []),
    lineLayer(`gradient.norm${id}`, name || 'Smoothed', history, history.smoothedNorm, own, {
      width: 2,
      symbol: symbolOf(run, name !== ''),
    }),
    ...(front
      ? [
          {
            ...lineLayer('gradient.threshold', 'Threshold θ', history, history.clip, warning, {
              width: 1.5,
              dash: [7, 4],
              swatch: 'dashed',
            }),
            levels: (x: number, axis: XAxis) =>
              [theta(x, axis)].filter(Number.isFinite).map((value) => ({ value, text: `θ ${significant(value)}` })),
          },
          clipLayer('gradient.clips', history, name ? `Clip events of ${name}` : 'Clip events'),
        ]
      : []),
  ];
}
