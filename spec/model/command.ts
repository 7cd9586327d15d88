import type { Overflow, Priority } from 'rx-broker';

/** The names of actors; `nobody` is never registered. */
export type ActorName = 'a' | 'b' | 'c' | 'nobody';

/** A mailbox to be made, with its consumer and its topics. */
export interface MailboxSpec {
  readonly capacity: number;
  readonly overflow: Overflow;
  readonly maxWaiting: number;
  readonly concurrency: number;
  readonly fairness: 'weighted' | 'strict';
  /** Milliseconds. `Infinity`: none. */
  readonly ttl: number;
  /** Milliseconds. `Infinity`: none. */
  readonly turnTimeout: number;
  /** The consumer from the start. An `actor` has hooks. */
  readonly consumer: 'none' | 'handler' | 'actor';
  /** How `onStart` ends. Its promise is settled like a reply. */
  readonly start: 'value' | 'promise' | 'throw';
  readonly topics: readonly string[];
  /** The messages that the mailbox holds when it is registered, up to its capacity. With any, a consumer without hooks comes after that. */
  readonly holds: readonly Plan[];
}

/**
 * How a handler replies. `values` is a stream that has two values at once. `stream` and `promise` are settled by later commands. An `Ask` is
 * the reply of another actor.
 */
export type Reply = 'nothing' | 'value' | 'values' | 'throw' | 'stream' | 'promise' | Ask;

/** The plan of a message: its handler plays the command, then replies. */
export interface Plan {
  readonly carry?: Command;
  readonly reply: Reply;
  /** The number of the interceptor that refuses it. */
  readonly refusedBy?: number | undefined;
  /** The number of the interceptor that answers it with a value, in place of the handler. */
  readonly answeredBy?: number | undefined;
}

/** A question of one actor to another, through `context.send`. */
export interface Ask {
  readonly ask: ActorName;
  readonly plan: Plan;
}

/** How a later command settles a held reply. A `value` also ends a promise. */
export type Settlement = 'value' | 'complete' | 'error';

/** The fields of every command that sends to one actor. */
interface Send {
  readonly actor: ActorName;
  readonly plan: Plan;
  readonly priority: Priority;
  /** `Infinity`: the mailbox's. */
  readonly ttl: number;
}

/** The fields of a send whose caller waits. Its caller leaves after `take` values; 0: it stays. `signal` is the number of one of the run's signals. */
interface Asking {
  readonly timeout: number;
  readonly take: number;
  readonly signal?: number | undefined;
}

/** One command of a script. A number `nth` is an index into the things that exist so far, modulo their number. Of turns it counts from the last. */
export type Command =
  | { readonly do: 'register'; readonly actor: ActorName; readonly mailbox: MailboxSpec }
  | { readonly do: 'revive'; readonly actor: ActorName; readonly nth: number }
  | { readonly do: 'unregister' | 'consume' | 'leave' | 'close-mailbox' | 'watch' | 'follow'; readonly actor: ActorName }
  | { readonly do: 'pause' | 'resume' | 'clear-mailbox' | 'idle'; readonly actor: ActorName }
  | { readonly do: 'events-of'; readonly actors: readonly ActorName[] }
  | (Send & Asking & { readonly do: 'send' })
  | (Send & Asking & { readonly do: 'offer' })
  | (Send & { readonly do: 'try-send' })
  | { readonly do: 'next'; readonly actor: ActorName; readonly plan: Plan }
  | (Asking & { readonly do: 'turn-send'; readonly nth: number; readonly actor: ActorName; readonly plan: Plan })
  | { readonly do: 'turn-try-send'; readonly nth: number; readonly actor: ActorName; readonly plan: Plan }
  | (Omit<Send, 'actor'> & Asking & { readonly do: 'route'; readonly topic: string })
  | (Omit<Send, 'actor'> & Asking & { readonly do: 'broadcast'; readonly to: string; readonly order: 'registered' | 'settled' })
  /** `to`: the names that its filter lets pass. */
  | { readonly do: 'try-broadcast'; readonly plan: Plan; readonly to: string }
  | { readonly do: 'publish'; readonly topic: string; readonly plan: Plan; readonly priority: Priority; readonly retain: boolean }
  | { readonly do: 'bind'; readonly pattern: string; readonly actor: ActorName }
  | { readonly do: 'observe'; readonly pattern: string }
  | { readonly do: 'unbind'; readonly nth: number }
  | { readonly do: 'cancel'; readonly nth: number }
  /** Aborts one of the run's signals. */
  | { readonly do: 'abort'; readonly nth: number }
  | { readonly do: 'unobserve'; readonly nth: number }
  | { readonly do: 'settle'; readonly nth: number; readonly how: Settlement }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'redeliver'; readonly asked: boolean }
  | { readonly do: 'clear' | 'look' }
  | { readonly do: 'close'; readonly drain: boolean; readonly timeout: number };

/** A listener that plays a command when it is told the `nth` thing of a kind: `event sent`, `some failed`, `letter`, `idle`, `caller` … */
export interface Meddler {
  readonly on: string;
  readonly nth: number;
  readonly deed: Command;
}

/** The streams that may or may not be observed. */
export const OBSERVED = ['letter', 'queue', 'loss', 'pressure', 'idle', 'broadcast'] as const;
export type Observed = (typeof OBSERVED)[number];

/** The commands of a run, and its meddlers. */
export interface Script {
  /** The capacity of the dead letter queue; 0: there is none. */
  readonly letters: number;
  /** How many interceptors there are. */
  readonly interceptors: number;
  /** The streams that are observed in the run without observers of events, besides those that a meddler observes. */
  readonly observed: readonly Observed[];
  readonly meddlers: readonly Meddler[];
  readonly commands: readonly Command[];
}

/** The message as handlers get it. */
export interface Payload {
  readonly n: number;
  readonly plan: Plan;
}

/** How many abort signals a run has. */
export const SIGNALS = 4;
/** The timeout of asks from outside that have none of their own. */
export const REQUEST_TIMEOUT = 100;
/** The timeout of an ask that a handler returns as its reply. No other timer ends at the same time. */
export const ASK_TIMEOUT = 34 + 2 ** -8;

/** The text of a script, as far as it was played, with one command a line. */
export function describeScript({ letters, interceptors, observed, meddlers, commands }: Script, played = commands.length): string {
  const lines = commands.slice(0, played).map((command, index) => `  ${index + 1}. ${describe(command)}`);
  const told = meddlers.map(({ on, nth, deed }) => `  at the ${nth + 1}. ${on}: ${describe(deed)}`);
  return [`  ${letters} letters, ${interceptors} interceptors${observed.map((channel) => `, ${channel} observed`).join('')}`, ...told, ...lines, ...(played > commands.length ? ['  close'] : [])].join('\n');
}

function describe(command: Command): string {
  return JSON.stringify(command, (_, value: unknown) => (value === Infinity ? 'none' : value)).replaceAll('"', '');
}
