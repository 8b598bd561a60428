import { expect, type Page, test } from '@playwright/test';
import { open, play } from './open';
import { unfold } from './page';

const charts = [
  ['perplexity-chart', 'Perplexity', 'perplexity', 'history'],
  ['gradient-chart', 'Gradient norm', 'gradient', 'history'],
  ['rate-chart', 'Learning rate', 'rate', 'history'],
  ['speed-chart', 'Speed', 'speed', 'history'],
  ['flow-chart', 'Gradient flow', 'flow', 'flow'],
  ['flow-curve', 'Gradient by lag', 'flow-curve', 'flow'],
] as const;

async function choose(page: Page, testId: string, title: string, item: string): Promise<void> {
  await page
    .getByTestId(testId)
    .getByRole('button', { name: `${title}: copy or save` })
    .click();
  await page.getByRole('menuitem', { name: item }).click();
}

/** What was saved last: its name, its size and its first bytes as Latin-1, or all of it as UTF-8. */
function saved(page: Page): Promise<{ name: string; start: string; text: string; size: number } | undefined> {
  return page.evaluate(() => {
    const requests = fakeHost.posted.filter(({ type, method }) => type === 'request' && method === 'save');
    const last = requests.at(-1)?.argument as { name: string; bytes: Uint8Array } | undefined;
    return (
      last && {
        name: last.name,
        start: new TextDecoder('latin1').decode(last.bytes.slice(0, 40)),
        text: last.name.endsWith('.png') ? '' : new TextDecoder().decode(last.bytes),
        size: last.bytes.length,
      }
    );
  });
}

/** The name of what was saved last; asked for alone, since the bytes are many. */
function savedName(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const requests = fakeHost.posted.filter(({ type, method }) => type === 'request' && method === 'save');
    return (requests.at(-1)?.argument as { name: string } | undefined)?.name;
  });
}

for (const [testId, title, id, data] of charts) {
  test(`${title}: saves its picture and its data through the host`, async ({ page }) => {
    await open(page, 'panel', 'dark');
    await play(page, 'panel', 'running');
    await unfold(page);
    await page.evaluate(() => {
      fakeHost.answers.save = () => true;
    });
    await choose(page, testId, title, 'Save as PNG…');
    await expect.poll(() => savedName(page)).toBe(`GRU-256-moby-dick-txt-${id}.png`);
    await expect(page.getByTestId('notice')).toHaveText('Saved.');
    const picture = (await saved(page))!;
    expect(picture.start.slice(1, 4)).toBe('PNG');
    expect(picture.size).toBeGreaterThan(4000);

    await choose(page, testId, title, 'Save Data as CSV…');
    await expect.poll(() => savedName(page)).toBe(`GRU-256-moby-dick-txt-${data}.csv`);
    const lines = (await saved(page))!.text.trim().split('\r\n');
    if (data === 'flow') {
      expect(lines[0]).toBe('run,step,layer,lag,norm');
      expect(lines.length).toBe(1 + 13 * 35);
    } else {
      expect(lines[0]).toMatch(/^run,step,epoch,seconds,loss,perplexity,/);
      expect(lines.length).toBe(1 + 6412);
    }

    await choose(page, testId, title, 'Save Data as JSON…');
    await expect.poll(() => savedName(page)).toBe('GRU-256-moby-dick-txt-history.json');
    const [run] = JSON.parse((await saved(page))!.text);
    expect(run.name).toBe('GRU-256 · moby-dick.txt');
    expect(run.steps.length).toBe(6412);
    expect(run.flows.length).toBe(13);
  });
}

test('copies a picture to the clipboard', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, 'panel', 'dark');
  await play(page, 'panel', 'running');
  await choose(page, 'perplexity-chart', 'Perplexity', 'Copy as PNG');
  await expect(page.getByTestId('notice')).toHaveText('Copied.');
  const size = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const bitmap = await createImageBitmap(await item.getType('image/png'));
    return [bitmap.width, bitmap.height];
  });
  const canvas = page.getByTestId('perplexity-chart').locator('canvas').first();
  const [width, height] = await canvas.evaluate((node: HTMLCanvasElement) => [node.width, node.height]);
  expect(size[0]).toBe(width);
  // Above the chart its title and one row of its legend, below it what the axis measures.
  expect(size[1]).toBe(height + 30 + 20 + 22);
});

test('says so where the clipboard may not be written', async ({ page }) => {
  await open(page, 'panel', 'dark');
  await page.evaluate(() => {
    navigator.clipboard.write = () => Promise.reject(new DOMException('denied', 'NotAllowedError'));
  });
  await play(page, 'panel', 'running');
  await choose(page, 'perplexity-chart', 'Perplexity', 'Copy as PNG');
  await expect(page.getByTestId('notice')).toHaveText(
    'This window may not write to the clipboard; save the picture instead.',
  );
});

test('what was done is said over the page, moves nothing, and goes by itself', async ({ page }) => {
  await page.clock.install();
  await open(page, 'panel', 'dark');
  await page.evaluate(() => {
    fakeHost.answers.save = () => true;
    fakeHost.play('panel', 'running');
  });
  await page.clock.runFor(1000);
  const top = async () => (await page.getByTestId('gradient-chart').boundingBox())?.y;
  const before = await top();
  await choose(page, 'perplexity-chart', 'Perplexity', 'Save Data as CSV…');
  await expect(page.getByTestId('notice')).toHaveText('Saved.');
  expect(await top()).toBe(before);
  await page.clock.runFor(9000);
  await expect(page.getByTestId('notice')).toHaveText('');
});

for (const [state, testId, title] of [
  ['running', 'perplexity-chart', 'Perplexity'],
  ['comparing', 'perplexity-chart', 'Perplexity'],
  ['running', 'gradient-chart', 'Gradient norm'],
  ['two-layers', 'flow-chart', 'Gradient flow'],
  ['two-layers', 'flow-curve', 'Gradient by lag'],
]) {
  test(`the picture of ${testId}, ${state}, explains itself as reviewed`, async ({ page }) => {
    await page.setViewportSize({ width: 900, height: 1000 });
    await open(page, 'panel', 'light');
    await play(page, 'panel', state);
    await page.evaluate(() => {
      fakeHost.answers.save = () => true;
    });
    await choose(page, testId, title, 'Save as PNG…');
    await expect(page.getByTestId('notice')).toHaveText('Saved.');
    const bytes = await page.evaluate(() => {
      const { argument } = fakeHost.posted.filter(({ method }) => method === 'save').at(-1)!;
      return [...(argument as { bytes: Uint8Array }).bytes];
    });
    expect(Buffer.from(bytes)).toMatchSnapshot(`exported-${testId}-${state}.png`, { maxDiffPixelRatio: 0.001 });
  });
}

test.describe('at a zoom of 125 %', () => {
  test.use({ deviceScaleFactor: 1.25 });

  test('a picture holds its chart pixel for pixel', async ({ page }) => {
    await open(page, 'panel', 'light');
    await play(page, 'panel', 'running');
    await unfold(page);
    await page.evaluate(() => {
      fakeHost.answers.save = () => true;
    });
    await choose(page, 'speed-chart', 'Speed', 'Save as PNG…');
    await expect(page.getByTestId('notice')).toHaveText('Saved.');
    const [heads, different] = await page.evaluate(async () => {
      const { argument } = fakeHost.posted.filter(({ method }) => method === 'save').at(-1)!;
      const bitmap = await createImageBitmap(new Blob([(argument as { bytes: BlobPart }).bytes]));
      const chart = document.querySelector<HTMLCanvasElement>('[data-testid="speed-chart"] canvas')!;
      const draw = (...images: readonly (CanvasImageSource & { readonly height: number })[]) => {
        const canvas = new OffscreenCanvas(chart.width, images[0].height);
        const context = canvas.getContext('2d')!;
        context.fillStyle = getComputedStyle(document.body).getPropertyValue('--vscode-editor-background');
        context.fillRect(0, 0, canvas.width, canvas.height);
        for (const image of images) context.drawImage(image, 0, 0);
        return context;
      };
      // Above the chart its title and one row of its legend: 62½ pixels.
      const head = Math.round((30 + 20) * 1.25);
      const whole = draw(bitmap).getImageData(0, head, chart.width, chart.height).data;
      const alone = draw(chart).getImageData(0, 0, chart.width, chart.height).data;
      return [bitmap.height - chart.height, whole.filter((value, at) => Math.abs(value - alone[at]) > 4).length];
    });
    expect(heads).toBe(Math.floor(63 + 22 * 1.25));
    expect(different).toBe(0);
  });
});
