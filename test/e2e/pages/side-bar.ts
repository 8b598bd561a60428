import type { FrameLocator, Page } from '@playwright/test';
import { webviewDocument } from './webview';

/** The extension's side bar: live metrics and the tree of runs. */
export class SideBar {
  readonly document: FrameLocator;

  constructor(private readonly page: Page) {
    this.document = webviewDocument(page, 'view');
  }

  /** Shows it. */
  async open(): Promise<void> {
    const icon = this.page.locator('.activitybar .action-label[aria-label^="Recurrent"]');
    if ((await icon.getAttribute('aria-expanded')) !== 'true') await icon.click();
  }
}
