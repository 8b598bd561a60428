import type { Locator, Page } from '@playwright/test';
import { RunView } from './panel';
import { webviewDocument } from './webview';

/** The extension's side bar: live metrics and the tree of runs. */
export class SideBar extends RunView {
  constructor(private readonly page: Page) {
    super(webviewDocument(page, 'view'));
  }

  /** Shows it. */
  async open(): Promise<void> {
    const icon = this.page.locator('.activitybar .action-label[aria-label^="Recurrent"]');
    if ((await icon.getAttribute('aria-expanded')) !== 'true') await icon.click();
  }

  /** What it says before the first run. */
  get welcome(): Locator {
    return this.page.locator('.sidebar .welcome-view');
  }

  /** The rows of the tree of runs. */
  get runs(): Locator {
    return this.page.locator('.sidebar .tree-explorer-viewlet-tree-view .monaco-list-row');
  }
}
