import { lettersLost, littleLeft, oddCharacters, unknownTo, wordsLost } from './losses';
import { countCharacters, limitText, type Normalization, normalize } from './normalize';
import { quote } from './quote';
import { sameText, type TextForm } from './same-text';
import { type Stretch, spell } from './spelling';
import type { Ids, Tokenizer, TokenizerOptions } from './tokenizer';
import { buildTokenizer } from './tokenizers';
import { UserError } from './user-error';

/** Which part of a text is used, and how it becomes tokens. */
export interface TextOptions extends TokenizerOptions {
  readonly normalize: Normalization;
  /** Characters of the normalised text to use; 0 for all. */
  readonly limit: number;
  /** Share of the tokens, at the end, held out for validation. */
  readonly validation: number;
  /** Refuse a text with characters that an existing tokenizer does not know, as when training goes on; else they are <unk>. */
  readonly refuseUnknown?: boolean;
}

/** A text as token ids, split into training and validation. */
export interface Corpus {
  readonly tokenizer: Tokenizer;
  /** Code points of the text in use. */
  readonly characters: number;
  readonly charactersPerToken: number;
  readonly ids: Ids;
  /** Of a tokenizer of words: how many words became `<unk>`. */
  readonly unknownWords: number;
  /** The first ⌊n·(1 − validation)⌋ ids. A view into `ids`. */
  readonly training: Ids;
  /** The rest. A view into `ids`. */
  readonly validation: Ids;
  /** Sentences that a person should read: what of the text is lost, and what of it is too little. */
  readonly notes: readonly string[];
  /** What the ids `from` to `to`, exclusive, stand for in the text. */
  readonly stretch: (from: number, to: number) => Stretch;
}

/**
 * Normalises a text, learns its vocabulary (from the whole normalised text, as the lecture does), and encodes it.
 * @param source named in messages, for example a file's name
 * @throws UserError if there is nothing to learn
 */
export function prepareCorpus(text: string, options: TextOptions, source: string): Corpus {
  const same = sameText(text);
  const normalized = normalizeSource(same, options, source);
  const notes = [lettersLost(same, options.normalize, source, true)];
  const used = limitText(normalized, options.limit);
  requireVariety(used, source);
  const tokenizer = buildTokenizer(normalized, options);
  const corpus = encodeCorpus(tokenizer, used, options);
  notes.push(
    wordsLost(tokenizer, corpus, source, options),
    ...oddCharacters(normalized, tokenizer, source),
    ...littleLeft(
      { all: countCharacters(normalized), used: corpus.characters, held: corpus.validation.length },
      options,
      source,
    ),
  );
  const [first] = corpus.ids;
  if (corpus.ids.length > 1 && corpus.ids.every((id) => id === first)) {
    throw new UserError(
      `${source} is one token over and over, ${quote(tokenizer.vocabulary[first])}: there is nothing to learn; take the tokenizer 'characters', or another text.`,
    );
  }
  return { ...corpus, notes: notes.filter((note) => note !== undefined) };
}

/**
 * Encodes a text with an existing tokenizer, to go on training or to evaluate.
 * @param source named in messages, for example a file's name
 * @throws UserError if the text is empty after normalisation, if the tokenizer knows nothing of it, or, with
 *   `refuseUnknown`, if there are characters that it does not know
 */
export function corpusFor(tokenizer: Tokenizer, text: string, options: TextOptions, source: string): Corpus {
  const same = sameText(text, tokenizer.form);
  const used = limitText(normalizeSource(same, options, source, tokenizer.form), options.limit);
  if (options.refuseUnknown) refuseUnknown(tokenizer, used, source);
  const corpus = encodeCorpus(tokenizer, used, options);
  if (corpus.ids.every((id) => id === tokenizer.unknown)) {
    throw new UserError(
      `${source} has no token that the model knows: every one of its ${corpus.ids.length} tokens is <unk>; use the text that the model was trained on, or one like it.`,
    );
  }
  const notes = [lettersLost(same, options.normalize, source, false), unknownTo(tokenizer, corpus, source)];
  return { ...corpus, notes: notes.filter((note) => note !== undefined) };
}

/** A vocabulary cannot grow; the message names what it lacks. Words have their `<unk>`, and subwords know everything. */
function refuseUnknown(tokenizer: Tokenizer, text: string, source: string): void {
  if (tokenizer.kind !== 'characters') return;
  const known = new Set(tokenizer.vocabulary);
  const unknown = new Set<string>();
  for (const character of text) if (!known.has(character)) unknown.add(character);
  if (unknown.size === 0) return;
  const some = [...unknown].slice(0, 10).map((character) => JSON.stringify(character).slice(1, -1));
  const more = unknown.size > some.length ? ` and ${unknown.size - some.length} more` : '';
  throw new UserError(
    `${source} has characters that are not in the model's vocabulary (${some.join(' ')}${more}): go on with the text that the model was trained on, or train a new model.`,
  );
}

function normalizeSource(text: string, options: TextOptions, source: string, form?: TextForm): string {
  const normalized = normalize(text, options.normalize, form);
  if (!/\S/.test(normalized)) {
    throw new UserError(
      options.normalize === 'letters' || options.normalize === 'd2l'
        ? `${source} has no letter from A to Z, which are all that text.normalize '${options.normalize}' keeps: set it to 'none'.`
        : `${source} is empty or has only white space: there is nothing to learn; choose a file with text.`,
    );
  }
  return normalized;
}

function requireVariety(text: string, source: string): void {
  if (!/\S/.test(text)) {
    throw new UserError(
      `The beginning of ${source}, which text.limit leaves, has only white space: there is nothing to learn; raise text.limit.`,
    );
  }
  const first = String.fromCodePoint(text.codePointAt(0)!);
  for (let i = 0; i < text.length; i += first.length) if (!text.startsWith(first, i)) return;
  throw new UserError(
    `${source} has one distinct character, ${quote(first)}: there is nothing to learn; choose a text with at least two, or raise text.limit.`,
  );
}

function encodeCorpus(tokenizer: Tokenizer, text: string, options: TextOptions): Omit<Corpus, 'notes'> {
  const { ids, unknownWords, stretch } = spell(tokenizer, text);
  const characters = countCharacters(text);
  const split = Math.floor(ids.length * (1 - options.validation));
  return {
    tokenizer,
    characters,
    charactersPerToken: characters / ids.length,
    ids,
    unknownWords,
    training: ids.subarray(0, split),
    validation: ids.subarray(split),
    stretch,
  };
}
