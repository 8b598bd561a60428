/** Colours of the editor's theme, as canvases need them. */
export interface Theme {
  readonly foreground: string;
  readonly muted: string;
  readonly background: string;
  readonly grid: string;
  readonly focus: string;
  readonly warning: string;
  readonly font: string;
  /** How much larger than usual everything is, as on a wall. */
  readonly scale: number;
  /** Colours that tell runs and curves apart, in their order. */
  readonly palette: readonly string[];
  readonly highContrast: boolean;
}

/** Reads the theme from the page's `--vscode-*` properties. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const colour = (...names: string[]) => {
    for (const name of names) {
      const value = style.getPropertyValue(`--vscode-${name}`).trim();
      if (value) return value;
    }
    return style.color;
  };
  const highContrast = document.body.classList.contains('vscode-high-contrast');
  const background = colour('editor-background');
  const grid = colour('editorIndentGuide-background1', 'editorRuler-foreground', 'widget-border', 'contrastBorder');
  return {
    foreground: colour('foreground', 'editor-foreground'),
    muted: colour('descriptionForeground', 'foreground'),
    background,
    // Themes of high contrast draw their guides as bright as text, which would drown the curves.
    grid: highContrast ? `color-mix(in srgb, ${grid} 30%, ${background})` : grid,
    focus: colour('focusBorder'),
    warning: colour('charts-red', 'errorForeground'),
    font: style.getPropertyValue('--vscode-font-family').trim() || 'sans-serif',
    scale: Math.max(
      1,
      Number.parseFloat(getComputedStyle(document.querySelector('.panel') ?? document.body).fontSize) / 13,
    ),
    palette: ['blue', 'yellow', 'green', 'purple', 'red', 'orange'].map((name) => colour(`charts-${name}`)),
    highContrast,
  };
}

/** Calls back after the theme changed, or the window became as large as a wall or no longer is. */
export function onThemeChange(changed: () => void): void {
  matchMedia('(min-width: 2400px)').addEventListener('change', changed);
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-kind'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
}

/** Whether the person asked for less motion, in VS Code or in the system. */
export function reducedMotion(): boolean {
  return (
    document.body.classList.contains('vscode-reduce-motion') || matchMedia('(prefers-reduced-motion: reduce)').matches
  );
}
