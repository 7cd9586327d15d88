/** Characters in one style. */
export interface Run {
  readonly text: string;
  /** `#rrggbb`. Absent: the colour of the terminal. */
  readonly colour?: string;
  readonly isBold: boolean;
}

/** Ink's `gray`. */
const GRAY = '#8b949e';
// Ink writes 24-bit colours, gray and bold here, and nothing else.
const STYLE = /\u001b\[([\d;]*)m/;

/** A line of a terminal as runs of one style. */
export function runsOf(line: string): Run[] {
  const runs: Run[] = [];
  let style: Omit<Run, 'text'> = { isBold: false };
  // Texts and styles in turn.
  line.split(STYLE).forEach((part, index) => {
    if (index % 2 === 1) style = styleAfter(style, part);
    else if (part !== '') runs.push({ ...style, text: part });
  });
  return runs;
}

function styleAfter({ colour, isBold }: Omit<Run, 'text'>, codes: string): Omit<Run, 'text'> {
  const [code, , ...rgb] = codes.split(';').map(Number);
  const kept = colour === undefined ? {} : { colour };
  if (code === 38) return { isBold, colour: `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}` };
  if (code === 90) return { isBold, colour: GRAY };
  if (code === 39) return { isBold };
  return { ...kept, isBold: code === 1 };
}
