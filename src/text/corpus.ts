import { lettersLost, littleLeft, oddCharacters, wordsLost } from './losses';
import { countCharacters, limitText, type Normalization, normalizing } from './normalize';
import { escapeText, quote } from './quote';
import { sameText, type TextForm } from './same-text';
import { type Stretch, spelling } from './spelling';
import type { Ids, Tokenizer, TokenizerOptions } from './tokenizer';
import { learnTokenizer } from './tokenizers';
import { UserError } from './user-error';
import { finish, type Progress, part, type Work } from './work';

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
  /** Tells the text in use from another one: 32 bits of its content, and its length. */
  readonly fingerprint: string;
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

/** The parts of making a corpus of a text. */
export type CorpusPart = 'normalising' | 'vocabulary' | 'encoding';

/** A corpus on its way. */
export type CorpusWork = Generator<Progress<CorpusPart>, Corpus, void>;

/**
 * Normalises a text, learns its vocabulary (from the whole normalised text, as the lecture does), and encodes it.
 * @param source named in messages, for example a file's name
 * @throws UserError if there is nothing to learn
 */
export function prepareCorpus(text: string, options: TextOptions, source: string): Corpus {
  return finish(preparingCorpus(text, options, source));
}

/** The same bit by bit. */
export function* preparingCorpus(text: string, options: TextOptions, source: string): CorpusWork {
  const same = sameText(text);
  const normalized = yield* part('normalising', normalizingSource(same, options, source));
  const lost = lettersLost(same, options.normalize, source, true);
  const used = limitText(normalized, options.limit);
  requireVariety(used, source);
  const { tokenizer, notes: learnt } = yield* part('vocabulary', learnTokenizer(normalized, options));
  const corpus = yield* part('encoding', encodingCorpus(tokenizer, used, options));
  const notes = [
    lost,
    wordsLost(tokenizer, corpus, source, options),
    ...oddCharacters(normalized, tokenizer, source),
    ...littleLeft(
      { all: countCharacters(normalized), used: corpus.characters, held: corpus.validation.length },
      options,
      source,
    ),
    ...learnt,
  ];
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
  return finish(encodingFor(tokenizer, text, options, source));
}

/** The same bit by bit. */
export function* encodingFor(tokenizer: Tokenizer, text: string, options: TextOptions, source: string): CorpusWork {
  const same = sameText(text, tokenizer.form);
  const normalized = yield* part('normalising', normalizingSource(same, options, source, tokenizer.form));
  const used = limitText(normalized, options.limit);
  if (options.refuseUnknown) yield* part('encoding', refuseUnknown(tokenizer, used, source));
  const corpus = yield* part('encoding', encodingCorpus(tokenizer, used, options));
  if (corpus.ids.every((id) => id === tokenizer.unknown)) {
    throw new UserError(
      `${source} has no token that the model knows: every one of its ${corpus.ids.length} tokens is <unk>; use the text that the model was trained on, or one like it.`,
    );
  }
  const lost = lettersLost(same, options.normalize, source, false);
  return { ...corpus, notes: lost === undefined ? [] : [lost] };
}

/** Characters that are looked at between two yields: about a millisecond. */
const slice = 1 << 15;

/** A vocabulary cannot grow; the message names what it lacks. Words have their `<unk>`, and subwords know everything. */
function* refuseUnknown(tokenizer: Tokenizer, text: string, source: string): Work<void> {
  if (tokenizer.kind !== 'characters') return;
  const known = new Set(tokenizer.vocabulary);
  const unknown = new Set<string>();
  let looked = 0;
  for (const character of text) {
    if (!known.has(character)) unknown.add(character);
    if (looked++ % slice === 0) yield 0;
  }
  if (unknown.size === 0) return;
  const some = [...unknown].slice(0, 10).map(escapeText);
  const more = unknown.size > some.length ? ` and ${unknown.size - some.length} more` : '';
  throw new UserError(
    `${source} has characters that are not in the model's vocabulary (${some.join(' ')}${more}): go on with the text that the model was trained on, or train a new model.`,
  );
}

function* normalizingSource(text: string, options: TextOptions, source: string, form?: TextForm): Work<string> {
  const normalized = yield* normalizing(text, options.normalize, form);
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

function* encodingCorpus(tokenizer: Tokenizer, text: string, options: TextOptions): Work<Omit<Corpus, 'notes'>> {
  const { ids, unknownWords, stretch } = yield* spelling(tokenizer, text);
  const characters = countCharacters(text);
  const split = Math.floor(ids.length * (1 - options.validation));
  return {
    tokenizer,
    characters,
    charactersPerToken: characters / ids.length,
    fingerprint: fingerprintOf(text),
    ids,
    unknownWords,
    training: ids.subarray(0, split),
    validation: ids.subarray(split),
    stretch,
  };
}

/** FNV-1a over the text's UTF-16 units, and how many there are. */
function fingerprintOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return `${text.length}-${(hash >>> 0).toString(16)}`;
}
