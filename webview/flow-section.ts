import type { FlowEvent } from '../src/protocol/runs';
import type { Chart, ChartOptions } from './chart';
import { element, setShown, setText } from './dom';
import { comparedCurveLayers, curveLayers, describeSpectralRadius, flowAt } from './flow-curve';
import { flowLayer, flowRange, lags } from './flow-layer';
import type { RunHistory } from './history';
import type { Layer } from './layers';
import { precise, significant, whole } from './metrics';
import type { ShownRun } from './shown-run';
import { dropdown } from './ui';
import { View } from './view';

/** Makes a chart with the panel's own menu; on the shared axis, unless another view is given. */
export type MakeChart = (options: ChartOptions, view?: View) => Chart;

/**
 * The gradient's way back through time: a heat map of all steps, one layer at a time, and beside it the curve over the lag at
 * the step under the crosshair, or at the newest.
 */
export class FlowSection {
  readonly map: Chart;
  readonly curve: Chart;
  private readonly lagView: View = new View(() => {
    const longest = Math.max(0, ...this.others.map((run) => this.flowOf(run)?.norms[0]?.length ?? 0));
    return [-0.4, Math.max(1, Math.max(longest, this.shown?.norms[0]?.length ?? 0) - 0.6)];
  });
  private readonly choice = element('span', { class: 'flow-layer' });
  /** What a linear RNN's spectral radius means; below both charts, which so stand on one line. */
  readonly sentence = element('p', { class: 'quiet spectral-radius', 'data-testid': 'spectral-radius' });
  private history: RunHistory | undefined;
  /** The runs that the one in front is compared with. */
  private others: readonly ShownRun[] = [];
  private shown: FlowEvent | undefined;
  private layer = 0;
  /** What the shades span, in words. */
  private span = '';
  private layers = 0;

  constructor(
    private readonly view: View,
    make: MakeChart,
  ) {
    this.map = make({
      id: 'flow',
      title: 'Gradient flow',
      note: '‖∂L/∂h‖ as shade, by lag k',
      scale: 'linear',
      rows: () => (this.history ? lags(this.history) : 0),
      format: precise,
      controls: this.choice,
    });
    this.curve = make(
      {
        id: 'flow-curve',
        title: 'Gradient by lag',
        note: '‖∂L/∂h‖, log scale',
        scale: 'log',
        across: 'Lag k',
        digits: 12,
        format: significant,
      },
      this.lagView,
    );
    this.curve.element.dataset.testid = 'flow-curve';
    view.watch(() => this.follow());
  }

  /**
   * Shows other runs: the heat map is of the first, the curve of all, and both have one scale for all.
   * @param names what tells several runs apart
   * @param marks layers that lie over the heat map
   */
  setRuns(runs: readonly ShownRun[], names: readonly string[], marks: readonly Layer[]): void {
    const [run, ...others] = runs;
    this.history = run?.history;
    this.others = others;
    this.lagView.range = undefined;
    this.show(undefined);
    this.setLayers(run?.summary.configuration.model.layers ?? 1);
    this.map.setLayers(
      run
        ? [
            flowLayer(
              run.history,
              () => this.layer,
              () => this.range,
            ),
            ...marks,
          ]
        : [],
    );
    if (run && others.length > 0) {
      const flows = [() => this.shown, ...others.map((other) => () => this.flowOf(other))];
      this.curve.setLayers(comparedCurveLayers(runs.map((each, i) => ({ run: each, name: names[i], flow: flows[i] }))));
    } else this.curve.setLayers(run ? curveLayers(run.summary, () => this.shown) : []);
  }

  /** The norms that the shades span, of all runs that are compared. */
  private get range(): readonly [number, number] | undefined {
    const histories = [...(this.history ? [this.history] : []), ...this.others.map(({ history }) => history)];
    return flowRange(histories, this.layer);
  }

  /** The flow of a compared run at the crosshair, or its newest. */
  private flowOf({ history }: ShownRun): FlowEvent | undefined {
    const { view } = this;
    return flowAt(history, view.cursor ?? view.shown[1], view.axis);
  }

  /** Writes what new data change; the heat map is drawn with the other charts. */
  update(): void {
    const count = this.history?.flows.length ?? 0;
    this.map.element.dataset.points = String(count);
    const { range } = this;
    this.span = range ? `${significant(range[0], 2)} to ${significant(range[1], 2)}` : '';
    const layer = this.layers > 1 ? `Layer ${this.layer + 1}` : '';
    this.map.caption = [layer, this.span].filter(Boolean).join(' · ');
    setShown(this.map.element, count > 0);
    setShown(this.curve.element, count > 0);
    this.follow();
  }

  /** Draws the curve of the step under the crosshair. */
  private follow(): void {
    const { history, view } = this;
    const flow = history && flowAt(history, view.cursor ?? view.shown[1], view.axis);
    this.map.setCount(this.cell(flow) ?? this.span);
    if (flow !== this.shown) this.show(flow);
    else if (this.others.length > 0) this.lagView.redraw();
  }

  /** Draws the curve of a step, or of none, and says what belongs to it. */
  private show(flow: FlowEvent | undefined): void {
    this.shown = flow;
    const { dataset } = this.curve.element;
    dataset.step = String(flow?.step ?? '');
    dataset.points = String(flow?.norms.reduce((sum, norms) => sum + norms.length, 0) ?? 0);
    dataset.exactPoints = String(flow?.linear?.exact.length ?? 0);
    this.curve.caption = flow ? `step ${whole(flow.step)}` : '';
    this.curve.setCount(this.curve.caption);
    const linear = flow?.linear;
    setText(this.sentence, linear ? describeSpectralRadius(linear.spectralRadius, flow.norms.length) : '');
    setShown(this.sentence, linear !== undefined);
    this.lagView.redraw();
  }

  /** The value of the heat map under the pointer or the keys; undefined while they are elsewhere. */
  private cell(flow: FlowEvent | undefined): string | undefined {
    const { row } = this.map;
    const elsewhere = this.view.leader !== undefined && this.view.leader !== this.map;
    if (!flow || row === undefined || this.view.cursor === undefined || elsewhere) return undefined;
    const norm = flow.norms[this.layer]?.[row];
    return norm === undefined ? undefined : `k = ${row}: ${precise(norm)}`;
  }

  /** Offers a choice of layer where there are several. */
  private setLayers(layers: number): void {
    if (layers === this.layers) return;
    this.layers = layers;
    this.layer = 0;
    const options = Array.from({ length: layers }, (_, layer) => [String(layer), `Layer ${layer + 1}`] as const);
    const choose = (value: string) => {
      this.layer = Number(value);
      this.update();
      this.view.redraw();
    };
    this.choice.replaceChildren(...(layers > 1 ? [dropdown('Layer of the heat map', options, '0', choose)] : []));
  }
}
