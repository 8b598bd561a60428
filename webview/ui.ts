import {
  type Button,
  type Checkbox,
  type Dropdown,
  provideVSCodeDesignSystem,
  type TextArea,
  type TextField,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDivider,
  vsCodeDropdown,
  vsCodeLink,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextArea,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { type Attributes, custom, element, type IconName, icon, setText } from './dom';

provideVSCodeDesignSystem().register(
  vsCodeButton(),
  vsCodeCheckbox(),
  vsCodeDivider(),
  vsCodeDropdown(),
  vsCodeLink(),
  vsCodeOption(),
  vsCodeProgressRing(),
  vsCodeTextArea(),
  vsCodeTextField(),
);

/** A push button with an icon before its label. */
export function button(
  label: string,
  iconName: IconName | undefined,
  press: () => void,
  more: Attributes = {},
): Button {
  const node = custom<Button>(
    'vscode-button',
    { appearance: 'secondary', onclick: press, ...more },
    iconName && iconSlot(iconName),
    label,
  );
  return node;
}

/** A push button that shows its icon only where there is little room; the label stays its name, and is its tooltip. */
export function compactButton(label: string, iconName: IconName, press: () => void): Button {
  return custom<Button>(
    'vscode-button',
    { class: 'compact', appearance: 'secondary', title: label, onclick: press },
    iconSlot(iconName),
    // The toolkit takes a span for an icon.
    element('div', { class: 'full-label' }, label),
  );
}

/** Gives a push button another label, icon and appearance; the focus stays on it. */
export function setButton(node: Button, label: string, iconName: IconName, appearance: 'primary' | 'secondary'): void {
  node.replaceChildren(iconSlot(iconName), label);
  node.appearance = appearance;
}

/** A button that shows only its icon; the label is its name and its tooltip. */
export function iconButton(label: string, iconName: IconName, press: () => void, more: Attributes = {}): Button {
  return custom<Button>(
    'vscode-button',
    { appearance: 'icon', 'aria-label': label, title: label, onclick: press, ...more },
    icon(iconName),
  );
}

function iconSlot(name: IconName): SVGSVGElement {
  const svg = icon(name);
  svg.setAttribute('slot', 'start');
  return svg;
}

/** A check box with its label. */
export function checkbox(label: string, checked: boolean, change: (checked: boolean) => void): Checkbox {
  const node = custom<Checkbox>('vscode-checkbox', { 'aria-label': label }, label);
  node.checked = checked;
  node.addEventListener('change', () => change(node.checked));
  return node;
}

/** A list to choose one of; `options` are pairs of value and label. */
export function dropdown(label: string, options: Options, value: string, change: (value: string) => void): Dropdown {
  const node = custom<Dropdown>('vscode-dropdown', { 'aria-label': label });
  setOptions(node, options, value);
  node.addEventListener('change', () => change(node.value));
  return node;
}

type Options = readonly (readonly [value: string, label: string])[];

/** Brings a list to choose from up to date, each choice where it stands: the focus stays, and a list that is open. */
export function setOptions(node: Dropdown, options: Options, value: string): void {
  const before = new Map([...node.children].map((option) => [option.getAttribute('value'), option]));
  for (const [key, option] of before) if (!options.some(([other]) => other === key)) option.remove();
  options.forEach(([key, label], index) => {
    const option = before.get(key) ?? custom('vscode-option', { value: key });
    setText(option, label);
    option.toggleAttribute('selected', key === value);
    if (node.children[index] !== option) node.insertBefore(option, node.children[index] ?? null);
  });
  if (node.open || before.size === 0) return;
  node.value = value;
  // The label of the chosen one is read anew.
  node.selectedOptions = [...node.selectedOptions];
}

/** A field of one line, labelled above. */
export function textField(label: string, value: string, more: Attributes = {}): TextField {
  const node = custom<TextField>('vscode-text-field', more, label);
  node.value = value;
  return node;
}

/** A field of one line whose label is shown in full or, where there is little room, as a symbol; the full one is its name. */
export function symbolField(label: string, symbol: string, more: Attributes = {}): TextField {
  return custom<TextField>(
    'vscode-text-field',
    { class: 'symbol-field', title: label, ...more },
    element('span', { class: 'full-label' }, label),
    element('span', { class: 'symbol-label', 'aria-hidden': 'true' }, symbol),
  );
}

/** A field of several lines, labelled above. */
export function textArea(label: string, value: string, more: Attributes = {}): TextArea {
  const node = custom<TextArea>('vscode-text-area', { resize: 'vertical', rows: 2, ...more }, label);
  node.value = value;
  return node;
}

/** A ring that turns while something of unknown length goes on. */
export function progressRing(label: string): HTMLElement {
  return custom('vscode-progress-ring', { 'aria-label': label });
}

/** Something that reads as a link and acts here. */
export function actionLink(label: string, press: () => void): HTMLElement {
  return element('button', { type: 'button', class: 'link', onclick: press }, label);
}
