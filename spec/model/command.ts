import type { Overflow, Priority } from 'rx-broker';

/** Who may be registered; `nobody` never is. */
export type ActorName = 'a' | 'b' | 'c' | 'nobody';

/** A mailbox to be made, and what its broker binds it to. */
export interface MailboxSpec {
  readonly capacity: number;
  readonly overflow: Overflow;
  readonly concurrency: number;
  readonly fairness: 'weighted' | 'strict';
  /** `Infinity`: none. */
  readonly ttl: number;
  /** `Infinity`: none. */
  readonly turnTimeout: number;
  /** Whether it has a consumer from the start. */
  readonly consumed: boolean;
  readonly topics: readonly string[];
}

/**
 * How a handler replies: `values` is a stream that has it all at once, `stream` and `promise` are settled by later commands, `ask` is
 * what another actor replies.
 */
export type Reply = 'value' | 'values' | 'throw' | 'stream' | 'promise' | Ask;

/** What a message makes its handler do: a command of its own first (a re-entrant one), then a reply. */
export interface Plan {
  readonly carry?: Command;
  readonly reply: Reply;
}

/** A question of one actor to another, through `context.send`. */
export interface Ask {
  readonly ask: ActorName;
  readonly plan: Plan;
}

export interface Send {
  readonly actor: ActorName;
  readonly plan: Plan;
  readonly priority: Priority;
  /** `Infinity`: its mailbox's. */
  readonly ttl: number;
}

/** One step of a script. All numbers `nth` count what there is so far, round and round. */
export type Command =
  | { readonly do: 'register'; readonly actor: ActorName; readonly mailbox: MailboxSpec }
  | { readonly do: 'unregister' | 'consume' | 'leave' | 'close-mailbox' | 'watch'; readonly actor: ActorName }
  /** `then`: what its caller does when the reply is over. */
  | (Send & { readonly do: 'send'; readonly timeout: number; readonly then?: Command })
  | (Send & { readonly do: 'try-send' })
  | { readonly do: 'route'; readonly topic: string; readonly plan: Plan; readonly timeout: number }
  | { readonly do: 'broadcast'; readonly plan: Plan; readonly to: string; readonly order: 'registered' | 'settled'; readonly timeout: number }
  /** `to`: the names that its filter lets pass. */
  | { readonly do: 'try-broadcast'; readonly plan: Plan; readonly to: string }
  | { readonly do: 'publish'; readonly topic: string; readonly plan: Plan; readonly retain: boolean }
  | { readonly do: 'bind'; readonly pattern: string; readonly actor: ActorName }
  | { readonly do: 'observe'; readonly pattern: string }
  | { readonly do: 'unbind' | 'cancel'; readonly nth: number }
  | { readonly do: 'settle'; readonly nth: number; readonly how: 'value' | 'complete' | 'error' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'redeliver'; readonly asked: boolean }
  | { readonly do: 'clear' }
  | { readonly do: 'close'; readonly drain: boolean; readonly timeout: number };

/** What a run plays. */
export interface Script {
  /** Whether `events$` has an observer, which sends every message the slow way. */
  readonly observed: boolean;
  /** The capacity of the dead letter queue. */
  readonly letters: number;
  readonly commands: readonly Command[];
}

/** The message as handlers get it. */
export interface Payload {
  readonly n: number;
  readonly plan: Plan;
}

/** Asks from outside without a timeout of their own have this one. */
export const REQUEST_TIMEOUT = 100;
/** What an actor asks another may take so long: never a time at which anything else ends. */
export const ASK_TIMEOUT = 34 + 2 ** -8;

/** A command on one line, for the report of a failure. */
export function describeCommand(command: Command): string {
  return JSON.stringify(command, (_, value: unknown) => (value === Infinity ? 'none' : value)).replaceAll('"', '');
}

/** A script a command a line, as far as it was played. */
export function describeScript({ observed, letters, commands }: Script, played = commands.length): string {
  const lines = commands.slice(0, played).map((command, index) => `  ${index + 1}. ${describeCommand(command)}`);
  return [`  ${observed ? 'observed' : 'unobserved'}, ${letters} letters`, ...lines, ...(played > commands.length ? ['  close'] : [])].join('\n');
}
