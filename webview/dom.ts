type Value = string | number | boolean | undefined | ((event: Event) => void);

/** Attributes of a new element; a function is a listener for the event that its name gives after `on`. */
export interface Attributes {
  readonly [name: string]: Value;
}

/** What may stand inside an element; undefined is left out. */
export type Child = Node | string | undefined;

function fill(node: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) if (child !== undefined) node.append(child);
}

/** Makes an HTML element with attributes, listeners and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  fill(node, attributes, children);
  return node;
}

/** Makes a custom element, typed as the class that its tag stands for. */
export function custom<T extends HTMLElement>(tag: string, attributes: Attributes = {}, ...children: Child[]): T {
  const node = document.createElement(tag) as T;
  fill(node, attributes, children);
  return node;
}

/** Sets an element's text only if it changed, so that nothing is laid out again and nothing is read aloud again. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Shows or hides an element. */
export function setShown(node: HTMLElement, shown: boolean): void {
  if (node.hidden === shown) node.hidden = !shown;
}

const paths = {
  play: 'M4 2.5v11l9-5.5z',
  pulse: 'M1 7.3h2.6L5.8 2H7l2.7 8.8 1.4-3.5H15v1.4h-2.9L10.3 14H9.1L6.2 4.9 4.6 8.7H1z',
  screen: 'M1.5 2.5h13v9H9.3V13h2.2v1.5h-7V13h2.2v-1.5H1.5zM3 4v6h10V4z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  stop: 'M3.5 3.5h9v9h-9z',
  save: 'M2.5 2.5h9l2 2v9h-11zM5 2.5v4h5v-4zM5 13.5v-5h6v5z',
  again: 'M13 8a5 5 0 1 1-1.6-3.7L13 2.8V7H8.8l1.9-1.9A3.6 3.6 0 1 0 11.6 8z',
  back: 'M6.5 2.5 2 7l4.5 4.5V8.8c3.4 0 5.6 1 7.5 3.7-.6-4-3-7-7.5-7.3z',
  check: 'M6.3 12.6 2.2 8.5l1.2-1.2 2.9 2.9 6.3-6.3 1.2 1.2z',
  cross: 'm8 6.8 3.8-3.8 1.2 1.2L9.2 8l3.8 3.8-1.2 1.2L8 9.2l-3.8 3.8L3 11.8 6.8 8 3 4.2 4.2 3z',
  warning: 'M8 1.5 15 14H1zM7.3 6v4h1.4V6zM7.3 11v1.5h1.4V11z',
  ring: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zm0 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9z',
  more: 'M2.5 7h2v2h-2zM7 7h2v2H7zM11.5 7h2v2h-2z',
  fit: 'M2 2h4v1.5H3.5V6H2zM10 2h4v4h-1.5V3.5H10zM2 10h1.5v2.5H6V14H2zM12.5 10H14v4h-4v-1.5h2.5z',
  chart: 'M2 2h1.5v10.5H14V14H2zM5 10l3-4 2 2 3.5-5 1.2.800-4.5 6.5-2.1-2.1-2.0 2.7z',
} as const;

/** Names of the icons. */
export type IconName = keyof typeof paths;

/** A 16 × 16 icon in the text's colour, hidden from screen readers. */
export function icon(name: IconName, className = 'icon'): SVGSVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  fill(svg, { viewBox: '0 0 16 16', class: className, 'aria-hidden': 'true' }, []);
  const path = document.createElementNS(namespace, 'path');
  fill(path, { d: paths[name], fill: 'currentColor', 'fill-rule': 'evenodd' }, []);
  svg.append(path);
  return svg;
}
