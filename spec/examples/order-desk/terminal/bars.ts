const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** A bar of exactly `width` characters, in two parts: filled to an eighth of a character, and empty. What is not 0 shows. */
export function bar(part: number, width: number): { readonly filled: string; readonly empty: string } {
  const eighths = Math.min(width * 8, Math.max(part > 0 ? 1 : 0, Math.round(part * width * 8)));
  const filled = '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
  return { filled, empty: ' '.repeat(width - filled.length) };
}

/** The widths of the parts of one bar: `width` in all, and at least one character for each part that is not 0. */
export function shares(parts: readonly number[], width: number): number[] {
  const total = parts.reduce((sum, part) => sum + part, 0);
  if (total === 0) return parts.map(() => 0);
  const widths = parts.map((part) => (part === 0 ? 0 : Math.max(1, Math.round((part / total) * width))));
  // What rounding has added or left out goes to the widest part.
  const widest = widths.indexOf(Math.max(...widths));
  widths[widest] = Math.max(0, widths[widest]! + width - widths.reduce((sum, each) => sum + each, 0));
  return widths;
}

/** The last `width` of these parts (0 to 1) as columns. */
export function sparkline(parts: readonly number[], width: number): string {
  const columns = parts.slice(-width).map((part) => (part <= 0 ? ' ' : LEVELS[Math.min(LEVELS.length - 1, Math.floor(part * LEVELS.length))]!));
  return columns.join('').padStart(width);
}
