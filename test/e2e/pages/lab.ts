import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { root } from '../../harness/shell.mjs';
import { Panel } from './panel';
import { SideBar } from './side-bar';

/** The four kinds of theme: what VS Code calls them, and the class that its workbench then has. */
const themes = {
  dark: { label: 'Dark Modern', class: 'vs-dark' },
  light: { label: 'Light Modern', class: 'vs' },
  'hc-dark': { label: 'Dark High Contrast', class: 'hc-black' },
  'hc-light': { label: 'Light High Contrast', class: 'hc-light' },
} as const;

export type Theme = keyof typeof themes;

/** A VS Code with the extension in it, as a person sees it. Paths and files are those of its workspace. */
export class Lab {
  readonly panel: Panel;
  readonly sideBar: SideBar;

  constructor(
    readonly page: Page,
    private readonly settingsFile: string,
  ) {
    this.panel = new Panel(page);
    this.sideBar = new SideBar(page);
  }

  /** Waits until the extension's commands are there: the workbench shows itself before it knows its extensions. */
  async ready(): Promise<void> {
    await expect(this.wholeStatusBar).toBeVisible({ timeout: 60_000 });
    await expect(async () => {
      const titles = await this.commandsFor('Recurrent: ');
      expect(titles.some((title) => title.startsWith('Recurrent: '))).toBe(true);
    }).toPass({ timeout: 60_000 });
  }

  /** Runs the palette's command with exactly this title. */
  async command(title: string): Promise<void> {
    await this.find(title);
    const row = this.choices.filter({ hasText: title }).first();
    await expect(row).toBeVisible();
    await row.click();
  }

  /** The titles that the palette offers for some words. */
  async commandsFor(words: string): Promise<string[]> {
    await this.find(words);
    await expect(this.choices.first()).toBeVisible();
    const titles = await this.choices.locator('.label-name').allInnerTexts();
    await this.page.keyboard.press('Escape');
    return titles;
  }

  private find(words: string): Promise<void> {
    return this.ask('F1', `>${words}`);
  }

  /** Opens a quick input by its keys and types. It closes again when something takes the focus, such as a page that has loaded. */
  private async ask(keys: string, text: string): Promise<void> {
    await expect(async () => {
      await this.page.keyboard.press(keys);
      await this.quickInput.fill(text, { timeout: 5000 });
    }).toPass({ timeout: 60_000 });
  }

  /** The rows of the quick pick, or of the palette, that is open. */
  get choices(): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row');
  }

  /** The field of the quick pick or input box that is open. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible .quick-input-box input');
  }

  /** Opens a file of the workspace and waits for its editor. */
  async open(name: string): Promise<void> {
    await this.ask('ControlOrMeta+P', name);
    await this.choices.filter({ hasText: name }).first().click();
    await expect(this.tab(name)).toHaveAttribute('aria-selected', 'true');
  }

  /** Opens an untitled document and types its contents in. */
  async openUntitled(text: string): Promise<void> {
    await this.command('File: New Untitled Text File');
    await expect(this.page.locator('.tab.active[aria-label^="Untitled"]')).toBeVisible();
    await this.page.keyboard.insertText(text);
  }

  /** Trains on a file of the workspace with the settings in force. */
  async train(name: string): Promise<void> {
    await this.open(name);
    await this.command('Recurrent: Train Language Model on This File');
  }

  /** Trains on a file from its menu in the Explorer, which also offers files that no editor can show. */
  async trainFromExplorer(name: string): Promise<void> {
    const row = this.page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name });
    await this.chooseFromMenu(row, 'Train Language Model on This File');
  }

  /** Opens the context menu of a row and chooses from it. */
  async chooseFromMenu(row: Locator, name: string): Promise<void> {
    const item = this.page.getByRole('menuitem', { name, exact: true });
    await expect(async () => {
      // A menu ignores what happens to it in its first moments.
      if (!(await item.isVisible())) await row.click({ button: 'right' });
      await item.click({ delay: 150, timeout: 2000 });
      await expect(item).toBeHidden({ timeout: 2000 });
    }).toPass();
  }

  /** Types a text, key by key, on a new line at the end of a file. */
  async typeAtEnd(name: string, text: string): Promise<void> {
    await this.open(name);
    await this.page.keyboard.press('ControlOrMeta+End');
    await this.page.keyboard.press('Enter');
    await this.page.keyboard.type(text, { delay: 30 });
  }

  /** Puts the cursor back into the text beside the panel. */
  async focusText(): Promise<void> {
    await this.page.locator('.editor-instance .view-lines').first().click();
  }

  /** The tab of an open editor. */
  tab(name: string): Locator {
    return this.page.locator(`.tabs-container .tab[data-resource-name="${name}"]`);
  }

  /** A line of the text in an editor that holds these words. */
  line(words: string): Locator {
    return this.page.locator('.editor-instance .view-line').filter({ hasText: words });
  }

  /** The completion that is offered in grey. */
  get ghostText(): Locator {
    return this.page.locator('.monaco-editor .ghost-text-decoration, .monaco-editor .ghost-text');
  }

  /** Stretches of text that the extension has coloured. */
  get tints(): Locator {
    return this.page.locator('.editor-instance .view-overlays .cdr[class*="ced-"]');
  }

  /** What hovers over the text. */
  get hover(): Locator {
    return this.page.locator('.monaco-hover:visible');
  }

  /** The extension's status-bar item. */
  get statusBar(): Locator {
    return this.page.locator('.statusbar-item[id^="recurrent.recurrent"]').first();
  }

  /** The whole status bar, with what other items and passing messages say. */
  get wholeStatusBar(): Locator {
    return this.page.locator('.monaco-workbench .part.statusbar');
  }

  /** Notifications that are shown. */
  get notifications(): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item');
  }

  /** Clears away the notifications that are shown. */
  async dismissNotifications(): Promise<void> {
    await this.command('Notifications: Clear All Notifications');
    await expect(this.notifications).toHaveCount(0);
  }

  /** Keeps a picture of the whole window. */
  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(root, 'test-results/screenshots', `${name}.png`) });
  }

  /** Changes settings and keeps the others; the window is loaded again, as the file is only read then. */
  async settings(values: Record<string, unknown>): Promise<void> {
    const now = JSON.parse(readFileSync(this.settingsFile, 'utf8'));
    writeFileSync(this.settingsFile, JSON.stringify({ ...now, ...values }, null, 2));
    await this.page.reload();
    await this.ready();
  }

  /** Puts a theme on and waits until the workbench wears it. */
  async theme(theme: Theme): Promise<void> {
    const { label, class: name } = themes[theme];
    await this.command('Preferences: Color Theme');
    await expect(this.choices.first()).toBeVisible();
    await this.quickInput.fill(label);
    await this.choices.filter({ hasText: label }).first().click();
    await expect(this.page.locator('.monaco-workbench')).toHaveClass(new RegExp(`(^| )${name}( |$)`));
  }
}
