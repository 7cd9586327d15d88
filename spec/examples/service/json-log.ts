import type { DeadLetter } from 'rx-broker';

/** One JSON object a line. The broker writes to it, too: `logger: new JsonLog(…)`. */
export class JsonLog {
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  info(text: string, ...details: unknown[]): void {
    this.#line('info', text, details);
  }

  warn(text: string, ...details: unknown[]): void {
    this.#line('warn', text, details);
  }

  error(text: string, ...details: unknown[]): void {
    this.#line('error', text, details);
  }

  #line(level: string, text: string, details: readonly unknown[]): void {
    this.#write(JSON.stringify({ at: new Date().toISOString(), level, text, ...(details.length > 0 && { details: details.map(plain) }) }));
  }
}

/** An error with its stack and its cause. A dead letter without its message, which may hold what belongs in no log. */
function plain(detail: unknown): unknown {
  if (detail instanceof Error) return { name: detail.name, message: detail.message, stack: detail.stack, cause: plain(detail.cause) };
  if (!isDeadLetter(detail)) return detail;
  const { id, target, reason, attempts, error } = detail;
  return { id, target, reason, attempts, error: plain(error) };
}

function isDeadLetter(value: unknown): value is DeadLetter {
  return typeof value === 'object' && value !== null && 'reason' in value && 'attempts' in value;
}
