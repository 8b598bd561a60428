import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { endless, fox, ownFolder, Running, randomLetters, recurrent, shell, stepIn, tiny } from './recurrent';

const { folder, at } = ownFolder('signals');
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

beforeAll(() => {
  writeFileSync(at('fox.txt'), fox);
  writeFileSync(at('random.txt'), randomLetters(1000));
});

/** A run that has taken its first steps. */
async function learning(...args: string[]): Promise<Running> {
  const run = new Running(['train', at('fox.txt'), ...endless, ...args]);
  await run.until(() => /^step \d+ /m.test(run.stderr) || run.stdout.includes('"step":20,'), 'first steps');
  return run;
}

/** A run whose reader has taken the beginning and then stands still. */
async function stalled(...args: string[]): Promise<Running> {
  const run = new Running(['train', at('fox.txt'), ...endless, '--json', ...args]);
  await run.until(() => run.stdout.length > 0, 'the beginning');
  run.child.stdout?.pause();
  await new Promise((done) => setTimeout(done, 1000));
  return run;
}

describe.each(signals)('%s', (signal) => {
  it.each([
    ['without a validation text', '0'],
    ['with one', '0.1'],
  ])('ends a run %s after its step, with its model and where it is', async (_, validation) => {
    const target = at(`${signal} ${validation}.st`);
    const run = await learning('--validation', validation, '--checkpoint', target);
    run.child.kill(signal);
    expect(await run.ended).toEqual({ code: 0, signal: null });
    const ended = Number(/^Finished at step (\d+) \(stopped\)\.$/m.exec(run.stderr)?.[1]);
    expect(run.stderr).toMatch(/^Stopping after this step\.$/m);
    const kept = [...run.stderr.matchAll(/^(?:Checkpoint|Newest): (.*\.st) \((?:the best, )?step (\d+)\)$/gm)];
    expect(kept[0][1]).toBe(target);
    expect(Math.max(...kept.map(([, , step]) => Number(step)))).toBe(ended);
    for (const [, file, step] of kept) expect(stepIn(file)).toBe(Number(step));
    expect(run.stderr).toMatch(/^To go on: recurrent train .*fox\.txt --resume '.*' --checkpoint '.*'$/m);
  });

  it('ends a run without a checkpoint as well', async () => {
    const run = await learning('--json');
    run.child.kill(signal);
    expect(await run.ended).toEqual({ code: 0, signal: null });
    expect(run.stdout).toMatch(/"event":"finished","step":\d+,"reason":"stopped"\}\n$/);
  });

  it('ends a run whose reader stands still, soon', async () => {
    const target = at(`still ${signal}.st`);
    const run = await stalled('--checkpoint', target);
    run.child.kill(signal);
    expect(await run.ended).toEqual({ code: 0, signal: null });
    expect(stepIn(target)).toBeGreaterThan(0);
    expect(run.stderr).toContain(`Checkpoint: ${target} (`);
  });

  it('ends a command that makes nothing at once, as ever', async () => {
    const [model, text] = [at(`quick ${signal}.st`), at('long.txt')];
    expect(recurrent('train', at('fox.txt'), ...tiny, '--checkpoint', model).status).toBe(0);
    writeFileSync(text, fox.repeat(5000));
    const run = new Running(['evaluate', model, text]);
    await new Promise((done) => setTimeout(done, 600));
    run.child.kill(signal);
    expect(await run.ended).toEqual({ code: null, signal });
  });
});

describe('a second signal', () => {
  it('that comes with the first is the same, as timeout and npm send two', async () => {
    const run = await learning('--checkpoint', at('twice.st'));
    run.child.kill('SIGTERM');
    run.child.kill('SIGTERM');
    expect(await run.ended).toEqual({ code: 0, signal: null });
    expect(stepIn(at('twice.st'))).toBeGreaterThan(0);
  });

  it.each(signals)('ends the process at once, and leaves the file whole: %s', async (signal) => {
    const target = at(`second ${signal}.st`);
    const run = await stalled('--checkpoint', target);
    run.child.kill(signal);
    await run.until(() => run.stderr.includes('Checkpoint: '), 'the first signal');
    await new Promise((done) => setTimeout(done, 500));
    const asked = performance.now();
    run.child.kill(signal);
    expect(await run.ended).toEqual({ code: null, signal });
    expect(performance.now() - asked).toBeLessThan(1000);
    expect(stepIn(target)).toBeGreaterThan(0);
  });
});

describe('a run under nohup', () => {
  it('lives on when its terminal closes', () => {
    const options = endless.join(' ');
    const started = 'until grep -q "^step" said; do sleep 0.1; done';
    const line = `nohup "$NODE" "$R" train fox.txt ${options} --checkpoint hup.st 2>said & ${started}; kill -HUP $!; sleep 1; kill -TERM $!; wait $!`;
    const { status, stderr } = shell(line, folder);
    expect(status, stderr).toBe(0);
    expect(readFileSync(at('said'), 'utf8').match(/^Stopping/gm)).toHaveLength(1);
    expect(stepIn(at('hup.st'))).toBeGreaterThan(0);
  });
});

describe('SIGKILL', () => {
  const kills = Number(process.env.RECURRENT_KILLS ?? 4);
  // Learns its text by heart within a second, so that its best model is an early one.
  const options =
    '--hidden 32 --batch 4 --steps 20 --threads 1 --lr 0.02 --length 2 --validation 0.3 --evaluate-every 50 --json'.split(
      ' ',
    );
  const steps = ['--epochs', '100000', '--max-steps', String(200 * kills + 200)];

  it(`loses nothing but the last seconds of a run that no longer improves: ${kills} kills`, {
    timeout: 0,
  }, async () => {
    const target = at('killed.st');
    const train = ['train', at('random.txt'), ...steps, '--json', '--checkpoint'];
    const whole = new Running([...train, at('whole.st'), ...options]);
    expect(await whole.ended).toEqual({ code: 0, signal: null });
    const expected = losses(whole.stdout);

    const lost: number[] = [];
    let reached = 0;
    let resumed: string[] = [];
    for (let kill = 0; kill < kills; kill++) {
      const run = new Running([...train, target, ...(resumed.length > 0 ? resumed : options)]);
      const far = Math.max(reached, 100) + 20 + ((29 * kill) % 50);
      await run.until(() => (lastStep(run.stdout) ?? 0) >= far, 'steps beyond the last kill');
      run.child.kill('SIGKILL');
      await run.ended;
      const seen = losses(run.stdout);
      for (const [step, loss] of seen) expect(loss, `step ${step}`).toBe(expected.get(step));
      const first = seen.keys().next().value!;
      if (kill > 0) lost.push(reached - first + 1);
      reached = lastStep(run.stdout)!;
      resumed = ['--resume', target];
    }
    const last = new Running([...train, target, '--resume', target]);
    expect(await last.ended).toEqual({ code: 0, signal: null });
    for (const [step, loss] of losses(last.stdout)) expect(loss, `step ${step}`).toBe(expected.get(step));
    lost.push(reached - losses(last.stdout).keys().next().value! + 1);
    console.info(`${kills} kills of ${expected.size} steps; lost ${lost.join(', ')} steps`);
    expect(Math.max(...lost)).toBeLessThanOrEqual(100);
    expect(Math.min(...lost)).toBeGreaterThanOrEqual(0);

    // The best and the newest, weights and all, are those of the run that nobody killed.
    for (const latest of ['', '.latest']) {
      expect(stepIn(at(`killed${latest}.st`))).toBe(stepIn(at(`whole${latest}.st`)));
      const measured = ['killed', 'whole'].map(
        (name) => recurrent('evaluate', at(`${name}${latest}.st`), at('random.txt'), '--json').stdout,
      );
      expect(measured[0]).toBe(measured[1]);
    }
    expect(stepIn(at('killed.st'))).toBeLessThan(stepIn(at('killed.latest.st'))!);
  });
});

/** The loss of every step that was printed whole. */
function losses(stdout: string): Map<number, string> {
  return new Map(
    [...stdout.matchAll(/^\{"event":"step","step":(\d+),"epoch":[^,]+,"loss":([^,]+),.*\}$/gm)].map(
      ([, step, loss]) => [Number(step), loss],
    ),
  );
}

function lastStep(stdout: string): number | undefined {
  const [, step] = [...stdout.slice(-3000).matchAll(/^\{"event":"step","step":(\d+),.*\}$/gm)].at(-1) ?? [];
  return step === undefined ? undefined : Number(step);
}
