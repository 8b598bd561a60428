import { expect, it } from 'vitest';
import { wholeClusters } from '../../../src/text/clusters';

it.each([
  ['the whale', 'the whale'],
  ['', ''],
  ['👩\u200d', ''],
  ['ok 👩\u200d', 'ok '],
  ['ok 👩\u200d💻', 'ok 👩\u200d💻'],
  ['ok 👩🏽\u200d❤️\u200d', 'ok '],
  ['flags 🇩🇪', 'flags 🇩🇪'],
  ['flags 🇩🇪🇫', 'flags 🇩🇪'],
  ['e\u0301', 'e\u0301'],
  ['क्', 'क्'],
  [`${'x'.repeat(1000)}👩\u200d`, 'x'.repeat(1000)],
])('%j that was cut is %j in whole clusters', (text, whole) => {
  expect(wholeClusters(text)).toBe(whole);
});
