/** The name that is most like `name`: the one of `names` with the fewest edits of single letters, divided by its length. */
export function nearestName(name: string, names: readonly string[]): string {
  let nearest = '';
  let fewest = Infinity;
  for (const candidate of names) {
    const edits = editsBetween(name.toLowerCase(), candidate.toLowerCase()) / Math.max(name.length, candidate.length);
    if (edits >= fewest) continue;
    fewest = edits;
    nearest = candidate;
  }
  return nearest;
}

/** How many letters must be added, removed or replaced to get from one text to the other: the edit distance, row by row of its table. */
function editsBetween(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (above[column - 1] as number) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] as number) + 1, (current[column - 1] as number) + 1));
    }
    above = current;
  }
  return above[to.length] as number;
}
