// A window in a process of its own: trains the run of a folder until it is finished, whenever no other window does.
//   node training-window.js FOLDER DIST TEXTS STEPS
import { UserError } from '../../../../src/text/user-error';
import { openWindow, textIn, tiny } from './window';

const [folder, dist, texts, steps] = process.argv.slice(2);

/** Milliseconds between two looks. */
const interval = 20;

async function main(): Promise<void> {
  const { runs, problems } = openWindow(folder, dist);
  await runs.restore();
  const text = textIn(texts);
  const begin = () => runs.start(text, tiny({ maxSteps: Number(steps) }));
  let run = runs.front ?? begin();
  for (;;) {
    if (!run.isLive) {
      await runs.refresh();
      if (run.state === 'finished') break;
      if (run.canGoOn) await runs.goOn(run, async () => text).catch(ignoreRefusal);
      else if (!run.isElsewhere) {
        // Killed before its first checkpoint, it has nothing to go on from.
        await runs.delete(run);
        run = begin();
      }
    }
    if (run.isLive) process.send?.({ step: run.history.lastStep });
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
  await runs.close();
  process.send?.({ finished: true, problems });
  process.disconnect();
}

/** Another window was faster. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof UserError && /is trained in another window/.test(error.message))) throw error;
}

main().catch((error) => {
  process.send?.({ failed: String(error?.stack ?? error) }, () => process.exit(1));
});
