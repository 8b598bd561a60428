import { describe, expect, it } from 'vitest';
import { isPlace, presentable, withoutRepeated } from '../../../src/host/completion-rules';

/** A line with the cursor written as │. */
function around(line: string): { before: string; after: string } {
  const [before, after] = line.split('│');
  return { before, after };
}

describe('A completion is offered', () => {
  it.each([
    ['after a word', 'Call me│'],
    ['after a blank', 'Call me │'],
    ['on an empty line', '│'],
    ['within a word that ends there', 'The qui│'],
    ['after accents', 'un café│'],
    ['after Cyrillic', 'привет│'],
    ['after Greek', 'καλημέρα │'],
    ['after Arabic', 'مرحبا│'],
    ['after Hebrew', 'שלום │'],
    ['after Devanagari', 'नमस्ते│'],
    ['after Chinese', '日本│'],
    ['after Thai', 'สวัสดี│'],
    ['after an emoji', 'well done 👍🏽│'],
    ['before blanks', 'Call me│   '],
    ['before a quote', '"Call me│"'],
    ['before curly quotes', '“Call me│”'],
    ['before guillemets', '«Привет│»'],
    ['before guillemets set off by blanks', '« Bonjour│ »'],
    ['before German quotes', '„Nennt mich│“'],
    ['before Japanese brackets', '「私の│」'],
    ['before a bracket and a full stop', '(see│).'],
    ['before two closing marks', '"(see│)"'],
    ['before bold', '**bold │**'],
    ['before italics', '_italic│_'],
    ['before code', '`code│`'],
    ['before struck text', '~~gone │~~'],
    ['before an exclamation', 'Привет│!'],
    ['before an Arabic question mark', 'كيف│؟'],
    ['before a danda', 'नमस्ते│।'],
    ['before a Chinese full stop', '日本│。'],
    ['before an ellipsis', 'and then│…'],
    ['before the brace of a block', 'function f(│) {'],
    ['before the bar of a cell', '| a │ |'],
  ])('%s: %s', (_, line) => {
    expect(isPlace(around(line), false)).toBe(true);
    expect(isPlace(around(line), true)).toBe(true);
  });

  it.each([
    ['Latin', 'hel│lo'],
    ['accents', 'caf│é'],
    ['diaeresis', 'na│ïve'],
    ['a decomposed accent', 'cafe│\u0301'],
    ['Cyrillic', 'при│вет'],
    ['Greek', 'καλη│μέρα'],
    ['Armenian', 'բար│և'],
    ['Georgian', 'გამარ│ჯობა'],
    ['Arabic', 'مر│حبا'],
    ['an Arabic vowel mark', 'مَر│ْحَبًا'],
    ['Hebrew', 'של│ום'],
    ['Devanagari', 'नम│स्ते'],
    ['a Devanagari vowel sign', 'नमस्त│े'],
    ['Tamil', 'வண│க்கம்'],
    ['Chinese', '日本│語'],
    ['Hiragana', 'こん│にちは'],
    ['Hangul', '안녕│하세요'],
    ['Thai', 'สวัส│ดี'],
    ['a Thai vowel', 'สวัสด│ี'],
    ['letters beyond the first plane', '𝒳│𝒴'],
    ['Gothic', '𐌰│𐌱'],
    ['digits', '12│34'],
    ['Arabic digits', '١│٢'],
    ['an underscore', 'snake│_case'],
    ['before an underscore', 'snake_│case'],
    ['the start of a word', 'the │whale'],
    ['a word in brackets that goes on', '(hel│lo)'],
    ['an apostrophe', 'don│’t'],
    ['a Hebrew gershayim', 'צה│״ל'],
    ['a joiner that does not show', 'می│\u200Cخواهم'],
    ['a family of emoji', '👨│\u200D👩'],
    ['an emoji and its colour', '👍│🏽'],
    ['a flag', '🇩│🇪'],
  ])('never within a word or character, not even if asked for: %s, %s', (_, line) => {
    expect(isPlace(around(line), false)).toBe(false);
    expect(isPlace(around(line), true)).toBe(false);
  });

  it.each([
    ['Call me│ Ishmael.'],
    ['Привет│, мир'],
    ['при│ вет'],
    ['(see│) the whale'],
    ['"Call me│," he said'],
    ['日本│、中国'],
    ['مرحبا│ يا عالم'],
    ['well│ 👍'],
    ['the │(old) whale'],
    ['¿Qué│ ¿Cómo?'],
    ['a │#tag'],
    ['f(│, b)'],
    ['x = │ + 1'],
  ])('before text that goes on only if it is asked for: %s', (line) => {
    expect(isPlace(around(line), false)).toBe(false);
    expect(isPlace(around(line), true)).toBe(true);
  });
});

describe('What a model wrote', () => {
  const present = (text: string, change: { before?: string; cut?: boolean; afterUnknown?: boolean } = {}) => {
    const { before = 'Call me ', cut = false, afterUnknown = false } = change;
    return presentable({ text, cut, afterUnknown }, before);
  };

  it.each([
    ['as it is', 'Ishmael.', 'Ishmael.'],
    ['without blanks at its end', 'Ishmael  \t', 'Ishmael'],
    ['with blanks at its beginning', '\tIshmael', '\tIshmael'],
    ['up to a line end', 'Ishmael.\nSome', 'Ishmael.'],
    ['up to a carriage return', 'Ishmael.\rSome', 'Ishmael.'],
    ['up to a line separator', 'Ishmael.\u2028Some', 'Ishmael.'],
    ['with whole emoji', 'well 👨‍👩‍👧 👍🏽 🇩🇪', 'well 👨‍👩‍👧 👍🏽 🇩🇪'],
    ['with the flag of England whole', 'for 🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'for 🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['without half a family', 'we 👨‍👩‍', 'we'],
    ['without half a flag', 'in 🇩🇪 🇫', 'in 🇩🇪'],
    ['without a joiner at its end', 'می\u200C', 'می'],
  ])('is shown %s', (_, text, shown) => {
    expect(present(text)).toBe(shown);
  });

  it.each([
    ['empty', ''],
    ['blanks', '        '],
    ['a tab', '\t'],
    ['no-break spaces', '\u00A0\u202F'],
    ['wide blanks', '\u3000\u3000'],
    ['what has no width', '\u200B\u2060\uFEFF\u00AD'],
    ['fillers', '\u3164\u115F\u2800'],
    ['only a line end', '\nIshmael'],
    ['bytes that are no character', 'Ishm\uFFFDel'],
    ['a byte at its end', 'Ishmael\uFFFD'],
    ['the first half of a pair', 'Ishmael \uD83D'],
    ['the second half of a pair', '\uDE00 Ishmael'],
    ['a control character', 'Ish\u0000mael'],
    ['an escape', '\u001b[2J'],
    ['a mark that stands on nothing', '\u0301a'],
    ['a vowel sign that stands on nothing', 'िताब'],
    ['a joiner that joins nothing', '\u200D👩'],
  ])('is not shown: %s', (_, text) => {
    expect(present(text)).toBe('');
    expect(present(text, { cut: true })).toBe('');
  });

  it.each([
    ['accent on another letter', 'cafe', '\u0301 noir'],
    ['colour on another emoji', 'well 👍', '🏽 done'],
    ['member of another family', 'we 👨', '\u200D👩'],
    ['half of another flag', 'in 🇩', '🇪'],
  ])('changes no character before it: %s', (_, before, text) => {
    expect(present(text, { before })).toBe('');
  });

  it.each([
    ['Devanagari', 'नमस्त', 'े दुनिया'],
    ['Thai', 'สวัสด', 'ี ครับ'],
    ['Latin', 'The qui', 'ck brown fox'],
    ['Cyrillic', 'при', 'вет, мир'],
    ['Chinese', '日本', '語を話す'],
    ['Arabic', 'مر', 'حبا'],
  ])('goes on with a word: %s', (_, before, text) => {
    expect(present(text, { before })).toBe(text);
  });

  it('goes on with no word that the model has never seen', () => {
    expect(present('dog jumps', { before: 'The qui', afterUnknown: true })).toBe('');
    expect(present(' jumps', { before: 'Das Rätsel', afterUnknown: true })).toBe('');
    expect(present('Some years', { before: 'Ishmael… ', afterUnknown: true })).toBe('Some years');
    expect(present(' he said', { before: 'Ishmael…', afterUnknown: true })).toBe(' he said');
  });

  it('puts no second blank after one', () => {
    expect(present(' Ishmael', { before: 'Call me ' })).toBe('Ishmael');
    expect(present(' Ishmael', { before: 'Call me' })).toBe(' Ishmael');
    expect(present('   42', { before: 'total ' })).toBe('   42');
    expect(present(' item', { before: '    ' })).toBe(' item');
  });

  it.each([
    ['Latin', 'the great wha', 'the great'],
    ['a whole last word, which may go on', 'the great whale', 'the great'],
    ['a word that a blank ends', 'the great whale ', 'the great whale'],
    ['a word that a mark ends', 'the great whale.', 'the great whale.'],
    ['an apostrophe that may be within', 'I said don’', 'I said'],
    ['a hyphen that may be within', 'a sun-', 'a'],
    ['a number that may go on', 'costs 3.', 'costs'],
    ['accents', 'le café noi', 'le café'],
    ['a decomposed accent', 'le cafe\u0301 noi', 'le cafe\u0301'],
    ['Cyrillic', 'весь этот го', 'весь этот'],
    ['Greek', 'η μεγάλη φά', 'η μεγάλη'],
    ['Arabic', 'هذا الكتا', 'هذا'],
    ['Hebrew', 'הלוויתן הלב', 'הלוויתן'],
    ['Devanagari', 'यह किता', 'यह'],
    ['a last emoji, which may go on', 'well done 👨', 'well done'],
    ['a first half', 'wha', ''],
    ['letters without end', 'aaaaaaaaaaaaaaaaaaaa', ''],
    ['what ended with its line', 'the great wha\nle', 'the great wha'],
  ])('is not cut within a word by its length: %s', (_, text, shown) => {
    expect(present(text, { cut: true })).toBe(shown);
  });

  it('is cut between words where none are set apart by blanks', () => {
    for (const text of ['私は日本語を話しま', '我们都喜欢看电', 'ผมชอบอ่านหนังสื']) {
      const shown = present(text, { cut: true, before: '' });
      expect(shown.length).toBeGreaterThan(0);
      expect(text.startsWith(shown)).toBe(true);
      expect(shown.length).toBeLessThan(text.length);
    }
  });
});

describe('What follows the cursor', () => {
  const rest = (text: string, after: string, next = '') => withoutRepeated(text, { after, next });

  it.each([
    ['nothing', 'Ishmael.', '', 'Ishmael.'],
    ['a quote', 'Ishmael"', '"', 'Ishmael'],
    ['a quote, and more written', 'Ishmael," said he', '"', 'Ishmael,'],
    ['a curly quote', 'Ishmael,” said', '”', 'Ishmael,'],
    ['an apostrophe that closes', 'I don’t’ he', '’', 'I don’t'],
    ['guillemets', '» сказал: —', '»', ''],
    ['guillemets with others within', ' «дом» и» да', '»', ' «дом» и'],
    ['guillemets after a blank', ' blanche » dit', ' »', ' blanche'],
    ['guillemets the German way', 'mich« sagte', '«', 'mich'],
    ['German quotes', 'mich „so“ und“ dann', '“', 'mich „so“ und'],
    ['a bracket', 'the whale) and', ')', 'the whale'],
    ['a bracket with others within', 'the (old) whale) and', ')', 'the (old) whale'],
    ['brackets that the text opens itself', 'the (old) whale', ')', 'the (old) whale'],
    ['Japanese brackets', '名前」と言った', '」', '名前'],
    ['wide brackets', '注）です', '）', '注'],
    ['bold', 'text** and', '**', 'text'],
    ['italics', 'text_ and', '_', 'text'],
    ['italics with a name within', 'snake_case_ and', '_', 'snake_case'],
    ['code', 'code` and', '`', 'code'],
    ['struck text', 'gone~~ so', '~~', 'gone'],
    ['an exclamation', '! Корабль', '!', ''],
    ['an exclamation later', ', мир! И', '!', ', мир'],
    ['a full stop', 'the whale. Then', '.', 'the whale'],
    ['a full stop within a number', 'of 3.14 metres. And', '.', 'of 3.14 metres'],
    ['three full stops', 'the whale...', '...', 'the whale'],
    ['another mark than it writes', 'the whale?', '.', 'the whale'],
    ['a Chinese full stop', '人。他', '。', '人'],
    ['an Arabic question mark', 'حالك؟ أنا', '؟', 'حالك'],
    ['a danda', ' दुनिया। मैं', '।', ' दुनिया'],
    ['two marks of which it writes the second', 'whale" he', ')"', 'whale'],
    ['a full stop and a quote', 'the whale," said', '."', 'the whale'],
    ['a bracket and a brace', 'a, b) { return', ') {', 'a, b'],
    ['all of it', ')', ')', ''],
    ['all of it, in two marks', '.)', '.)', ''],
  ])('is not written once more: %s', (_, text, after, expected) => {
    expect(rest(text, after)).toBe(expected);
  });

  it.each([
    ['the end that is the beginning of what follows', 'the white whale', ' white whale swims', 'the'],
    ['the same after a blank', 'great whale', ' whale swims', 'great'],
    ['all of it', ' whale', ' whale swims', ''],
    ['all of it, and it went on', ' whale dives', ' whale swims', ''],
    ['a letter that is alike by chance', 'Ishmaela', ' and so', 'Ishmaela'],
    ['a beginning that is another word', ' whales dive', ' whale swims', ' whales dive'],
    ['Cyrillic', 'весь белый свет', ' белый свет мой', 'весь'],
  ])('is not repeated where text goes on: %s', (_, text, after, expected) => {
    expect(rest(text, after)).toBe(expected);
  });

  it.each([
    ['the whole next line', 'Some years ago', 'Some years ago', ''],
    ['its beginning', '  Some years', 'Some years ago—never mind', ''],
    ['its beginning, and then another way', 'Some time', 'Some years ago', ''],
    ['its first words at the end', 'Ishmael. Some years', 'Some years ago', 'Ishmael.'],
    ['one word alike at the end', 'return x', 'x = 3', 'return x'],
    ['the beginning of a longer word', 'So', 'Some years ago', 'So'],
    ['a bracket alone', '}', '}', '}'],
  ])('is not repeated from the next line: %s', (_, text, next, expected) => {
    expect(rest(text, '', next)).toBe(expected);
  });

  it('leaves nothing of which only blanks would be left', () => {
    expect(rest('  )', ')')).toBe('');
    expect(rest(' \t"', ' "')).toBe('');
  });
});
