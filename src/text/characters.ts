import { createIds, type Ids } from './ids';
import { countCharacters } from './normalize';
import type { TextForm } from './same-text';
import { type TokenStream, wholeTokens } from './token-stream';
import type { Tokenizer, TokenizerData } from './tokenizer';
import { unknownId, unknownToken } from './unknown';

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
    const ids = createIds(countCharacters(text), this.vocabulary.length); // (characters)
    for (let i = 0, n = 0; i < text.length; n++) {
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

  decode(ids: ArrayLike<number>): string {
    return Array.from(ids, (id) => this.vocabulary[id]).join('');
  }

  stream(): TokenStream {
    return wholeTokens(this.vocabulary);
  }

  serialise(): TokenizerData {
    return { kind: 'characters', form: this.form, vocabulary: [...this.vocabulary] };
  }
}

/** The characters of a text, `<unk>` first and the others by code point. */
export function buildCharacters(text: string): CharacterTokenizer {
  const plane = new Uint8Array(65536);
  const beyond = new Set<number>();
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i)!;
    if (point < 65536) plane[point] = 1;
    else {
      beyond.add(point);
      i++;
    }
  }
  const points: number[] = [];
  plane.forEach((seen, point) => {
    if (seen) points.push(point);
  });
  points.push(...[...beyond].sort((a, b) => a - b));
  return new CharacterTokenizer([unknownToken, ...points.map((point) => String.fromCodePoint(point))]);
}
