import { expect, it } from 'vitest';
import { countCharacters, limitText, normalize } from '../../../src/text/normalize';

// The expected strings are what the same input gives in Python with re.sub('[^A-Za-z]+', ' ', …) and str.splitlines.
const text = 'The  Time--Machine,\nby H. G. Wells [1898]\n\nI\r  “É” x\u2028y  ';

it('normalises as the lecture does', () => {
  expect(normalize(text, 'none')).toBe(text.replace('\r', '\n'));
  expect(normalize(text, 'lowercase')).toBe(text.toLowerCase().replace('\r', '\n'));
  expect(normalize(text, 'letters')).toBe('the time machine by h g wells i x y ');
  expect(normalize(text, 'd2l')).toBe('the time machineby h g wellsixy');
});

it('brings a text to one form first, unless its reader learnt it as it was written', () => {
  expect(normalize('\uFEFFCafe\u0301\r\nH\u0331', 'none')).toBe('Café\nH\u0331');
  expect(normalize('\uFEFFCafe\u0301\r\nH\u0331', 'lowercase')).toBe('café\nẖ');
  expect(normalize('Cafe\u0301', 'letters')).toBe(normalize('Café', 'letters'));
  expect(normalize('Cafe\u0301\r\n\r', 'lowercase', 'written')).toBe('cafe\u0301\n\r');
});

it('counts and cuts by characters and not by UTF-16 units', () => {
  expect(countCharacters('a😀b')).toBe(3);
  expect(countCharacters('\ud83d')).toBe(1);
  expect(limitText('a😀b', 2)).toBe('a😀');
  expect(limitText('a😀b', 0)).toBe('a😀b');
  expect(limitText('a😀b', 9)).toBe('a😀b');
});

it('normalises a text of several stretches as regular expressions would', () => {
  const long = `${text}9`.repeat(60_000);
  const letters = (line: string) => line.replace(/[^A-Za-z]+/g, ' ').toLowerCase();
  expect(normalize(long, 'letters') === letters(long)).toBe(true);
  const lines = long.split(/[\n\r\u2028]/).map((line) => letters(line).trim());
  expect(normalize(long, 'd2l') === lines.join('')).toBe(true);
});
