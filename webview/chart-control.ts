import type { View, Viewer } from './view';

/** What the hands move: a chart's place on the page and its shared view. */
export interface Controlled extends Viewer {
  readonly view: View;
  readonly width: number;
  valueAt(clientX: number): number | undefined;
  /** Moves what is read of a heat map up by so many rows; whether there is one. */
  lift(rows: number): boolean;
}

/**
 * Pointer and keyboard of one chart. Wheel zooms while the chart has the focus or Ctrl, Alt or ⌘ is held (else the page
 * scrolls); dragging pans what is magnified, and otherwise, or with Shift, marks what to magnify; a double click shows
 * everything.
 */
export class ChartControl {
  private drag:
    | { readonly from: number; readonly range: readonly [number, number]; readonly marks: boolean }
    | undefined;
  private readonly band = document.createElement('div');

  constructor(
    private readonly holder: HTMLElement,
    private readonly chart: Controlled,
  ) {
    const { view } = chart;
    this.band.className = 'band';
    this.band.hidden = true;
    holder.append(this.band);
    const lead = () => {
      view.leader = chart;
    };
    holder.addEventListener('pointerenter', lead);
    // A key takes the crosshair from a pointer that rests; the pointer's next move takes it back.
    holder.addEventListener('pointermove', lead);
    holder.addEventListener('pointerleave', () => {
      if (view.leader !== chart) return;
      view.leader = undefined;
      view.point(undefined);
    });
    holder.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    holder.addEventListener('pointerdown', (event) => this.press(event));
    holder.addEventListener('pointermove', (event) => this.move(event));
    holder.addEventListener('pointerup', (event) => this.release(event));
    holder.addEventListener('pointercancel', () => this.end());
    holder.addEventListener('dblclick', () => view.reset());
    holder.addEventListener('keydown', (event) => {
      if (this.key(event)) event.preventDefault();
    });
  }

  private wheel(event: WheelEvent): void {
    const { view } = this.chart;
    const held = event.ctrlKey || event.altKey || event.metaKey;
    if (!held && document.activeElement !== this.holder) return;
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) view.pan(event.deltaX / Math.max(1, this.chart.width));
    else view.zoom(Math.exp(event.deltaY * 0.002), this.chart.valueAt(event.clientX));
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.holder.focus({ preventScroll: true });
    this.holder.setPointerCapture(event.pointerId);
    const { view } = this.chart;
    this.drag = { from: event.clientX, range: view.shown, marks: event.shiftKey || !view.range };
  }

  private move(event: PointerEvent): void {
    const { drag, chart } = this;
    if (!drag) return;
    if (drag.marks) {
      const left = this.holder.getBoundingClientRect().left;
      this.band.hidden = Math.abs(event.clientX - drag.from) < 4;
      this.band.style.left = `${Math.min(event.clientX, drag.from) - left}px`;
      this.band.style.width = `${Math.abs(event.clientX - drag.from)}px`;
    } else {
      const [low, high] = drag.range;
      const by = ((drag.from - event.clientX) / Math.max(1, chart.width)) * (high - low);
      chart.view.show(low + by, high + by);
    }
  }

  private release(event: PointerEvent): void {
    const { drag, chart } = this;
    if (drag?.marks && !this.band.hidden) {
      const from = chart.valueAt(Math.min(event.clientX, drag.from));
      const to = chart.valueAt(Math.max(event.clientX, drag.from));
      if (from !== undefined && to !== undefined) chart.view.show(from, to);
    }
    this.end();
  }

  private end(): void {
    this.drag = undefined;
    this.band.hidden = true;
  }

  private key(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const { view, width } = this.chart;
    const [low, high] = view.shown;
    const pixel = ((high - low) / Math.max(1, width)) * (event.shiftKey ? 50 : 5);
    const point = (x: number) => {
      view.leader = undefined;
      view.point(Math.min(high, Math.max(low, x)));
    };
    switch (event.key) {
      case 'ArrowLeft':
        point((view.cursor ?? high) - pixel);
        return true;
      case 'ArrowRight':
        point((view.cursor ?? low) + pixel);
        return true;
      case 'Home':
        point(low);
        return true;
      case 'End':
        point(high);
        return true;
      case 'ArrowUp':
        return this.chart.lift(event.shiftKey ? 5 : 1);
      case 'ArrowDown':
        return this.chart.lift(event.shiftKey ? -5 : -1);
      case '+':
      case '=':
        view.zoom(0.7);
        return true;
      case '-':
        view.zoom(1 / 0.7);
        return true;
      case 'PageUp':
        view.pan(-0.5);
        return true;
      case 'PageDown':
        view.pan(0.5);
        return true;
      case '0':
      case 'Escape':
        view.point(undefined);
        view.reset();
        return true;
      default:
        return false;
    }
  }
}
