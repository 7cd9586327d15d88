interface StackCapture {
  captureStackTrace?(error: Error, below: unknown): void;
}

/** An error whose stack begins with the line that called `called`, if the runtime can leave the frames above it out. */
export function lineOf(called: unknown): Error {
  const line = new Error();
  (Error as StackCapture).captureStackTrace?.(line, called);
  return line;
}

/** An error that points to a line of the test. A test scheduler compares when time is over, so its own stack says nothing. */
export function errorAt(line: Error, message: string, options?: ErrorOptions): Error {
  const error = new Error(message, options);
  error.stack = `${String(error)}\n${framesOf(line)}`;
  return error;
}

/** The text of the line, as a stack shows it. */
export function placeOf(line: Error): string {
  return framesOf(line).split('\n', 1).join('').trim().replace(/^at /, '');
}

/** A stack without the error's name, with which it begins in some runtimes. */
function framesOf({ stack = '' }: Error): string {
  return stack.replace(/^Error:? *\n/, '');
}
