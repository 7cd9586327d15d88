import { hasMethod, refuse } from '../failure/check';

/** Where a broker writes what no observer is told. `console` is one; a function will do. */
export type Logger = LevelLogger | LogWriter;

/** A logger with levels. Dead letters are written by `warn`, and errors of handlers by `error`, or by `warn` where there is none. */
export interface LevelLogger {
  /** Writes dead letters, and callbacks that threw. */
  warn(message: string, ...details: unknown[]): void;
  /** Writes errors of handlers. Default: `warn`. */
  error?(message: string, ...details: unknown[]): void;
}

/** Writes one line, of every level. */
export type LogWriter = (message: string, ...details: unknown[]) => void;

/** @throws {TypeError} for an object that no line can be written to. */
export function checkLogger(logger: unknown, name: string): void {
  if (typeof logger !== 'function' && !hasMethod(logger, 'warn')) refuse(`${name} must be a function or an object with warn()`, logger);
}

/** Writes a line. A logger that throws must not stop the broker, and nobody is left to tell of it. */
export function write(logger: Logger, level: 'warn' | 'error', text: string, ...details: unknown[]): void {
  const line = `rx-broker: ${text}`;
  try {
    if (typeof logger === 'function') logger(line, ...details);
    else if (level === 'error' && hasMethod(logger, 'error')) logger.error?.(line, ...details);
    else logger.warn(line, ...details);
  } catch {
    // See above.
  }
}
