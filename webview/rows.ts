/** The rows of a table that changes while it is read: a row stays the same element for as long as it belongs to the table. */
export class Rows {
  private readonly known = new Map<number, HTMLElement>();
  /** A mouse button is down on a row: until it comes up nothing may move under it, or the click would be lost. */
  private pressed = false;

  /**
   * @param body the table's body, which holds these rows only
   * @param title has the focus when the last row is gone
   * @param make a new row
   * @param released called when rows that were not changed while a mouse button was down can be
   */
  constructor(
    private readonly body: HTMLElement,
    private readonly title: HTMLElement,
    private readonly make: (key: number) => HTMLElement,
    released: () => void,
  ) {
    body.addEventListener('pointerdown', () => {
      this.pressed = true;
      const release = () => {
        this.pressed = false;
        removeEventListener('pointerup', release);
        removeEventListener('pointercancel', release);
        released();
      };
      addEventListener('pointerup', release);
      addEventListener('pointercancel', release);
    });
  }

  /** Forgets all rows: those of another run are others, whatever their keys. */
  clear(): void {
    this.known.clear();
    this.body.replaceChildren();
  }

  /**
   * Shows rows from the greatest key to the least, each once. The focus stays on its row, or goes to the nearest one that
   * is left. @param keys falling @returns whether it did: not while a mouse button is down on them
   */
  set(keys: readonly number[]): boolean {
    if (this.pressed) return false;
    const { known, body } = this;
    const focused = [...known].find(([, row]) => row.contains(document.activeElement))?.[0];
    const wanted = new Set(keys);
    for (const [key, row] of known) {
      if (wanted.has(key)) continue;
      row.remove();
      known.delete(key);
    }
    // Rows that stay are in order already, and are not moved: an element that is moved loses the focus.
    let next = body.firstElementChild;
    for (const key of keys) {
      const row = known.get(key);
      if (row) next = row.nextElementSibling;
      else {
        const added = this.make(key);
        known.set(key, added);
        body.insertBefore(added, next);
      }
    }
    if (focused !== undefined && !wanted.has(focused)) this.focusNear(focused, keys);
    return true;
  }

  private focusNear(key: number, keys: readonly number[]): void {
    const far = (other: number) => Math.abs(other - key);
    const near = keys.length > 0 ? keys.reduce((best, other) => (far(other) < far(best) ? other : best)) : undefined;
    const row = near === undefined ? undefined : this.known.get(near);
    (row?.querySelector('button') ?? this.title).focus({ preventScroll: row === undefined });
  }
}
