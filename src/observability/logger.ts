import { hasMethod, refuse } from '../failure/check';

/** Writes what no observer is told: an object with `warn()`, such as `console`, or a function. */
export type Logger = LevelLogger | LogWriter;

/** A logger with levels. `warn` writes dead letters, and `error` the errors of handlers; without `error`, `warn` writes them. */
export interface LevelLogger {
  /** Writes dead letters, and errors of callbacks. */
  warn(message: string, ...details: unknown[]): void;
  /** Writes errors of handlers. Default: `warn`. */
  error?(message: string, ...details: unknown[]): void;
}

/** A logger without levels: it writes every line. */
export type LogWriter = (message: string, ...details: unknown[]) => void;

/** @throws {TypeError} for a bad `logger` option. */
export function checkLogger(logger: unknown, name: string): void {
  if (typeof logger !== 'function' && !hasMethod(logger, 'warn')) refuse(`${name} must be a function or an object with warn()`, logger);
}

/** Writes a line. A logger that throws must not stop the broker, and its error can be told to nobody. */
export function write(logger: Logger, level: 'warn' | 'error', text: string, ...details: unknown[]): void {
  const line = `rx-broker: ${text}`;
  try {
    if (typeof logger === 'function') logger(line, ...details);
    else if (level === 'error' && hasMethod(logger, 'error')) logger.error?.(line, ...details);
    else logger.warn(line, ...details);
  } catch {
    // Ignored, as said above.
  }
}
