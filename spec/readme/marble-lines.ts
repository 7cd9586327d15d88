/** One line of a `marbles` block: `balance$  ---(a|)  a = 42  what the line shows`. */
export interface MarbleLine {
  /** The constant of the block above that is subscribed to. */
  readonly name: string;
  readonly marble: string;
  /** What the letters stand for. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The `code` of the error that `#` stands for. */
  readonly code: string | undefined;
}

/** @throws {Error} for a line of another form. */
export function marbleLines(code: string): MarbleLine[] {
  return code.split('\n').map((text) => {
    const line = /^(\w+\$) +(\S+)(?: +(.*))?$/.exec(text);
    if (line === null) throw new Error(`'${text}' is no line of a marble diagram: name$  marble  a = value  # = code`);
    const values: Record<string, unknown> = {};
    for (const [, letter, value] of (line[3] ?? '').matchAll(/\b([a-z]) = (\S+)/g)) values[letter!] = JSON.parse(value!);
    return { name: line[1]!, marble: line[2]!, values, code: /# = (\w+)/.exec(line[3] ?? '')?.[1] };
  });
}
