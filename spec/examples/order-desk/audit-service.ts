import type { HandlersOf } from 'rx-broker';
import { tap, timer } from 'rxjs';
import type { Audit, AuditEntry } from './messages';
import type { Surroundings } from './surroundings';

/** Writes one entry after the other, as slowly as the load says. */
export function auditHandlers({ scheduler, load }: Omit<Surroundings, 'random'>, write: (entry: AuditEntry) => void): HandlersOf<typeof Audit> {
  return {
    write: (entry) => timer(1_000 / load().auditRate, scheduler).pipe(tap(() => write(entry))),
  };
}
