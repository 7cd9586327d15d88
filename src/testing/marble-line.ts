/** One character of a marble line, and the frame that it stands for: a letter, `|`, `#`, or `^` and `!` of a subscription. */
export interface Mark {
  readonly frame: number;
  readonly letter: string;
}

/** The marks of one frame, as a line shows them: several marks are a group. `end` is the first frame after it. */
interface Cell {
  readonly frame: number;
  readonly text: string;
  readonly end: number;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The most frames without a mark that are drawn as dashes. A longer stretch is written as a time: ` 4990ms `. */
const LONGEST_QUIET = 30;

/**
 * Draws marble lines to be read below one another: a frame is in the same column of each line. `TestScheduler.run` reads the same marks from
 * each line.
 *
 * Returns `undefined` if a line cannot show its marks. A group takes as many frames as it has characters, so there can be no mark right
 * behind it; and a frame must be a whole number from 0.
 */
export function marbleLines(rows: readonly (readonly Mark[])[]): readonly string[] | undefined {
  const drawn = rows.map(cellsOf);
  if (!drawn.every(hasRoom)) return undefined;
  const length = Math.max(0, ...drawn.map((cells) => cells.at(-1)?.end ?? 0));
  const times = quietTimes(drawn.flat());
  return drawn.map((cells, index) => {
    let text = '';
    let at = 0;
    for (const cell of cells) {
      text += quiet({ from: at, to: cell.frame }, times) + cell.text;
      at = cell.end;
    }
    return hasEnded(rows[index] as readonly Mark[]) ? text : text + quiet({ from: at, to: length }, times);
  });
}

/** The marks with their times, if no marble line can show them: `0ms (ab), 1ms c`. */
export function timedMarks(marks: readonly Mark[]): string {
  return cellsOf(marks)
    .map(({ frame, text }) => `${frame}ms ${text}`)
    .join(', ');
}

function cellsOf(marks: readonly Mark[]): Cell[] {
  const groups: { readonly frame: number; readonly letters: string[] }[] = [];
  for (const { frame, letter } of marks) {
    const last = groups.at(-1);
    if (last?.frame === frame) last.letters.push(letter);
    else groups.push({ frame, letters: [letter] });
  }
  return groups.map(({ frame, letters }) => {
    if (letters.length === 1) return { frame, text: letters.join(''), end: frame + 1 };
    return { frame, text: `(${letters.join('')})`, end: frame + letters.length + 2 };
  });
}

/** Whether each cell begins where the one before has ended, at a whole frame from 0. */
function hasRoom(cells: readonly Cell[]): boolean {
  return cells.every(({ frame }, index) => Number.isSafeInteger(frame) && frame >= (cells[index - 1]?.end ?? 0));
}

/** Whether a line ends with its last mark, since no mark can come after that. */
function hasEnded(marks: readonly Mark[]): boolean {
  return '|#!'.includes(marks.at(-1)?.letter ?? '-');
}

/** The long stretches in which all lines are quiet. */
function quietTimes(cells: readonly Cell[]): Stretch[] {
  const times: Stretch[] = [];
  let from = 0;
  for (const { frame, end } of [...cells].sort((one, other) => one.frame - other.frame)) {
    if (frame - from > LONGEST_QUIET) times.push({ from, to: frame });
    from = Math.max(from, end);
  }
  return times;
}

/** The text of a part of a line without marks. A time begins with a dash, since after a digit it would be read as another time. */
function quiet({ from, to }: Stretch, times: readonly Stretch[]): string {
  let text = '';
  let at = from;
  for (const time of times) {
    if (time.from < from || time.to > to) continue;
    text += `${'-'.repeat(time.from - at)}- ${time.to - time.from - 1}ms `;
    at = time.to;
  }
  return text + '-'.repeat(to - at);
}
