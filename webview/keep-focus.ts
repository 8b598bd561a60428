/** Does something that may hide the control that has the focus, and then gives the focus to the first one that is left. */
export function keepFocus(controls: readonly HTMLElement[], change: () => void): void {
  const isSeen = (control: HTMLElement) => control.checkVisibility({ visibilityProperty: true });
  const focused = controls.find((control) => control.contains(document.activeElement));
  change();
  if (focused && !isSeen(focused)) controls.find(isSeen)?.focus();
}
