// Ink erases the lines of the last frame, from the last up to the first, and writes the next frame.
const ERASED = /^(?:\u001b\[2K\u001b\[1A)*\u001b\[2K\u001b\[G/;
const UP = /\u001b\[1A/g;

/**
 * A terminal on which Ink overwrites the last frame instead of erasing it, so that nothing flickers. (Ink's own `incrementalRendering`, as of
 * 6.8, begins a line too low if the frame is lower than the terminal.) A terminal that does not know its size says 0, and is taken for 80 × 24.
 */
export function overwriting(stdout: NodeJS.WriteStream): NodeJS.WriteStream {
  const write = (chunk: string | Uint8Array, ...rest: []): boolean => stdout.write(typeof chunk === 'string' ? overwritten(chunk) : chunk, ...rest);
  return new Proxy(stdout, {
    get(target, name) {
      if (name === 'write') return write;
      if (name === 'columns') return target.columns || 80;
      if (name === 'rows') return target.rows || 24;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Goes up to the first line, ends each line by erasing what was longer, and erases what is left below. */
export function overwritten(text: string): string {
  const [erased] = ERASED.exec(text) ?? [];
  if (erased === undefined || erased.length === text.length) return text;
  const lines = erased.match(UP)?.length ?? 0;
  const frame = text.slice(erased.length).replaceAll('\n', '\u001b[K\n');
  return `${lines > 0 ? `\u001b[${lines}A` : ''}\r${frame}\u001b[J`;
}
