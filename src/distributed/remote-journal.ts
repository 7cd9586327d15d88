import type { End, Journal, RefusalCode, Task } from '../kernel/task';
import type { FailureCount } from '../message/broker-metrics';
import { noFailures } from '../observability/count-metrics';

/**
 * The journal of the messages to remote actors: the broker's own. It also counts the failures that the actor's node counts as well, since the
 * message had gone there.
 */
export class RemoteJournal implements Journal {
  /** The failures of this node's journal that another node has counted, too. */
  readonly elsewhere: Record<FailureCount, number> = noFailures();
  readonly #journal: Journal;
  /** Messages that were withdrawn here, but had gone to their node. */
  readonly #gone = new Set<Task>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** A message is withdrawn that its node has, or gets. It ends in the same step. */
  hasGone(task: Task): void {
    this.#gone.add(task);
  }

  ended(task: Task, end: End): void {
    const hasGone = this.#gone.delete(task) || end.hasLetter === true;
    if (hasGone && end.outcome === 'failed') this.elsewhere[end.code as FailureCount]++;
    this.#journal.ended(task, end);
  }

  get followsTurns(): boolean {
    return this.#journal.followsTurns;
  }

  observes(id: string | undefined): boolean {
    return this.#journal.observes(id);
  }

  ignoresLettersOf(id: string | undefined): boolean {
    return this.#journal.ignoresLettersOf(id);
  }

  sent(task: Task, parent: Task | null): void {
    this.#journal.sent(task, parent);
  }

  queued(task: Task, isWaiting: boolean): void {
    this.#journal.queued(task, isWaiting);
  }

  began(task: Task): void {
    this.#journal.began(task);
  }

  delivered(task: Task): void {
    this.#journal.delivered(task);
  }

  countFailure(code: RefusalCode): void {
    this.#journal.countFailure(code);
  }

  closed(id: string, error: unknown): void {
    this.#journal.closed(id, error);
  }

  hookFailed(hook: 'onStart' | 'onStop', id: string, error: unknown): void {
    this.#journal.hookFailed(hook, id, error);
  }

  callbackFailed(what: string, error: unknown): void {
    this.#journal.callbackFailed(what, error);
  }
}
