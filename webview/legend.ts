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
    /** Characters that a value's place holds, so that no other value moves anything. */
    private readonly digits: number,
  ) {}

  setLayers(layers: readonly Layer[], theme: Theme): void {
    this.entries = layers.filter(({ swatch }) => swatch !== 'none').map((layer) => this.entry(layer));
    const rows = new Map<string, HTMLElement>();
    for (const { layer, button } of this.entries) {
      if (layer.group === undefined) continue;
      const row = rows.get(layer.group) ?? groupOf(layer.group);
      rows.set(layer.group, row);
      row.append(button);
    }
    const single = this.entries.filter(({ layer }) => layer.group === undefined);
    const valued = single.filter(({ layer }) => layer.value);
    const switches = valued.length < 2 ? single : single.filter(({ layer }) => !layer.value);
    const row = (className: string, entries: readonly Entry[]) =>
      element('span', { class: className }, ...entries.map(({ button }) => button));
    this.element.replaceChildren(
      row('legend-switches', switches),
      ...(valued.length < 2 ? [] : [row('legend-row', valued)]),
      ...rows.values(),
    );
    this.setTheme(theme);
  }

  setTheme(theme: Theme): void {
    for (const { layer, swatch } of this.entries) swatch.style.color = layer.colour(theme);
  }

  /**
   * Shows each layer's value at a place; to full precision while the crosshair stands there, and then a dash where it is
   * beyond the layer's end. Without a crosshair, what has ended keeps its last value.
   */
  setValues(x: number, axis: XAxis, exact: boolean): void {
    for (const { layer, value } of this.entries) {
      const number = this.hidden.has(layer.key) ? undefined : layer.value?.(x, axis);
      // A place that the pointer gives may be off by its last digit.
      if (exact && number !== undefined && layer.end && x > layer.end(axis) * (1 + 1e-9)) {
        setText(value, '–');
        continue;
      }
      setText(value, number === undefined ? '' : exact ? precise(number) : this.format(number));
    }
  }

  private entry(layer: Layer): Entry {
    const { symbol } = layer;
    const plain = symbol === undefined || layer.swatch === 'faint';
    const drawn = plain ? layer.swatch : 'symbol';
    const swatch = element('span', { class: `swatch swatch-${drawn}`, 'aria-hidden': 'true' });
    if (!plain) swatch.append(symbolSwatch(symbol, layer.swatch === 'line'));
    const value = element('span', { class: 'value' });
    if (layer.value) value.style.minWidth = `${this.digits}ch`;
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

/** The row of one run among several. */
function groupOf(name: string): HTMLElement {
  return element(
    'span',
    { class: 'legend-row', role: 'group', 'aria-label': name },
    element('span', { class: 'legend-name' }, name),
  );
}
