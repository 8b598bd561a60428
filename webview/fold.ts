import { type Child, element } from './dom';

/** A part of the page that folds away under its name. */
export class Fold {
  readonly element: HTMLDetailsElement;

  /** @param toggled is told whenever a person folds or unfolds it */
  constructor(name: string, id: string, open: boolean, toggled: (open: boolean) => void) {
    this.element = element(
      'details',
      { class: 'fold', open, 'data-testid': id },
      element('summary', {}, element('h2', {}, name)),
    );
    this.element.addEventListener('toggle', () => toggled(this.element.open));
  }

  /** Puts what folds away into it. */
  fill(...children: Child[]): void {
    this.element.append(element('div', { class: 'folded' }, ...children));
  }
}
