import { describeValue } from '../failure/check';

/** Where a broker writes what nobody listens for. `console` is one; a function will do. */
export type Logger = { warn(message: string, ...details: unknown[]): void } | ((message: string, ...details: unknown[]) => void);

/** @throws {TypeError} for what can not be written to. */
export function writerOf(logger: Logger): (message: string, ...details: unknown[]) => void {
  const write =
    typeof logger === 'function'
      ? logger
      : typeof (logger as Exclude<Logger, Function> | null)?.warn === 'function'
        ? (message: string, ...details: unknown[]) => logger.warn(message, ...details)
        : undefined;
  if (write === undefined) throw new TypeError(`logger must be a function or an object with warn(), got ${describeValue(logger)}`);
  return (message, ...details) => {
    try {
      write(message, ...details);
    } catch {
      // A logger that throws has nobody left to be told, and must not stop the broker (DESIGN §2: nothing a callback throws does).
    }
  };
}
