import type { FrameLocator, Locator, Page } from '@playwright/test';
import { Playground } from './playground';
import { webviewDocument } from './webview';

/** The charts of the panel. */
export type ChartName = 'perplexity' | 'gradient' | 'rate' | 'speed' | 'flow';

/** The numbers that the panel and the side bar show of a run. */
export type MetricName =
  | 'perplexity'
  | 'validation'
  | 'best'
  | 'step'
  | 'epoch'
  | 'gradnorm'
  | 'cliprate'
  | 'speed'
  | 'timeleft';

/** A page that shows the run in front: the panel, or the side bar's metrics. */
export class RunView {
  constructor(readonly document: FrameLocator) {}

  /** The run's state, in a word. */
  get state(): Locator {
    return this.document.getByTestId('run-state');
  }

  /** What the page shows when there is no run. */
  get emptyState(): Locator {
    return this.document.getByTestId('empty-state');
  }

  metric(name: MetricName): Locator {
    return this.document.getByTestId(`metric-${name}`);
  }

  /** A metric as a number; undefined while it is unknown. */
  async read(name: MetricName): Promise<number | undefined> {
    const text = (await this.metric(name).textContent()) ?? '';
    const value = Number(text.replaceAll(/[,%]/g, '').replace(/k$/, 'e3').replace(/M$/, 'e6'));
    return Number.isNaN(value) ? undefined : value;
  }

  button(name: string): Locator {
    return this.document.getByRole('button', { name, exact: true });
  }
}

/** The panel: charts, continuations and controls of a run. */
export class Panel extends RunView {
  constructor(private readonly page: Page) {
    super(webviewDocument(page, 'panel'));
  }

  /** Brings its tab to the front and gives it the focus. */
  async focus(): Promise<void> {
    await this.page.locator('.tabs-container .tab[aria-label^="Recurrent:"]').first().click();
  }

  chart(name: ChartName): Locator {
    return this.document.getByTestId(`${name}-chart`);
  }

  /** Where the model is tried out. */
  get playground(): Playground {
    return new Playground(this.document.getByTestId('playground'));
  }

  /** The gradient's norm by lag, at one step. */
  get curve(): Locator {
    return this.document.getByTestId('flow-curve');
  }

  /** The sentence on a linear RNN's recurrent matrix. */
  get spectralRadius(): Locator {
    return this.document.getByTestId('spectral-radius');
  }

  /** How many clip events the gradient-norm chart marks. */
  async clipEvents(): Promise<number> {
    return Number(await this.chart('gradient').getAttribute('data-clip-events'));
  }

  /** How many evaluations the perplexity chart draws. */
  async validationPoints(): Promise<number> {
    return Number(await this.chart('perplexity').getAttribute('data-validation-points'));
  }

  /** The continuations in the stream, newest first. */
  get continuations(): Locator {
    return this.document.getByTestId('continuation');
  }

  /** What the page tells a person first: why a run stopped, what was changed to fit. */
  get banner(): Locator {
    return this.document.getByTestId('banner');
  }

  /** How many different colours the canvas of a chart holds: 1 if nothing was drawn. */
  colours(name: ChartName): Promise<number> {
    return this.chart(name)
      .locator('canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const context = canvas.getContext('2d');
        if (!context) return 0;
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
      });
  }
}
