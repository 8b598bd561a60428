import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type IConfiguration } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A small house: file → source. What stands alone is there to be imported. */
const house: Record<string, string> = {
  'src/extension.ts': "import './host/panel';",
  'src/cli.ts': "import './worker/training';\nimport './host/panel';",
  'src/text/corpus.ts': 'export const corpus = 1;\nexport type Corpus = number;',
  'src/text/up.ts': "import { tensor } from '../model/tensor';\nexport const up = tensor;",
  'src/text/up-by-type.ts': "import type { Tensor } from '../model/tensor';\nexport type Up = Tensor;",
  'src/text/reads.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;",
  'src/text/opens.ts': "import * as vscode from 'vscode';\nexport const uri = vscode.Uri;",
  'src/model/tensor.ts':
    "import { corpus } from '../text/corpus';\nexport const tensor = corpus;\nexport type Tensor = 1;",
  'src/engine/tfjs/engine.ts': "import { tensor } from '../../model/tensor';\nexport const engine = tensor;",
  'src/engine/tfjs/threads.ts': "import { Worker } from 'node:worker_threads';\nexport const thread = Worker;",
  'src/engine/tfjs/shell.ts': "import { spawn } from 'node:child_process';\nexport const start = spawn;",
  'src/engine/fused/pool.ts':
    "import { Worker } from 'node:worker_threads';\nimport { readFileSync } from 'node:fs';\nexport const pool = [Worker, readFileSync];",
  'src/training/trainer.ts':
    "import { engine } from '../engine/tfjs/engine';\nimport { sample } from '../generation/sample';\nexport const trainer = [engine, sample];",
  'src/training/posts.ts': "import type { Message } from '../protocol/messages';\nexport type Posts = Message;",
  'src/generation/sample.ts': 'export const sample = 1;\nexport type Sample = number;',
  'src/protocol/messages.ts':
    "import type { Sample } from '../generation/sample';\nexport type Message = Sample;\nexport const call = 1;",
  'src/protocol/runs.ts': "import { sample } from '../generation/sample';\nexport const runs = sample;",
  'src/worker/training.ts':
    "import { parentPort } from 'node:worker_threads';\nimport { trainer } from '../training/trainer';\nexport const port = [parentPort, trainer];",
  'src/host/panel.ts':
    "import * as vscode from 'vscode';\nimport { call } from '../protocol/messages';\nexport const panel = [vscode, call];",
  'src/host/thread.ts': "import { Worker } from 'node:worker_threads';\nexport const thread = Worker;",
  'src/attic/box.ts': 'export const box = 1;',
  'src/host/attic.ts': "import { box } from '../attic/box';\nexport const attic = box;",
  'src/host/round.ts': "import { trip } from './trip';\nexport const round: unknown = trip;",
  'src/host/trip.ts': "import type { round } from './round';\nexport const trip: typeof round | undefined = undefined;",
  'webview/panel.ts': "import type { Message } from '../src/protocol/messages';\nexport type Panel = Message;",
  'webview/peeks.ts': "import type { Sample } from '../src/generation/sample';\nexport type Peek = Sample;",
  'webview/ui.ts': "import { vsCodeButton } from '@vscode/webview-ui-toolkit';\nexport const button = vsCodeButton;",
  'webview/chart.ts': "import { vsCodeButton } from '@vscode/webview-ui-toolkit';\nexport const button = vsCodeButton;",
  'node_modules/@vscode/webview-ui-toolkit/package.json':
    '{ "name": "@vscode/webview-ui-toolkit", "main": "index.js" }',
  'node_modules/@vscode/webview-ui-toolkit/index.js': 'exports.vsCodeButton = 1;',
  'package.json': '{ "dependencies": { "@vscode/webview-ui-toolkit": "1" } }',
};

/** Every file that breaks a rule, with the rules it breaks. */
const expected: Record<string, string[]> = {
  'src/cli.ts': ['cli-knows-no-host'],
  'src/text/up.ts': ['text-imports-downward-only'],
  'src/text/up-by-type.ts': ['text-imports-downward-only'],
  'src/text/reads.ts': ['core-imports-no-node'],
  'src/text/opens.ts': ['vscode-in-host-only'],
  'src/engine/tfjs/threads.ts': ['threads-in-worker-and-fused-only'],
  'src/engine/tfjs/shell.ts': ['engine-reads-files-only'],
  'src/training/posts.ts': ['training-generation-analysis-imports-downward-only'],
  'src/protocol/runs.ts': ['protocol-imports-types-only'],
  'src/host/thread.ts': ['threads-in-worker-and-fused-only'],
  'src/host/attic.ts': ['every-folder-has-its-storey'],
  'src/host/round.ts': ['no-cycles'],
  'webview/peeks.ts': ['pages-know-the-protocol-only'],
  'webview/chart.ts': ['toolkit-in-ui-only'],
};

describe('The layering check', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'recurrent-layers-')));

  beforeAll(() => {
    for (const [file, source] of Object.entries(house)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${source}\n`);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('refuses every import that breaks a rule, and no other', async () => {
    const file = new URL('../../.dependency-cruiser.mjs', import.meta.url).href;
    const { default: configuration } = (await import(file)) as { default: IConfiguration };
    const { forbidden, options } = configuration;
    const { output } = await cruise(['src', 'webview'], {
      ...options,
      ruleSet: { forbidden },
      validate: true,
      baseDir: folder,
    });
    if (typeof output === 'string') throw new Error(output);
    const found: Record<string, string[]> = {};
    for (const { from, rule } of output.summary.violations) {
      found[from] ??= [];
      if (!found[from].includes(rule.name)) found[from].push(rule.name);
    }
    expect(found).toEqual(expected);
  });
});
