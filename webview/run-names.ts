/** What tells runs apart in a legend: their names up to the file, numbered where that is not enough. */
export function shortNames(names: readonly string[]): string[] {
  const short = names.map((name) => name.split(' · ')[0]);
  return short.map((name, index) => (isRepeated(short, name) ? `${name} (${numberOf(short, index)})` : name));
}

/** Whole names of runs for what leaves the page; those that repeat are numbered as in the legend. */
export function fullNames(names: readonly string[]): string[] {
  const short = names.map((name) => name.split(' · ')[0]);
  return names.map((name, index) => (isRepeated(names, name) ? `${name} (${numberOf(short, index)})` : name));
}

function isRepeated(names: readonly string[], name: string): boolean {
  return names.indexOf(name) !== names.lastIndexOf(name);
}

/** Which one of its name it is, from 1. */
function numberOf(names: readonly string[], index: number): number {
  return names.slice(0, index + 1).filter((name) => name === names[index]).length;
}
