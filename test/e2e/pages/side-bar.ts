import { expect, type Locator, type Page } from '@playwright/test';
import { RunView } from './panel';
import { webviewDocument } from './webview';

/** The extension's side bar: live metrics and the tree of runs. */
export class SideBar extends RunView {
  constructor(private readonly page: Page) {
    super(webviewDocument(page, 'view'));
  }

  /** Shows it. */
  async open(): Promise<void> {
    await this.toggle(true);
  }

  /** Hides it, and the space it took. */
  async close(): Promise<void> {
    await this.toggle(false);
  }

  private async toggle(shown: boolean): Promise<void> {
    const icon = this.page.locator('.activitybar .action-label[aria-label^="Recurrent"]');
    const view = this.page.locator('.sidebar .composite.title').filter({ hasText: 'Recurrent' });
    if ((await view.isVisible()) === shown) return;
    await icon.click();
    if (shown) await expect(view).toBeVisible();
    else await expect(view).toBeHidden();
  }

  /** What it says before the first run. */
  get welcome(): Locator {
    return this.page.locator('.sidebar .welcome-view');
  }

  /** One of the buttons that it shows before the first run. */
  welcomeButton(name: string): Locator {
    return this.welcome.getByRole('button', { name, exact: true });
  }

  /** The rows of the tree of runs. */
  get runs(): Locator {
    return this.page.locator('.sidebar .tree-explorer-viewlet-tree-view .monaco-list-row');
  }
  /** The row of the tree of runs that holds these words. */
  run(words: string): Locator {
    return this.runs.filter({ hasText: words });
  }

  /** Presses a button in the row of a run, as it is shown while the pointer is there. */
  async pressInline(row: Locator, name: string): Promise<void> {
    await row.hover();
    await row.getByRole('button', { name }).click();
  }
}
