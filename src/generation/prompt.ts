import type { Engine } from '../engine/engine';
import type { Cover } from '../text/cover';
import { type Normalization, normalize } from '../text/normalize';
import type { TextForm } from '../text/same-text';
import type { Tokenizer } from '../text/tokenizer';
import { UserError } from '../text/user-error';
import { type Choices, nextTokens } from './choices';
import { Reader } from './reading';
import { waysOn } from './seam';
import { UnknownCounter, type UnknownText } from './unknown';

/** What is needed to read a prompt. */
export interface PromptRequest {
  readonly engine: Engine;
  readonly tokenizer: Tokenizer;
  /** Empty starts as after a line end or, if the vocabulary has none, after a space. Of a very long one the end is read. */
  readonly prompt: string;
  /** Ids of tokens that stand after it already, as a continuation gave them; none if absent. */
  readonly follow?: readonly number[];
  /** What was done to the text that the model learnt, and is done to the prompt; nothing if absent. */
  readonly normalize?: Normalization;
  /** Is told, before the first token, what is to be known of the prompt. */
  readonly report?: (report: PromptReport) => void;
}

/** How a prompt was read. */
export interface PromptReport {
  readonly unknown: UnknownText;
  /** Mean −log p of its tokens but for the last word's, as a share of what guessing takes; 0 if it is too short to tell. */
  readonly surprise: number;
  /** For a person, a sentence each. */
  readonly notes: readonly string[];
}

/** UTF-16 units of a prompt that are read, from its end: no model remembers more. */
export const longestRead = 100_000;

const cutNote = `Of the prompt only the last ${longestRead.toLocaleString('en')} characters are read.`;

/** UTF-16 units made into tokens at a time, so that reading can be given up. */
const stretch = 4096;

/**
 * Reads a prompt from a zero state; what the vocabulary lacks is read as `<unk>`. The word or other piece that it ends within is
 * read together with what follows. Yields while it reads.
 * @returns what may come first
 * @throws UserError if the tokens that follow are not of this model or do not go on from the prompt
 */
export function* readPrompt(request: PromptRequest): Generator<undefined, Choices> {
  const { engine, tokenizer, follow = [], normalize: how = 'none' } = request;
  const shown = endOf(request.prompt);
  const { text, lead } = normalized(shown, how, tokenizer.form);
  const unknown = new UnknownCounter(shown, how);
  const encode = (from: number, to: number) => tokenizer.encode(text.slice(from, to), (_, piece) => unknown.add(piece));
  const reader = new Reader(engine);
  let at = 0;
  while (text.length - at > stretch) {
    const end = at + cutOf(tokenizer, text.slice(at, at + stretch));
    yield* reader.take(encode(at, end));
    at = end;
  }
  const open = at + tokenizer.openFrom(text.slice(at));
  yield* reader.take(encode(at, open));
  if (text === '') yield* reader.take([firstId(tokenizer)]);
  const stump = text.slice(open);
  const covers = tokenizer.covers(stump);
  if (covers.some(({ before }) => before.includes(tokenizer.unknown))) {
    const last = encode(open, text.length).at(-1);
    unknown.atEnd = last === tokenizer.unknown;
  }
  const cut = shown.length < request.prompt.length;
  request.report?.({
    unknown: unknown.result,
    surprise: reader.surprise,
    notes: [...(cut ? [cutNote] : []), ...unknown.notes(tokenizer.kind)],
  });
  if (follow.length > 0) return yield* readOn(reader, tokenizer, covers, follow);
  const { place } = reader;
  if (stump === '' && lead === '') return nextTokens(place.next, tokenizer, tokenizer.stream(), place.state);
  return yield* waysOn(engine, tokenizer, { text: stump, covers, place, lead });
}

/** Reads tokens that stand after a prompt already. */
function* readOn(
  reader: Reader,
  tokenizer: Tokenizer,
  covers: readonly Cover[],
  follow: readonly number[],
): Generator<undefined, Choices> {
  const cover = covers.find(
    ({ before, next }) =>
      before.every((id, n) => id === follow[n]) && (next === undefined || next.includes(follow[before.length])),
  );
  const V = tokenizer.vocabulary.length;
  if (!cover || !follow.every((id) => Number.isInteger(id) && id >= 0 && id < V)) {
    throw new UserError('The tokens after the prompt are not of this model; generate them anew.');
  }
  yield* reader.take(follow);
  const stream = tokenizer.stream();
  for (const id of follow) stream.next(id);
  const { place } = reader;
  const isFirst = !cover.isWhole && follow.length === cover.before.length + 1;
  const only = isFirst ? tokenizer.after(follow[follow.length - 1]) : undefined;
  return nextTokens(place.next, tokenizer, stream, place.state, only);
}

/** The end of a prompt that is read: all of it, or from a word's beginning where that is near. */
function endOf(prompt: string): string {
  if (prompt.length <= longestRead) return prompt;
  const end = prompt.slice(-longestRead).replace(/^[\uDC00-\uDFFF]/, '');
  const word = end.slice(0, 100).search(/\s\S/);
  return word < 0 ? end : end.slice(word + 1);
}

/**
 * A prompt as the model reads it. The lecture's normalisation by lines strips them, which would glue a prompt to its
 * continuation: it only keeps letters here. A blank that stands for other marks at the end is no blank of the prompt's, and has
 * to be written.
 */
function normalized(
  prompt: string,
  how: Normalization,
  form: TextForm,
): { readonly text: string; readonly lead: string } {
  const text = normalize(prompt, how === 'd2l' ? 'letters' : how, form);
  const isAdded = text.endsWith(' ') && !/\s$/u.test(prompt);
  return isAdded ? { text: text.slice(0, -1), lead: ' ' } : { text, lead: '' };
}

/** Where a text can be cut, so that its parts have the tokens that they have together: before a blank, if there is one. */
function cutOf(tokenizer: Tokenizer, text: string): number {
  for (let at = text.length - 1; at > 0; at--) {
    if (/[ \n]/.test(text[at]) && !/\s/.test(text[at - 1])) return at;
  }
  const open = tokenizer.openFrom(text) || text.length;
  return (text.charCodeAt(open - 1) & 0xfc00) === 0xd800 ? open - 1 : open;
}

function firstId({ vocabulary, unknown }: Tokenizer): number {
  for (const start of ['\n', ' ']) {
    const id = vocabulary.indexOf(start);
    if (id >= 0) return id;
  }
  return unknown === 0 ? 1 : 0;
}
