import { type Cover, nothingOpen } from './cover';
import { createIds, type Ids } from './ids';
import { countCharacters } from './normalize';
import type { TextForm } from './same-text';
import { type TokenStream, wholeTokens } from './token-stream';
import type { Tokenizer, TokenizerData } from './tokenizer';
import { unknownId, unknownToken } from './unknown';
import { finish, type Work } from './work';

/** Characters that are read between two yields: about a millisecond. */
const slice = 1 << 16;

/** One token per character, by code point and never by UTF-16 unit. */
export class CharacterTokenizer implements Tokenizer {
  readonly kind = 'characters';
  readonly unknown = unknownId;
  /** Ids of the code points below 65,536, where nearly all text is. */
  private readonly plane = new Uint32Array(65536);
  private readonly beyond = new Map<number, number>();

  /** @param vocabulary `<unk>` and then single characters */
  constructor(
    readonly vocabulary: readonly string[],
    readonly form: TextForm = 'unified',
  ) {
    for (let id = 1; id < vocabulary.length; id++) {
      const point = vocabulary[id].codePointAt(0)!;
      if (point < 65536) this.plane[point] = id;
      else this.beyond.set(point, id);
    }
  }

  encode(text: string, unknown?: (at: number, character: string) => void): Ids {
    return finish(this.encoding(text, unknown));
  }

  *encoding(text: string, unknown?: (at: number, character: string) => void): Work<Ids> {
    const ids = createIds(countCharacters(text), this.vocabulary.length); // (characters)
    for (let i = 0, n = 0; i < text.length; n++) {
      if (n % slice === 0) yield i / text.length;
      const point = text.codePointAt(i)!;
      if (point < 65536) {
        ids[n] = this.plane[point];
        i++;
      } else {
        ids[n] = this.beyond.get(point) ?? unknownId;
        i += 2;
      }
      if (ids[n] === unknownId) unknown?.(n, String.fromCodePoint(point));
    }
    return ids;
  }

  charactersOf(): number {
    return 1;
  }

  lackingAt(): number {
    return 0;
  }

  decode(ids: ArrayLike<number>): string {
    return Array.from(ids, (id) => this.vocabulary[id]).join('');
  }

  stream(): TokenStream {
    return wholeTokens(this.vocabulary);
  }

  openFrom(text: string): number {
    return text.length;
  }

  covers(): readonly Cover[] {
    return nothingOpen;
  }

  after(): undefined {
    return undefined;
  }

  serialise(): TokenizerData {
    return { kind: 'characters', form: this.form, vocabulary: [...this.vocabulary] };
  }
}

/** The characters of a text, `<unk>` first and the others by code point. */
export function buildCharacters(text: string): CharacterTokenizer {
  return finish(learnCharacters(text));
}

/** The same bit by bit. */
export function* learnCharacters(text: string): Work<CharacterTokenizer> {
  const seen = new Uint8Array(0x110000);
  for (let i = 0, n = 0; i < text.length; n++) {
    if (n % slice === 0) yield i / text.length;
    const point = text.codePointAt(i)!;
    seen[point] = 1;
    i += point > 0xffff ? 2 : 1;
  }
  const vocabulary = [unknownToken];
  for (let point = seen.indexOf(1); point >= 0; point = seen.indexOf(1, point + 1)) {
    vocabulary.push(String.fromCodePoint(point));
  }
  return new CharacterTokenizer(vocabulary);
}
