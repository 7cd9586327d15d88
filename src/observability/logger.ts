import { check } from '../failure/check';

/** Where a broker writes what nobody listens for. `console` is one; a function will do. */
export type Logger = WarningLogger | LogWriter;

/** A logger with levels, of which one is used. */
export interface WarningLogger {
  warn(message: string, ...details: unknown[]): void;
}

/** Writes one line. */
export type LogWriter = (message: string, ...details: unknown[]) => void;

/** @throws {TypeError} for what cannot be written to. */
export function writerOf(logger: Logger): LogWriter {
  const write = writeTo(logger);
  return (message, ...details) => {
    try {
      write(message, ...details);
    } catch {
      // A logger that throws has nobody left to be told, and must not stop the broker.
    }
  };
}

function writeTo(logger: Logger): LogWriter {
  if (typeof logger === 'function') return logger;
  check(typeof (logger as WarningLogger | null)?.warn === 'function', 'logger must be a function or an object with warn()', logger);
  return (message, ...details) => {
    logger.warn(message, ...details);
  };
}
