import type { Overflow, Priority } from 'rx-broker';

/** The names of actors; `nobody` is never registered. */
export type ActorName = 'a' | 'b' | 'c' | 'nobody';

/** A mailbox to be made, and what it is registered with. */
export interface MailboxSpec {
  readonly capacity: number;
  readonly overflow: Overflow;
  readonly maxWaiting: number;
  readonly concurrency: number;
  readonly fairness: 'weighted' | 'strict';
  /** `Infinity`: none. */
  readonly ttl: number;
  /** `Infinity`: none. */
  readonly turnTimeout: number;
  /** Its consumer from the start: an `actor` has hooks. */
  readonly consumer: 'none' | 'handler' | 'actor';
  /** How `onStart` ends: its promise is settled like a reply. */
  readonly start: 'value' | 'promise' | 'throw';
  readonly topics: readonly string[];
  /** The mailbox holds these when it is registered, as many as its capacity. It then gets its consumer after that, without hooks. */
  readonly holds: readonly Plan[];
}

/**
 * How a handler replies: `values` is a stream that has two values at once, `stream` and `promise` are settled by later commands, an `Ask`
 * is what another actor replies.
 */
export type Reply = 'nothing' | 'value' | 'values' | 'throw' | 'stream' | 'promise' | Ask;

/** A message makes its handler play a command first, then reply. */
export interface Plan {
  readonly carry?: Command;
  readonly reply: Reply;
}

/** A question of one actor to another, through `context.send`. */
export interface Ask {
  readonly ask: ActorName;
  readonly plan: Plan;
}

/** How a later command settles a held reply. A promise takes a value for its end. */
export type Settlement = 'value' | 'complete' | 'error';

/** The fields of every command that sends to one actor. */
interface Send {
  readonly actor: ActorName;
  readonly plan: Plan;
  readonly priority: Priority;
  /** `Infinity`: its mailbox's. */
  readonly ttl: number;
}

/** A caller leaves after `take` values; 0: it stays. */
interface Asking {
  readonly timeout: number;
  readonly take: number;
}

/** One step of a script. All numbers `nth` count what there is so far, round and round; of turns, backwards from the last. */
export type Command =
  | { readonly do: 'register'; readonly actor: ActorName; readonly mailbox: MailboxSpec }
  | { readonly do: 'revive'; readonly actor: ActorName; readonly nth: number }
  | { readonly do: 'unregister' | 'consume' | 'leave' | 'close-mailbox' | 'watch' | 'follow'; readonly actor: ActorName }
  | (Send & Asking & { readonly do: 'send' })
  | (Send & { readonly do: 'try-send' })
  | { readonly do: 'next'; readonly actor: ActorName; readonly plan: Plan }
  | (Asking & { readonly do: 'turn-send'; readonly nth: number; readonly actor: ActorName; readonly plan: Plan })
  | { readonly do: 'turn-try-send'; readonly nth: number; readonly actor: ActorName; readonly plan: Plan }
  | (Asking & { readonly do: 'route'; readonly topic: string; readonly plan: Plan })
  | (Asking & { readonly do: 'broadcast'; readonly plan: Plan; readonly to: string; readonly order: 'registered' | 'settled' })
  /** `to`: the names that its filter lets pass. */
  | { readonly do: 'try-broadcast'; readonly plan: Plan; readonly to: string }
  | { readonly do: 'publish'; readonly topic: string; readonly plan: Plan; readonly retain: boolean }
  | { readonly do: 'bind'; readonly pattern: string; readonly actor: ActorName }
  | { readonly do: 'observe'; readonly pattern: string }
  | { readonly do: 'unbind'; readonly nth: number }
  | { readonly do: 'cancel'; readonly nth: number }
  | { readonly do: 'unobserve'; readonly nth: number }
  | { readonly do: 'settle'; readonly nth: number; readonly how: Settlement }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'redeliver'; readonly asked: boolean }
  | { readonly do: 'clear' | 'look' }
  | { readonly do: 'close'; readonly drain: boolean; readonly timeout: number };

/** Carries a command out when it is told of the `nth` thing of a kind: `event sent`, `letter`, `pressure`, `caller` … */
export interface Meddler {
  readonly on: string;
  readonly nth: number;
  readonly deed: Command;
}

/** Streams that a broker may have observers of or not. */
export const OBSERVED = ['letter', 'queue', 'loss', 'pressure', 'broadcast'] as const;
export type Observed = (typeof OBSERVED)[number];

/** The commands of a run, and those who meddle. */
export interface Script {
  /** The capacity of the dead letter queue; 0: there is none. */
  readonly letters: number;
  /** The streams that have observers in the run without observers of events, besides those that a meddler observes. */
  readonly observed: readonly Observed[];
  readonly meddlers: readonly Meddler[];
  readonly commands: readonly Command[];
}

/** The message as handlers get it. */
export interface Payload {
  readonly n: number;
  readonly plan: Plan;
}

/** Asks from outside without a timeout of their own have this one. */
export const REQUEST_TIMEOUT = 100;
/** The timeout of an ask that a handler returns as its reply: nothing else ends at such a time. */
export const ASK_TIMEOUT = 34 + 2 ** -8;

/** A script with a command a line, as far as it was played. */
export function describeScript({ letters, observed, meddlers, commands }: Script, played = commands.length): string {
  const lines = commands.slice(0, played).map((command, index) => `  ${index + 1}. ${describe(command)}`);
  const told = meddlers.map(({ on, nth, deed }) => `  at the ${nth + 1}. ${on}: ${describe(deed)}`);
  return [`  ${letters} letters${observed.map((channel) => `, ${channel} observed`).join('')}`, ...told, ...lines, ...(played > commands.length ? ['  close'] : [])].join('\n');
}

function describe(command: Command): string {
  return JSON.stringify(command, (_, value: unknown) => (value === Infinity ? 'none' : value)).replaceAll('"', '');
}
