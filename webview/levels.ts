import type { Extent } from './column';
import type { Frame } from './frame';

/** A level across a chart that is named beside it, such as a baseline. */
export interface Level {
  readonly value: number;
  readonly text: string;
}

/** Width of the gutter that names levels, and of the narrowest chart that has one, CSS pixels. */
export const gutterWidth = 94;
export const narrowest = 420;

/** How many times above or below a magnified curve a level may lie and still be made room for. */
const near = 1.5;

/** Least distance of two labels, and how far a label stands from the drawing, CSS pixels. */
const gap = 13;
const leader = 14;

/**
 * Widens a vertical range to levels: to all of them while everything is shown; once it is magnified only to those near the
 * curves, so that a level far away does not press them flat.
 */
export function widen(extent: Extent, levels: readonly number[], magnified: boolean): void {
  const known = extent.low <= extent.high;
  const [low, high] = [extent.low / near, extent.high * near];
  for (const level of levels) {
    if (magnified && known && (level < low || level > high)) continue;
    extent.low = Math.min(extent.low, level);
    extent.high = Math.max(extent.high, level);
  }
}

/** How many times the highest level a curve is followed to. */
const ceiling = 100;

/**
 * Lowers a vertical range to what lies within sight of the highest level: one leap of a curve to 10³⁰ would press all others
 * flat, so it leaves the picture there. Nothing changes if there is no level, or if nothing lies lower.
 */
export function lower(extent: Extent, levels: readonly number[]): void {
  if (levels.length === 0) return;
  const highest = ceiling * Math.max(...levels);
  if (extent.low < highest) extent.high = Math.min(extent.high, highest);
}

/**
 * Where labels go that want to stand at `wanted`: in the same order, at least `apart` from one another and from `low` to
 * `high`, moved as little as that takes (least squares, by pooling neighbours that collide). Closer where there is no room.
 */
export function spread(wanted: readonly number[], apart: number, low: number, high: number): number[] {
  const count = wanted.length;
  if (count === 0) return [];
  const distance = Math.min(apart, (high - low) / Math.max(1, count - 1));
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a] - wanted[b] || a - b);
  const pools: { sum: number; size: number }[] = [];
  order.forEach((index, place) => {
    let pool = { sum: wanted[index] - place * distance, size: 1 };
    for (let last = pools.at(-1); last && last.sum / last.size > pool.sum / pool.size; last = pools.at(-1)) {
      pool = { sum: last.sum + pool.sum, size: last.size + pool.size };
      pools.pop();
    }
    pools.push(pool);
  });
  const placed: number[] = [];
  let place = 0;
  for (const { sum, size } of pools) {
    const start = Math.max(low, Math.min(high - (count - 1) * distance, sum / size));
    for (let i = 0; i < size; i++, place++) placed[order[place]] = start + place * distance;
  }
  return placed;
}

/** A name at the right of a chart: the height it wants, and whether its level is in sight. */
export interface Name {
  readonly y: number;
  readonly text: string;
  readonly inSight: boolean;
}

/**
 * What is named of levels at the heights `ys` (downward): all that are in sight from `top` to `bottom`; of those beyond an edge
 * the nearest, with an arrow, and how many more there are.
 */
export function namesOf(levels: readonly Level[], ys: readonly number[], top: number, bottom: number): Name[] {
  const all = levels.map(({ text }, index) => ({ text, y: ys[index] }));
  const names: Name[] = all.filter(({ y }) => y >= top && y <= bottom).map((one) => ({ ...one, inSight: true }));
  const hint = (arrow: string, edge: number, beyond: readonly { readonly text: string }[], outward: number) => {
    if (beyond.length === 0) return;
    names.push({ y: edge, text: `${arrow} ${beyond[0].text}`, inSight: false });
    if (beyond.length > 1) {
      names.push({ y: edge + outward, text: `${arrow} ${beyond.length - 1} more`, inSight: false });
    }
  };
  hint(
    '↑',
    top,
    all.filter(({ y }) => y < top).sort((a, b) => b.y - a.y),
    -1,
  );
  hint(
    '↓',
    bottom,
    all.filter(({ y }) => y > bottom).sort((a, b) => a.y - b.y),
    1,
  );
  return names;
}

/**
 * Names levels at the right of a chart, none on another: beside the drawing where it has a gutter, with a line to the level
 * where a name had to move, and else on the level with the background behind it.
 */
export function paintLevels(frame: Frame, levels: readonly Level[], gutter: boolean): void {
  const { context, ratio, theme, left, top, width, height } = frame;
  const bottom = top + height;
  const ys = levels.map(({ value }) => frame.y(value));
  const names = namesOf(levels, ys, top - 1, bottom + 1);
  const margin = 7 * ratio;
  const wanted = names.map(({ y }) => y);
  const placed = spread(wanted, gap * ratio, top + margin, bottom - margin);
  const edge = left + width;
  context.save();
  context.font = `${11 * ratio}px ${theme.font}`;
  context.textBaseline = 'middle';
  context.textAlign = gutter ? 'left' : 'right';
  context.lineWidth = ratio;
  context.strokeStyle = theme.muted;
  names.forEach(({ y, text, inSight }, index) => {
    if (gutter && inSight) {
      context.beginPath();
      context.moveTo(edge + 2 * ratio, y);
      context.lineTo(edge + (leader - 3) * ratio, placed[index]);
      context.stroke();
    } else if (!gutter) {
      const plate = context.measureText(text).width + 6 * ratio;
      context.fillStyle = theme.background;
      context.fillRect(edge - 3 * ratio - plate, placed[index] - 6.5 * ratio, plate, 13 * ratio);
    }
    context.fillStyle = theme.muted;
    context.fillText(text, gutter ? edge + (inSight ? leader : 4) * ratio : edge - 6 * ratio, placed[index]);
  });
  context.restore();
}
