import type { Frame } from './frame';

/** Outlines that tell runs apart where colour does not: each fills about the square from −1 to 1. */
const outlines = [
  'M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z',
  'M-.9-.9H.9V.9H-.9Z',
  'M0-1.1 1.1.9H-1.1Z',
  'M0-1.25 1.25 0 0 1.25-1.25 0Z',
  'M-.4-1.1H.4V-.4H1.1V.4H.4V1.1H-.4V.4H-1.1V-.4H-.4Z',
  'M0 1.1-1.1-.9H1.1Z',
] as const;
const namespace = 'http://www.w3.org/2000/svg';

function outlineOf(symbol: number): string {
  return outlines[symbol % outlines.length];
}

/** Paints a run's symbol in a colour, with the background around it. @param x, y device pixels @param size of its half, CSS pixels */
export function paintSymbol(
  frame: Pick<Frame, 'context' | 'ratio' | 'theme'>,
  symbol: number,
  colour: string,
  x: number,
  y: number,
  size = 3.4,
): void {
  const { context, ratio, theme } = frame;
  const path = new Path2D();
  path.addPath(new Path2D(outlineOf(symbol)), new DOMMatrix([size * ratio, 0, 0, size * ratio, x, y]));
  context.setLineDash([]);
  context.lineWidth = 2 * ratio;
  context.strokeStyle = theme.background;
  context.stroke(path);
  context.fillStyle = colour;
  context.fill(path);
}

/** A run's symbol for a legend, in the text's colour; on a piece of its line unless it stands for points. */
export function symbolSwatch(symbol: number, line: boolean): SVGSVGElement {
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', line ? '-2.6 -1.5 5.2 3' : '-1.5 -1.5 3 3');
  svg.setAttribute('class', 'symbol');
  svg.dataset.symbol = String(symbol % outlines.length);
  const path = document.createElementNS(namespace, 'path');
  path.setAttribute('d', `${line ? 'M-2.6-.3H2.6V.3H-2.6Z' : ''}${outlineOf(symbol)}`);
  path.setAttribute('fill', 'currentColor');
  svg.append(path);
  return svg;
}
