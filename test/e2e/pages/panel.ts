import type { FrameLocator, Page } from '@playwright/test';
import { webviewDocument } from './webview';

/** The panel: charts, continuations and controls of a run. */
export class Panel {
  readonly document: FrameLocator;

  constructor(page: Page) {
    this.document = webviewDocument(page, 'panel');
  }
}
