import type { Run } from './run';

/**
 * What the menus of package.json look at in the tree of runs, in words: the state first (of a run that another window trains,
 * `elsewhere`), then what the run has.
 * @param front whether it is the run that is shown
 */
export function contextOf(
  run: Pick<Run, 'state' | 'hasCheckpoint' | 'canGoOn' | 'remedies' | 'isElsewhere'>,
  front: boolean,
): string {
  const words: string[] = [run.isElsewhere ? 'elsewhere' : run.state];
  if (run.hasCheckpoint) words.push('checkpoint');
  if (run.canGoOn) words.push('canGoOn');
  if (run.remedies.includes('clip')) words.push('canClip');
  if (run.remedies.includes('slow')) words.push('canSlow');
  if (front) words.push('front');
  return words.join(' ');
}
