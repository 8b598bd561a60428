import { element, setText } from './dom';
import type { XAxis } from './history';
import type { Layer } from './layers';
import { precise } from './metrics';
import { symbolSwatch } from './symbols';
import type { Theme } from './theme';

interface Entry {
  readonly layer: Layer;
  readonly button: HTMLButtonElement;
  readonly swatch: HTMLElement;
  readonly value: HTMLElement;
}

/** The names of a chart's layers with their values under the crosshair; each switches its layer on and off. */
export class Legend {
  readonly element = element('div', { class: 'legend', role: 'group', 'aria-label': 'Legend' });
  private entries: readonly Entry[] = [];

  constructor(
    private readonly hidden: Set<string>,
    private readonly format: (value: number) => string,
    private readonly toggled: () => void,
  ) {}

  setLayers(layers: readonly Layer[], theme: Theme): void {
    this.entries = layers.filter(({ swatch }) => swatch !== 'none').map((layer) => this.entry(layer));
    this.element.replaceChildren(...this.entries.map(({ button }) => button));
    this.setTheme(theme);
  }

  setTheme(theme: Theme): void {
    for (const { layer, swatch } of this.entries) swatch.style.color = layer.colour(theme);
  }

  /** Shows each layer's value at a place; to full precision while the crosshair stands there. */
  setValues(x: number, axis: XAxis, exact: boolean): void {
    for (const { layer, value } of this.entries) {
      const number = this.hidden.has(layer.key) ? undefined : layer.value?.(x, axis);
      setText(value, number === undefined || Number.isNaN(number) ? '' : exact ? precise(number) : this.format(number));
    }
  }

  private entry(layer: Layer): Entry {
    const { symbol } = layer;
    const drawn = symbol === undefined ? layer.swatch : 'symbol';
    const swatch = element('span', { class: `swatch swatch-${drawn}`, 'aria-hidden': 'true' });
    if (symbol !== undefined) swatch.append(symbolSwatch(symbol, layer.swatch === 'line'));
    const value = element('span', { class: 'value' });
    const button = element(
      'button',
      {
        type: 'button',
        'aria-pressed': String(!this.hidden.has(layer.key)),
        title: `Show or hide: ${layer.label}`,
        onclick: () => {
          if (!this.hidden.delete(layer.key)) this.hidden.add(layer.key);
          button.setAttribute('aria-pressed', String(!this.hidden.has(layer.key)));
          this.toggled();
        },
      },
      swatch,
      layer.label,
      value,
    );
    return { layer, button, swatch, value };
  }
}
