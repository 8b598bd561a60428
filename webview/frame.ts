import type { XAxis } from './history';
import type { Theme } from './theme';

/** The rectangle that a chart draws in, in device pixels, and its scales. */
export interface Frame {
  readonly context: CanvasRenderingContext2D;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly low: number;
  readonly high: number;
  readonly axis: XAxis;
  /** Device pixels of one CSS pixel, times the theme's scale. */
  readonly ratio: number;
  readonly theme: Theme;
  x(value: number): number;
  y(value: number): number;
}
