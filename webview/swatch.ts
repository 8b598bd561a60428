import type { Frame } from './frame';
import type { Layer } from './layers';
import { paintSymbol } from './symbols';

/** Width of a swatch in a picture's legend, CSS pixels. */
export const swatchWidth = 18;

/** Paints what stands before a layer's name in a legend, as the layer itself is drawn. @param x, y of its left end and middle, device pixels */
export function paintSwatch(
  frame: Pick<Frame, 'context' | 'ratio' | 'theme'>,
  layer: Pick<Layer, 'swatch' | 'symbol' | 'colour'>,
  x: number,
  y: number,
): void {
  const { context, ratio, theme } = frame;
  const { swatch, symbol } = layer;
  const colour = layer.colour(theme);
  const middle = x + (swatchWidth / 2) * ratio;
  context.save();
  context.strokeStyle = colour;
  context.fillStyle = colour;
  if (swatch === 'triangle') polygon(context, middle, y, ratio, [-5, -4, 5, -4, 0, 4]);
  else if (swatch === 'mark') polygon(context, middle, y, ratio, [0, -4, 4, 0, 0, 4, -4, 0]);
  else if (swatch !== 'none') {
    context.lineWidth = (swatch === 'faint' ? 1 : 2) * ratio;
    if (swatch === 'faint') context.globalAlpha = 0.6;
    if (swatch === 'dashed') context.setLineDash([5 * ratio, 3 * ratio]);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + swatchWidth * ratio, y);
    context.stroke();
    context.globalAlpha = 1;
    if (symbol !== undefined && swatch !== 'faint') paintSymbol(frame, symbol, colour, middle, y, 4);
    else if (swatch === 'points') {
      context.beginPath();
      context.arc(middle, y, 3.2 * ratio, 0, 2 * Math.PI);
      context.fill();
    }
  }
  context.restore();
}

function polygon(context: CanvasRenderingContext2D, x: number, y: number, ratio: number, corners: number[]): void {
  context.beginPath();
  for (let i = 0; i < corners.length; i += 2) context.lineTo(x + corners[i] * ratio, y + corners[i + 1] * ratio);
  context.closePath();
  context.fill();
}
