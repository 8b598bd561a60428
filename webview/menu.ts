import { element } from './dom';
import { iconButton } from './ui';

/** One line of a menu. */
export interface MenuItem {
  readonly label: string;
  run(): void;
}

/** A button with three dots that opens a menu; arrows move in it, Escape closes it. */
export function menu(label: string, items: readonly MenuItem[]): HTMLElement {
  const list = element('div', { class: 'menu-list', role: 'menu', 'aria-label': label, hidden: true });
  const close = (refocus: boolean) => {
    list.hidden = true;
    trigger.setAttribute('aria-expanded', 'false');
    if (refocus) trigger.focus();
  };
  const buttons = items.map((item) =>
    element(
      'button',
      {
        type: 'button',
        role: 'menuitem',
        tabindex: -1,
        onclick: () => {
          close(true);
          item.run();
        },
      },
      item.label,
    ),
  );
  list.append(...buttons);
  const trigger = iconButton(
    label,
    'more',
    () => {
      list.hidden = !list.hidden;
      trigger.setAttribute('aria-expanded', String(!list.hidden));
      if (!list.hidden) buttons[0].focus();
    },
    { 'aria-haspopup': 'menu', 'aria-expanded': 'false' },
  );
  list.addEventListener('keydown', (event) => {
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const go = (index: number) => buttons[(index + buttons.length) % buttons.length].focus();
    if (event.key === 'ArrowDown') go(at + 1);
    else if (event.key === 'ArrowUp') go(at - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(-1);
    else if (event.key === 'Escape' || event.key === 'Tab') close(event.key === 'Escape');
    else return;
    if (event.key !== 'Tab') event.preventDefault();
  });
  const holder = element('div', { class: 'menu' }, trigger, list);
  holder.addEventListener('focusout', (event) => {
    if (!holder.contains(event.relatedTarget as Node | null)) close(false);
  });
  return holder;
}
