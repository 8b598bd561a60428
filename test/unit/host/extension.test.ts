import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';

/** An editor of which everything can be asked, and of which nothing comes. */
vi.mock('vscode', async () => {
  const { EventEmitter, l10n } = await import('./support/vscode');
  const anything: unknown = new Proxy(class {}, {
    get: (_, name) => (name === Symbol.toPrimitive ? () => 'any' : name === 'then' ? undefined : anything),
    apply: () => anything,
    construct: () => anything as object,
    set: () => true,
  });
  const known: Record<string, unknown> = {
    EventEmitter,
    l10n,
    ExtensionMode: { Production: 1, Development: 2, Test: 3 },
  };
  return new Proxy(known, {
    get: (target, name) => (name === 'then' || name in target ? target[name as string] : anything),
    has: (_, name) => name !== 'then',
  });
});

const home = mkdtempSync(join(tmpdir(), 'recurrent-extension-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** What other extensions get of this one, in a mode of the editor. */
async function exported(mode: number): Promise<unknown> {
  const { activate, deactivate } = await import('../../../src/extension');
  const uri = { fsPath: home, path: home };
  const context = { extensionUri: uri, globalStorageUri: uri, extensionMode: mode, subscriptions: [] };
  const result = activate(context as unknown as Parameters<typeof activate>[0]);
  await deactivate();
  return result;
}

it('gives its tests a window into it, and nobody else', async () => {
  expect(await exported(1)).toBeUndefined();
  expect(await exported(2)).toBeUndefined();
  expect(await exported(3)).toMatchObject({ runs: [] });
});
