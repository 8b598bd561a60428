import type { Chart } from './chart';
import type { Layer } from './layers';
import { paintSwatch, swatchWidth } from './swatch';
import { readTheme } from './theme';

/** Heights of the title, of one row of the legend and of the horizontal axis's name, CSS pixels. */
const titleHeight = 30;
const rowHeight = 20;
const footHeight = 22;

const across = { step: 'Step', epoch: 'Epoch', time: 'Time' } as const;

/** One entry of a legend and where it stands, device pixels. */
interface Placed {
  readonly layer: Layer;
  readonly label: string;
  readonly x: number;
  readonly row: number;
}

/**
 * A chart as a PNG that explains itself: title, legend and what the axes measure, on the editor's background. Rejects while the
 * chart is not drawn. @param caption said after what the chart says of itself
 */
export async function picture(chart: Chart, caption: string): Promise<Blob> {
  const source = chart.canvas;
  if (!source) throw new Error(`The chart “${chart.options.title}” is not drawn yet; show it first.`);
  const theme = readTheme();
  const ratio = devicePixelRatio * theme.scale;
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This window cannot draw pictures.');
  const small = `${12 * ratio}px ${theme.font}`;
  context.font = small;
  const legend = place(chart.named, (text) => context.measureText(text).width, source.width, ratio);
  const rows = (legend.at(-1)?.row ?? -1) + 1;
  const { title, note } = chart.options;
  const bold = `600 ${13 * ratio}px ${theme.font}`;
  const start = 8 * ratio;
  context.font = bold;
  const after = start + context.measureText(title).width + 12 * ratio;
  context.font = small;
  const said = [note, chart.caption].filter(Boolean).join(' · ');
  const whole = [said, caption].filter(Boolean).join(' · ');
  // What does not fit beside the title: the runs take a row of their own.
  const wraps = said !== '' && caption !== '' && after + context.measureText(whole).width > source.width - start;
  const above = titleHeight + (wraps ? rowHeight : 0);
  // Whole pixels, or the chart below would be drawn between them.
  const head = Math.round((above + rows * rowHeight) * ratio);
  canvas.width = source.width;
  canvas.height = head + source.height + footHeight * ratio;
  context.fillStyle = theme.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'middle';
  context.fillStyle = theme.foreground;
  const write = (text: string, font: string, x: number, y: number) => {
    context.font = font;
    context.fillText(text, x, y * ratio, Math.max(1, canvas.width - x - start));
  };
  write(title, bold, start, titleHeight / 2);
  write(wraps ? said : whole, small, after, titleHeight / 2);
  if (wraps) write(caption, small, start, titleHeight + rowHeight / 2);
  for (const { layer, label, x: left, row } of legend) {
    const y = (above + (row + 0.5) * rowHeight) * ratio;
    paintSwatch({ context, ratio, theme }, layer, left, y);
    context.fillStyle = theme.foreground;
    context.fillText(label, left + (swatchWidth + 6) * ratio, y);
  }
  context.drawImage(source, 0, head);
  context.fillStyle = theme.muted;
  context.textAlign = 'center';
  const name = chart.options.across ?? across[chart.view.axis];
  context.fillText(name, canvas.width / 2, canvas.height - (footHeight / 2) * ratio);
  return encoded(canvas);
}

/** A canvas as PNG, encoded at once: `toBlob` waits until the page is idle, which takes seconds while a run is drawn. */
function encoded(canvas: HTMLCanvasElement): Blob {
  const [, base64 = ''] = canvas.toDataURL('image/png').split(',');
  if (base64 === '') throw new Error('The picture could not be made: it is too large for this window.');
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: 'image/png' });
}

/** Sets a legend in rows that are no wider than `width`. */
function place(layers: readonly Layer[], widthOf: (text: string) => number, width: number, ratio: number): Placed[] {
  const placed: Placed[] = [];
  const start = 8 * ratio;
  let x = start;
  let row = 0;
  for (const layer of layers) {
    const label = layer.group === undefined ? layer.label : `${layer.group} ${layer.label}`;
    const size = widthOf(label) + (swatchWidth + 6) * ratio;
    if (x > start && x + size > width - start) {
      x = start;
      row++;
    }
    placed.push({ layer, label, x, row });
    x += size + 16 * ratio;
  }
  return placed;
}

/** Puts a picture on the clipboard. Rejects where the window may not write there. */
export async function copyPicture(blob: Promise<Blob>): Promise<void> {
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
}
