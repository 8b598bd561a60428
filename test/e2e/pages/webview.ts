import type { FrameLocator, Page } from '@playwright/test';

/** Which of the extension's pages: `panel` in an editor tab, `view` in a side bar. */
export type WebviewKind = 'panel' | 'view';

/** The document of one of the extension's webviews, two frames below the workbench. */
export function webviewDocument(page: Page, kind: WebviewKind): FrameLocator {
  const ours = 'iframe.webview.ready[src*="extensionId=recurrent.recurrent"]';
  const view = '[src*="purpose=webviewView"]';
  return page
    .frameLocator(kind === 'view' ? `${ours}${view}` : `${ours}:not(${view})`)
    .frameLocator('iframe#active-frame');
}
