import { describe, expect, it } from 'vitest';
import { surpriseOfText } from '../../../src/analysis/surprise';
import { textFlow } from '../../../src/analysis/text-flow';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { readPrompt } from '../../../src/generation/prompt';
import { modelSchema } from '../../../src/model/configuration';
import { corpusFor, prepareCorpus, type TextOptions } from '../../../src/text/corpus';
import { decodeText } from '../../../src/text/decode';
import type { Tokenizer } from '../../../src/text/tokenizer';
import { restoreTokenizer } from '../../../src/text/tokenizers';
import { dist } from '../training/train';
import { asItStands } from './texts';

const text = 'Ein Café am Fluß,\nund noch eins: “Ångström” — 한글.\n\nDéjà vu, déjà vu.\n';

/** The same text as different people, systems and programs keep it. */
const keepings: Record<string, Uint8Array> = Object.fromEntries(
  [
    ['LF', text],
    ['CRLF', text.replaceAll('\n', '\r\n')],
    ['CR', text.replaceAll('\n', '\r')],
    ['mixed line ends', text.replace('\n', '\r\n').replace('\n\n', '\n\r')],
    ['decomposed', text.normalize('NFD')],
    ['a mark, CRLF and decomposed', `\uFEFF${text.normalize('NFD').replaceAll('\n', '\r\n')}`],
    ['signs that are letters', text.replace('Å', '\u212b')],
  ].flatMap(([name, kept]) => [
    [name, new TextEncoder().encode(kept)],
    [`${name}, in UTF-16`, Buffer.from(`\uFEFF${kept.replace(/^\uFEFF/, '')}`, 'utf16le')],
  ]),
);

const tokenizers: Record<string, Partial<TextOptions>> = {
  characters: { tokenizer: 'characters' },
  'lower-case characters': { tokenizer: 'characters', normalize: 'lowercase' },
  words: { tokenizer: 'words', minFrequency: 1 },
  subwords: { tokenizer: 'subwords', vocabularySize: 300 },
};

/** What the calls that read a text, each in its way, make of it. */
function readings(engine: Engine, tokenizer: Tokenizer, kept: string, how: TextOptions['normalize']) {
  const prompt: number[] = [];
  const listening: Engine = {
    ...engine,
    step: (ids, state) => {
      prompt.push(...ids);
      return engine.step(ids, state);
    },
  };
  readPrompt({ engine: listening, tokenizer, prompt: kept, normalize: how });
  return {
    prompt,
    surprise: [...surpriseOfText(engine, tokenizer, kept, how)].map((token) => token.text),
    flow: textFlow(engine, tokenizer, kept, 5, how).before,
  };
}

describe.each(Object.entries(tokenizers))('a text in %s', (_, changes) => {
  const options = { ...asItStands, ...changes };
  const corpus = prepareCorpus(text, options, 'a.txt');

  it('is the same tokens and the same vocabulary, however it is kept', () => {
    for (const [kept, bytes] of Object.entries(keepings)) {
      const other = prepareCorpus(decodeText(bytes, kept), options, kept);
      expect(other.tokenizer.serialise(), kept).toEqual(corpus.tokenizer.serialise());
      expect([...other.ids], kept).toEqual([...corpus.ids]);
      expect([...corpusFor(corpus.tokenizer, decodeText(bytes, kept), options, kept).ids], kept).toEqual([
        ...corpus.ids,
      ]);
    }
  });

  it('is the same to a prompt, to a surprise, and to a gradient flow', async () => {
    const { tokenizer } = corpus;
    const engine = await createEngine(
      'tfjs',
      { ...modelSchema.parse({ hidden: 2 }), vocabulary: tokenizer.vocabulary.length },
      { dist },
    );
    try {
      const expected = readings(engine, tokenizer, text, options.normalize);
      expect(expected.surprise.join('')).toBe(options.normalize === 'lowercase' ? text.toLowerCase() : text);
      expect(expected.prompt.every((id) => id !== tokenizer.unknown)).toBe(true);
      for (const [kept, bytes] of Object.entries(keepings)) {
        expect(readings(engine, tokenizer, decodeText(bytes, kept), options.normalize), kept).toEqual(expected);
      }
    } finally {
      engine.dispose();
    }
  });

  it('stays what it was to a model that was made of texts as they are written', () => {
    // Such a vocabulary says nothing of a form.
    const { form: _, ...data } = corpus.tokenizer.serialise();
    const old = restoreTokenizer(data, 'old.safetensors');
    expect(old.form).toBe('written');
    expect(restoreTokenizer(JSON.parse(JSON.stringify(old.serialise())), 'old.safetensors').form).toBe('written');
    expect([...corpusFor(old, text.replaceAll('\n', '\r\n'), options, 'a.txt').ids]).toEqual([...corpus.ids]);
  });
});

it('is read by an old model with combining marks as it was learnt', () => {
  const decomposed = text.normalize('NFD');
  const points = [...new Set(decomposed)].sort();
  const old = restoreTokenizer({ kind: 'characters', vocabulary: ['<unk>', ...points] }, 'old.safetensors');
  const strict = { ...asItStands, refuseUnknown: true };
  const { ids } = corpusFor(old, decomposed, strict, 'a.txt');
  expect(ids.length).toBe([...decomposed].length);
  expect(old.decode(ids)).toBe(decomposed);
});
