/** A fenced code block of a page. */
export interface CodeBlock {
  /** The page's path from the root: `README.md`. */
  readonly page: string;
  /** What stands behind the opening fence: `ts`, `ts no-run`, `marbles`. */
  readonly info: string;
  /** The page's line, counted from 1, of its first line of code. */
  readonly line: number;
  readonly code: string;
}

/** Every fenced block, in order. @throws {Error} for a block that is never closed. */
export function codeBlocks(markdown: string, page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { info: string; line: number; code: string[] } | undefined;
  for (const [index, text] of markdown.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(text);
    if (open === undefined) {
      if (fence !== null) open = { info: fence[1]!.trim(), line: index + 2, code: [] };
    } else if (fence === null) {
      open.code.push(text);
    } else {
      blocks.push({ page, info: open.info, line: open.line, code: open.code.join('\n') });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`the code block of ${page}:${String(open.line)} is never closed`);
  return blocks;
}
