import type { Runnable } from './lines';

/** The mailboxes of one dispatcher whose `idle$` is observed and may have changed. Their observers are told between turns. */
export class IdleChanges {
  #changed: Set<Runnable> | undefined;
  /** How many mailboxes were ever observed so. */
  #watched = 0;

  /** Notes that somebody observes `idle$` of a mailbox from now on. */
  watch(runnable: Runnable): void {
    runnable.idleOrder = ++this.#watched;
    this.add(runnable);
  }

  /** Notes that a mailbox may have become idle or busy. */
  add(runnable: Runnable): void {
    (this.#changed ??= new Set()).add(runnable);
  }

  /** Lets the mailboxes tell their observers, in the order in which these began to observe. */
  tell(): void {
    const changed = this.#changed;
    if (changed === undefined) return;
    this.#changed = undefined;
    for (const runnable of [...changed].sort((a, b) => a.idleOrder - b.idleOrder)) runnable.tellIdle();
  }
}
