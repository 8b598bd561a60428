import type { Chart } from './chart';
import { paintSymbol } from './symbols';
import { readTheme } from './theme';

/** Height of the line above the chart in a picture, CSS pixels. */
const headHeight = 34;

/** A chart as a PNG, with its title and its legend, on the editor's background. Rejects while the chart is not drawn. */
export async function picture(chart: Chart, caption: string): Promise<Blob> {
  const source = chart.canvas;
  if (!source) throw new Error(`The chart “${chart.options.title}” is not drawn yet; show it first.`);
  const theme = readTheme();
  const ratio = devicePixelRatio;
  const canvas = document.createElement('canvas');
  canvas.width = source.width;
  canvas.height = source.height + headHeight * ratio;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This window cannot draw pictures.');
  context.fillStyle = theme.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'middle';
  context.fillStyle = theme.foreground;
  context.font = `600 ${13 * ratio}px ${theme.font}`;
  const middle = (headHeight * ratio) / 2;
  const title = `${chart.options.title} · ${caption}`;
  context.fillText(title, 8 * ratio, middle);
  context.font = `${12 * ratio}px ${theme.font}`;
  let right = canvas.width - 12 * ratio;
  for (const { label, colour, symbol } of chart.named(theme).reverse()) {
    const { width } = context.measureText(label);
    context.fillStyle = theme.foreground;
    context.fillText(label, right - width, middle);
    context.fillStyle = colour;
    context.fillRect(right - width - 18 * ratio, middle - 1.5 * ratio, 13 * ratio, 3 * ratio);
    if (symbol !== undefined) {
      paintSymbol({ context, ratio, theme }, symbol, colour, right - width - 11.5 * ratio, middle, 4);
    }
    right -= width + 32 * ratio;
  }
  context.drawImage(source, 0, headHeight * ratio);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be made.'))), 'image/png');
  });
}

/** Puts a picture on the clipboard. Rejects where the window may not write there. */
export async function copyPicture(blob: Promise<Blob>): Promise<void> {
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
}
