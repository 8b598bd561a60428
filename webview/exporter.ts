import type { PanelMethods } from '../src/protocol/panel';
import type { Caller } from '../src/protocol/rpc';
import type { Chart } from './chart';
import { fileName, flowToCsv, runsToJson, toCsv } from './export-data';
import type { MenuItem } from './menu';
import { copyPicture, picture } from './picture';
import { fullNames } from './run-names';
import type { ShownRun } from './shown-run';

/** Takes charts and data out of the panel. */
export class Exporter {
  /**
   * @param runs the runs on the charts, the one in front first
   * @param tell says in one sentence what happened
   */
  constructor(
    private readonly caller: Caller<PanelMethods>,
    private readonly runs: () => readonly ShownRun[],
    private readonly tell: (sentence: string) => void,
  ) {}

  /** The lines of a chart's menu. @param data what its table holds: a line a step, or the gradient flow by lag */
  items(chart: () => Chart, data: 'history' | 'flow'): MenuItem[] {
    const table = data === 'flow' ? flowToCsv : toCsv;
    return [
      { label: 'Copy as PNG', run: () => void this.copy(chart()) },
      { label: 'Save as PNG…', run: () => void this.savePicture(chart()) },
      { label: 'Save Data as CSV…', run: () => void this.save(data, 'csv', async () => table(this.runs())) },
      {
        label: 'Save Data as JSON…',
        run: () => void this.save('history', 'json', async () => runsToJson(this.runs())),
      },
    ];
  }

  private async copy(chart: Chart): Promise<void> {
    this.tell('');
    try {
      await copyPicture(this.pictureOf(chart));
      this.tell('Copied.');
    } catch {
      this.tell('This window may not write to the clipboard; save the picture instead.');
    }
  }

  private savePicture(chart: Chart): Promise<void> {
    return this.save(chart.options.id, 'png', async () =>
      this.pictureOf(chart).then(async (blob) => new Uint8Array(await blob.arrayBuffer())),
    );
  }

  private async save(what: string, extension: string, make: () => Promise<Uint8Array>): Promise<void> {
    this.tell('');
    try {
      const saved = await this.caller.call('save', {
        name: fileName(this.runs()[0], what, extension),
        bytes: await make(),
      });
      this.tell(saved ? 'Saved.' : '');
    } catch (error) {
      this.tell(error instanceof Error ? error.message : String(error));
    }
  }

  private pictureOf(chart: Chart): Promise<Blob> {
    const names = fullNames(this.runs().map(({ summary }) => summary.name));
    return picture(chart, names.length > 2 ? `${names[0]} and ${names.length - 1} others` : names.join(' and '));
  }
}
