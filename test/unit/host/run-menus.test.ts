import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contextOf } from '../../../src/host/run-context';
import type { Remedy, RunState } from '../../../src/protocol/runs';

interface Item {
  readonly command: string;
  readonly when: string;
  readonly group: string;
}

const { menus } = JSON.parse(readFileSync('package.json', 'utf8')).contributes;
const items: readonly Item[] = menus['view/item/context'];

/** Whether VS Code shows an item: each of its conditions names the view, asks for any item, or matches the item's words. */
function isShown({ command, when }: Item, viewItem: string): boolean {
  return when.split(' && ').every((condition) => {
    if (condition === 'view == recurrent.runs' || condition === 'viewItem') return true;
    const pattern = /^viewItem =~ \/(.+)\/$/.exec(condition)?.[1];
    if (pattern === undefined) throw new Error(`${command}: the condition ${condition} is not understood here.`);
    return new RegExp(pattern).test(viewItem);
  });
}

/** The commands that a run's item offers, by where: `inline` in their order, and in its menu. */
function offered(
  state: RunState,
  hasCheckpoint: boolean,
  front = false,
  remedies: readonly Remedy[] = state === 'diverged' && hasCheckpoint ? ['slow'] : [],
): { inline: string[]; menu: string[] } {
  const canGoOn = hasCheckpoint && ['stopped', 'failed', 'diverged'].includes(state);
  const words = contextOf({ state, hasCheckpoint, canGoOn, remedies, isElsewhere: false }, front);
  const shown = items
    .filter((item) => isShown(item, words))
    .sort((a, b) => (a.group < b.group ? -1 : 1))
    .map(({ command, group }) => ({ name: command.replace('recurrent.', ''), inline: group.startsWith('inline') }));
  return {
    inline: shown.filter(({ inline }) => inline).map(({ name }) => name),
    menu: shown.filter(({ inline }) => !inline).map(({ name }) => name),
  };
}

describe('The tree of runs offers', () => {
  const always = ['openPanel', 'compareRun', 'runAgain'];

  it.each<[RunState, boolean, string[], string[]]>([
    ['preparing', false, ['stop'], ['stop']],
    ['running', false, ['pause', 'stop'], ['pause', 'stop', 'checkpoint']],
    ['running', true, ['pause', 'stop'], ['pause', 'stop', 'checkpoint', 'revealCheckpoint']],
    ['paused', true, ['resume', 'stop'], ['resume', 'stop', 'checkpoint', 'revealCheckpoint']],
    ['finished', true, ['deleteRun'], ['revealCheckpoint']],
    ['finished', false, ['deleteRun'], []],
    ['stopped', true, ['resume', 'deleteRun'], ['resume', 'revealCheckpoint']],
    ['stopped', false, ['deleteRun'], []],
    ['diverged', true, ['goBackAndSlow', 'deleteRun'], ['goBackAndSlow', 'resume', 'revealCheckpoint']],
    ['diverged', false, ['deleteRun'], []],
    ['failed', true, ['resume', 'deleteRun'], ['resume', 'revealCheckpoint']],
    ['failed', false, ['deleteRun'], []],
  ])('of a run that is %s (with a checkpoint: %s) what can be done with it', (state, hasCheckpoint, inline, menu) => {
    expect(offered(state, hasCheckpoint)).toEqual({ inline, menu: [...always, ...menu, 'deleteRun'] });
  });

  it('to clip where a run that diverged was not clipped, before it offers to resume it as it was', () => {
    const { menu } = offered('diverged', true, false, ['clip', 'slow']);
    expect(menu.slice(3, 6)).toEqual(['goBackAndClip', 'goBackAndSlow', 'resume']);
  });

  it('no comparison of the shown run with itself', () => {
    expect(offered('finished', true, true).menu).not.toContain('compareRun');
    expect(offered('running', false, true).menu).toContain('runAgain');
  });

  it('one name for one action, as the panel has it', () => {
    const strings = JSON.parse(readFileSync('package.nls.json', 'utf8'));
    expect(strings['command.runAgain']).toBe('Run Again With…');
  });
});
