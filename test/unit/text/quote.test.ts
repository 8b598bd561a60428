import { describe, expect, it } from 'vitest';
import { quote } from '../../../src/text/quote';

describe('What a message shows of a text', () => {
  it('is the text itself if it is short and plain, in any script', () => {
    expect(quote('Call me Ishmael')).toBe('"Call me Ishmael"');
    expect(quote('Зовите меня Измаил 👩‍🚀')).toBe('"Зовите меня Измаил 👩‍🚀"');
  });

  it('is at most 60 characters, counted by code point, and says that there is more', () => {
    expect(quote('x'.repeat(60))).toBe(`"${'x'.repeat(60)}"`);
    expect(quote('x'.repeat(61))).toBe(`"${'x'.repeat(60)}…"`);
    expect(quote('𝄞'.repeat(3_000_000))).toBe(`"${'𝄞'.repeat(60)}…"`);
  });

  it('holds nothing that a terminal or a line would act on', () => {
    expect(quote('\u001b[2J\r\n\u2028\u202e\ud800"\\\u0085\u{e0001}')).toBe(
      '"\\u001B[2J\\u000D\\n\\u2028\\u202E\\uD800\\"\\\\\\u0085\\u{E0001}"',
    );
  });
});
