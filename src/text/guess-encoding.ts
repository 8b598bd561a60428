import { decoderOf } from './encodings';

/** Bytes that are looked at. */
const sampled = 1 << 14;

/** How bytes beyond ASCII stand: `apart`, as accents do among letters; `together`, as in words; or either. */
type Standing = 'apart' | 'together' | 'either';

/** An encoding, the characters beyond ASCII that are frequent in what is written in it, and the least share that they have. */
interface Candidate {
  readonly encoding: string;
  readonly standing: Standing;
  readonly frequent: RegExp;
  readonly share: number;
}

const western = /[éèêëàâäáãåæçíìîïñóòôöõøùúûüßœ’‘“”„–—…«»ÀÉÄÖÜ]/gu;
const russian = /[оеаинтслвр]/gu;
const kana = /[ぁ-んァ-ヶー、。]/gu;

/** Of two that fit equally well the first is told. */
const candidates: readonly Candidate[] = [
  { encoding: 'shift_jis', standing: 'either', frequent: kana, share: 0.4 },
  { encoding: 'euc-jp', standing: 'either', frequent: kana, share: 0.4 },
  { encoding: 'euc-kr', standing: 'together', frequent: /[이다의에는을를가고은하지사한로기]/gu, share: 0.12 },
  { encoding: 'gb18030', standing: 'either', frequent: /[的一是不了在有人我他这中大来上国，。]/gu, share: 0.12 },
  { encoding: 'big5', standing: 'either', frequent: /[的一是不了在有人我他這中大來上國，。]/gu, share: 0.12 },
  { encoding: 'windows-1251', standing: 'together', frequent: russian, share: 0.4 },
  { encoding: 'koi8-r', standing: 'together', frequent: russian, share: 0.4 },
  { encoding: 'ibm866', standing: 'together', frequent: russian, share: 0.4 },
  { encoding: 'windows-1253', standing: 'together', frequent: /[αοιετσνηςρά]/gu, share: 0.4 },
  { encoding: 'windows-1255', standing: 'together', frequent: /[יוהלאמתרבש]/gu, share: 0.45 },
  { encoding: 'windows-1256', standing: 'together', frequent: /[ايلمونترب]/gu, share: 0.45 },
  { encoding: 'windows-1252', standing: 'apart', frequent: western, share: 0.75 },
  { encoding: 'macintosh', standing: 'apart', frequent: western, share: 0.75 },
  {
    encoding: 'windows-1250',
    standing: 'apart',
    frequent: /[ąęćłńóśźżáčďéěíňřšťúůýžőűöüäăâ’“”„–—…]/gu,
    share: 0.75,
  },
];

const beyondAscii = /[^\0-\x7f]/gu;
const control = /[^\P{Cc}\s]/gu;
const count = (text: string, what: RegExp) => text.match(what)?.length ?? 0;

/**
 * What bytes that are not UTF-8 are likely to be: the name of an encoding, `utf-8` if they are that but for some damage, or
 * nothing if none fits well.
 * @param at the first byte that does not fit
 */
export function guessEncoding(bytes: Uint8Array, at: number): string | undefined {
  let from = at;
  while (from > 0 && from > at - sampled / 2 && bytes[from - 1] !== 10 && bytes[from - 1] !== 13) from--;
  const sample = bytes.slice(from, from + sampled);
  const utf8 = decoderOf('utf-8', false).decode(sample);
  const damaged = count(utf8, /\uFFFD/gu);
  if (count(utf8, beyondAscii) - damaged >= 3 * damaged) return 'utf-8';
  if (count(utf8, control) > utf8.length / 100) return undefined;
  const stand = standingOf(sample);
  let best: { readonly encoding: string; readonly fit: number } | undefined;
  for (const { encoding, standing, frequent, share } of candidates) {
    if (standing !== 'either' && standing !== stand) continue;
    const text = decoderOf(encoding, false).decode(sample);
    const fit = count(text, frequent) / count(text, beyondAscii) / share;
    if (fit >= 1 && fit > (best?.fit ?? 0)) best = { encoding, fit };
  }
  return best?.encoding;
}

function standingOf(bytes: Uint8Array): Standing {
  let all = 0;
  let together = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] < 0x80) continue;
    all++;
    if (bytes[i - 1] >= 0x80 || bytes[i + 1] >= 0x80) together++;
  }
  return together >= all / 2 ? 'together' : 'apart';
}
