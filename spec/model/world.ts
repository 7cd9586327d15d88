import type { Priority } from 'rx-broker';
import type { ActorName, MailboxSpec, Payload, Reply, Settlement } from './command';
import type { Listener } from './listener';

/** The kinds of callbacks by which something is told. `some`: the events of some actors. `error`: `onError`. `send` and `handle`: of interceptors. */
export type Channel =
  | 'event'
  | 'some'
  | 'error'
  | 'send'
  | 'handle'
  | 'letter'
  | 'queue'
  | 'loss'
  | 'pressure'
  | 'idle'
  | 'broadcast'
  | 'topic'
  | 'caller'
  | 'watch'
  | 'start'
  | 'stop'
  | 'abort'
  | 'teardown'
  | 'turn'
  | 'answer'
  | 'look';

/** The options of a message. */
export interface Details {
  readonly priority: Priority;
  /** `Infinity`: the mailbox's. */
  readonly ttl: number;
}

/** How long the sender of a message waits. */
export interface Patience {
  readonly timeout: number;
  /** Its abort ends the wait, with its reason as the error. */
  readonly signal: AbortSignal | undefined;
}

/** A turn, as its handler sees it. */
export interface Turn {
  readonly actor: string;
  readonly payload: Payload;
  readonly attempt: number;
  readonly topic: string | undefined;
  readonly sentAt: number;
  /** `context.send` and `context.trySend`. */
  ask(actor: ActorName, payload: Payload, patience: Patience, caller: Listener): void;
  tell(actor: ActorName, payload: Payload): string;
}

/** The reply of a handler: an ask has its payload already. */
export type Answer = Exclude<Reply, object> | { readonly ask: ActorName; readonly payload: Payload };

/** Notes what a world tells, and decides what its handlers do. */
export interface Host {
  tell(channel: Channel, line: string): void;
  handle(turn: Turn): Answer;
}

/**
 * The broker or the model, on which scripts are played.
 *
 * A method that returns a `string` returns its result: `taken`, `done`, or the code of a refusal. Held replies, mailboxes and bindings are
 * numbered in the order in which they were made.
 */
export interface World {
  pass(ms: number): void;

  register(actor: ActorName, spec: MailboxSpec, holds: readonly Payload[]): string;
  revive(actor: ActorName, nth: number): string;
  unregister(actor: ActorName): string;
  consume(actor: ActorName): void;
  leave(actor: ActorName): void;
  closeMailbox(actor: ActorName): void;
  watch(actor: ActorName, watcher: Listener): void;
  /** Observes the losses and the pressure of an actor's mailbox. */
  follow(actor: ActorName, losses: Listener, pressure: Listener): void;
  pause(actor: ActorName): void;
  resume(actor: ActorName): void;
  /** Returns how many messages were lost. */
  clearMailbox(actor: ActorName): string;
  /** Observes whether an actor's mailbox is idle. */
  watchIdle(actor: ActorName, observer: Listener): void;
  eventsOf(actors: readonly ActorName[], observer: Listener): void;

  ask(actor: ActorName, payload: Payload, details: Details, patience: Patience, caller: Listener): void;
  offer(actor: ActorName, payload: Payload, details: Details, patience: Patience, caller: Listener): void;
  tell(actor: ActorName, payload: Payload, details: Details): string;
  next(actor: ActorName, payload: Payload): void;
  route(topic: string, payload: Payload, details: Details, patience: Patience, caller: Listener): void;
  broadcast(payload: Payload, to: string, order: 'registered' | 'settled', details: Details, patience: Patience, caller: Listener): void;
  tryBroadcast(payload: Payload, to: string): number;
  publish(topic: string, payload: Payload, priority: Priority, retain: boolean): number;
  bind(pattern: string, actor: ActorName): string;
  unbind(nth: number): void;
  observe(pattern: string, observer: Listener): void;
  settle(nth: number, how: Settlement): void;

  /** `each` is called with every letter and its result. */
  redeliver(askedToo: boolean, each: (payload: Payload, answer: string) => void): void;
  clear(): void;
  close(drain: boolean, timeout: number): void;

  /** Metrics, actors, letters and mailboxes as they are now. */
  look(): readonly string[];
}

/** The element `n` of a list, modulo its length. */
export function nth<T>(list: readonly T[], n: number): T | undefined {
  return list.length === 0 ? undefined : list[n % list.length];
}
