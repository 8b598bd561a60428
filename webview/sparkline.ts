import { element } from './dom';

/** A small curve of a whole run, without axes, in the text's colour. */
export class Sparkline {
  readonly element = element('canvas', { class: 'sparkline', 'aria-hidden': 'true' });

  /** @param logarithmic whether equal ratios take equal heights */
  constructor(private readonly logarithmic: boolean) {}

  /** Draws the values, oldest first. */
  draw(values: readonly number[]): void {
    const { element: canvas } = this;
    const { clientWidth, clientHeight } = canvas;
    const context = canvas.getContext('2d');
    if (!context || clientWidth === 0) return;
    const ratio = devicePixelRatio;
    canvas.width = Math.round(clientWidth * ratio);
    canvas.height = Math.round(clientHeight * ratio);
    canvas.dataset.points = String(values.length);
    const heights = values.map((value) => (this.logarithmic ? Math.log(value) : value)).filter(Number.isFinite);
    if (heights.length < 2) return;
    const low = Math.min(...heights);
    const span = Math.max(...heights) - low || 1;
    const pad = 2 * ratio;
    context.strokeStyle = getComputedStyle(canvas).color;
    context.lineWidth = 1.5 * ratio;
    context.lineJoin = 'round';
    context.beginPath();
    heights.forEach((height, index) => {
      const x = pad + (index / (heights.length - 1)) * (canvas.width - 2 * pad);
      context.lineTo(x, canvas.height - pad - ((height - low) / span) * (canvas.height - 2 * pad));
    });
    context.stroke();
  }
}
