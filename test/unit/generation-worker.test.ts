import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shapeOf, writeCheckpoint } from '../../src/model/checkpoint';
import { parseConfiguration } from '../../src/model/configuration';
import { initialise } from '../../src/model/initialisation';
import { ParameterTable } from '../../src/model/parameters';
import type { GenerationMethods, GenerationTokens } from '../../src/protocol/generation';
import { Caller, type RequestMessage, type ResponseMessage } from '../../src/protocol/rpc';
import { buildTokenizer } from '../../src/text/tokenizers';
import { startThread, type Thread } from '../../src/worker/threads/start';

const dist = resolve(__dirname, '../../dist');

/** A model that learnt nothing. */
function checkpoint(configuration: object, seed = 1): Uint8Array {
  const complete = parseConfiguration(configuration, 'Test');
  const tokenizer = buildTokenizer('the quick brown fox jumps over the lazy dog\n', complete.text);
  const parameters = new ParameterTable(shapeOf(complete, tokenizer));
  initialise(parameters, 'uniform', seed);
  return writeCheckpoint({ configuration: complete, tokenizer, parameters });
}

describe('the worker that samples', () => {
  let thread: Thread<RequestMessage>;
  let caller: Caller<GenerationMethods>;
  const { generation } = parseConfiguration({}, 'Test');
  const request = { model: 'm', prompt: 'the ', options: generation, seed: 0, alternatives: 0, ticket: 1 };

  beforeAll(async () => {
    thread = startThread<RequestMessage, ResponseMessage | GenerationTokens>(
      dist,
      'generation',
      { dist },
      {
        message: (message) => {
          if (message.type === 'response') caller.handle(message);
        },
        ended: (error) => caller.rejectAll(error),
      },
    );
    caller = new Caller((message) => thread.post(message));
    const model = { hidden: 64, cell: 'gru' };
    await caller.call('load', { model: 'm', bytes: checkpoint({ model }) });
    await caller.call('load', { model: 'letters', bytes: checkpoint({ model, text: { normalize: 'letters' } }) });
  });
  afterAll(() => thread.terminate());

  it.each<[string, object, string]>([
    ['m', { beams: 4, topK: 3 }, 'Sampling: recurrent.generation.beams searches and does not sample; leave'],
    ['m', { beams: 4, length: 5000 }, 'Sampling: recurrent.generation.beams searches for at most 2000 tokens; lower'],
    ['m', { temperature: 11 }, 'Sampling: recurrent.generation.temperature is 11, but must be a number from 0 to 10.'],
    [
      'm',
      { topP: Number.NaN },
      'Sampling: recurrent.generation.topP is not a number, but must be a number from 0.01 to 1.',
    ],
    ['letters', { ending: 'line' }, 'Sampling: recurrent.generation.ending line would never come, as'],
  ])('refuses, for %s, %j in one sentence for a person', async (model, changes, message) => {
    const asked = caller.call('continue', { ...request, model, options: { ...generation, ...changes } });
    await expect(asked).rejects.toMatchObject({ user: true, message: expect.stringContaining(message) });
  });

  it('samples, and searches', async () => {
    const sampled = await caller.call('continue', { ...request, options: { ...generation, length: 8 } });
    expect(sampled.cancelled).toBe(false);
    expect(sampled.tokens.map(({ text }) => text).join('')).toHaveLength(8);
    const found = await caller.call('continue', { ...request, options: { ...generation, beams: 3, length: 8 } });
    expect(found.tokens.map(({ text }) => text).join('')).toHaveLength(8);
  });

  it('ends a request with the weights that it began with, though newer ones are loaded meanwhile', async () => {
    const options = { ...generation, length: 3000 };
    const untouched = await caller.call('continue', { ...request, options, ticket: 8 });
    const disturbed = caller.call('continue', { ...request, options, ticket: 9 });
    let ended = false;
    void disturbed.then(() => {
      ended = true;
    });
    await caller.call('load', { model: 'm', bytes: checkpoint({ model: { hidden: 64, cell: 'gru' } }, 2) });
    expect(ended, 'the weights came while the request was under way').toBe(false);
    const { tokens } = await disturbed;
    expect(tokens).toEqual(untouched.tokens);
    expect((await caller.call('continue', { ...request, options, ticket: 10 })).tokens).not.toEqual(tokens);
  });

  it('hears a cancel in the middle of a long search, and answers others meanwhile', async () => {
    const options = { ...generation, beams: 64, length: 2000 };
    const search = caller.call('continue', { ...request, options, ticket: 7 });
    const flow = await caller.call('flow', { model: 'm', text: 'the quick', steps: 4 });
    expect(flow).toMatchObject({ token: 'k', before: ['c', 'i', 'u', 'q'] });
    expect(flow.norms[0]).toHaveLength(4);
    await caller.call('cancel', { ticket: 7 });
    expect(await search).toMatchObject({ tokens: [], text: '', cancelled: true });
  });

  it('tells why a continuation ended, all its tokens, its text and what is unknown of the prompt', async () => {
    const options = { ...generation, length: 8 };
    const cut = await caller.call('continue', { ...request, options, prompt: 'the 語 ' });
    expect(cut).toMatchObject({ end: 'length', unknown: { pieces: ['語'], share: 0.25, atEnd: false } });
    expect(cut.notes).toEqual(['The model has never seen 語; it is read as <unk>.']);
    expect(cut.text).toBe(cut.tokens.map(({ text }) => text).join(''));
    const [{ text: first }] = cut.tokens;
    const stopped = await caller.call('continue', { ...request, options, prompt: 'the 語 ', stop: first });
    expect(stopped).toMatchObject({ end: 'stop', tokens: [], text: '', cancelled: false });
  });

  it('counts tokens without text as well, and gives no half characters', async () => {
    await caller.call('load', { model: 'bytes', bytes: checkpoint({ text: { tokenizer: 'subwords' } }) });
    const options = { ...generation, length: 60, temperature: 2 };
    const { tokens, text, end } = await caller.call('continue', { ...request, model: 'bytes', options });
    expect(tokens).toHaveLength(60);
    expect(end).toBe('length');
    expect(tokens.some((token) => token.text === '' && token.piece)).toBe(true);
    expect(text).not.toContain('\uFFFD');
  });

  it('goes on from ids, and refuses those of another model', async () => {
    const options = { ...generation, length: 6 };
    const { tokens } = await caller.call('continue', { ...request, options, alternatives: 3 });
    const follow = tokens.slice(0, 3).flatMap(({ ids }) => ids);
    const asked = { ...request, options: { ...options, length: 1, temperature: 0 }, follow, alternatives: 28 };
    const [next] = (await caller.call('continue', asked)).tokens;
    const same = next.alternatives.find(({ ids }) => ids[0] === tokens[3].ids[0]);
    expect(same?.bits).toBeCloseTo(tokens[3].bits, 5);
    await expect(caller.call('continue', { ...asked, follow: [5000] })).rejects.toMatchObject({ user: true });
  });

  it.each(['m', 'bytes'])('gives up reading a prompt of a megabyte at once (%s)', async (model) => {
    const prompt = 'the quick brown fox '.repeat(52_500);
    const reading = caller.call('continue', { ...request, model, prompt, ticket: 20 });
    await new Promise((resolve) => setTimeout(resolve, 60));
    const asked = performance.now();
    await caller.call('cancel', { ticket: 20 });
    expect(await reading).toMatchObject({ cancelled: true, tokens: [] });
    expect(performance.now() - asked).toBeLessThan(100);
  });
});
