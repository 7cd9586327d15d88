import type { ActorName, Command, MailboxSpec, Plan, Script } from '../command';

/** Of two things that end at once, no rule says which comes first. So each time of a script gets a fraction of its own. */
const FRACTION = 2 ** -14;

/**
 * Changes a script so that two nodes can only do what it says in one order, up to what cannot be told apart.
 *
 * One broker runs one turn after the other. Two nodes run turns side by side, so what two turns on them do comes in any order. Here a message
 * makes at most one more, which makes none; and all that come to an actor come from one actor, so a link keeps their order. Commands inside of
 * turns that reach over to the other node past the link are left out, as are those that one process alone can keep: the order of results as they
 * settle, and a caller that leaves a broadcast in time.
 */
export function oneThread({ commands, interceptors }: Script, isTimed: boolean): Script {
  const thread = new Thread(isTimed);
  return { letters: 0, interceptors, observed: [], meddlers: [], commands: commands.flatMap((command) => thread.command(command)) };
}

const NEXT: Readonly<Record<ActorName, ActorName>> = { a: 'b', b: 'c', c: 'a', nobody: 'a' };

class Thread {
  readonly #isTimed: boolean;
  readonly #signals = new Set<number>();
  #times = 0;

  constructor(isTimed: boolean) {
    this.#isTimed = isTimed;
  }

  command(command: Command): readonly Command[] {
    switch (command.do) {
      case 'register':
        return [{ ...command, mailbox: this.#mailbox(command.mailbox) }];
      case 'send':
      case 'offer':
        return [{ ...command, ...this.#timesOf(command), signal: this.#signal(command.signal), plan: this.#plan(command.plan, command.actor) }];
      case 'try-send':
        return [{ ...command, ...this.#timesOf(command), plan: this.#plan(command.plan, command.actor) }];
      case 'next':
        return [{ ...command, plan: this.#plan(command.plan, command.actor) }];
      case 'turn-send':
        return [{ ...command, ...this.#timesOf(command), signal: undefined, plan: plain(command.plan) }];
      case 'turn-try-send':
      case 'try-broadcast':
      case 'publish':
        return [{ ...command, plan: plain(command.plan) }];
      case 'route':
        return [{ ...command, ...this.#timesOf(command), signal: undefined, plan: plain(command.plan) }];
      case 'broadcast':
        return [{ ...command, ...this.#timesOf(command), timeout: Infinity, take: 0, order: 'registered', signal: undefined, plan: plain(command.plan) }];
      case 'pass':
        return this.#isTimed ? [command] : [];
      case 'redeliver':
      case 'clear':
      case 'close':
      case 'events-of':
        return [];
      default:
        return [command];
    }
  }

  #plan(plan: Plan, actor: ActorName): Plan {
    const { carry } = plan;
    if (carry?.do !== 'send' && carry?.do !== 'offer' && carry?.do !== 'try-send') return plain(plan);
    return { ...plain(plan), carry: { ...carry, ...this.#timesOf(carry), actor: NEXT[actor], ...(carry.do !== 'try-send' && { signal: undefined }), plan: plain(carry.plan) } as Command };
  }

  #mailbox(spec: MailboxSpec): MailboxSpec {
    return {
      ...spec,
      turnTimeout: this.#time(spec.turnTimeout),
      ttl: this.#time(spec.ttl),
      start: spec.start === 'promise' ? 'value' : spec.start,
      holds: spec.holds.map(plain),
    };
  }

  #timesOf<T extends { readonly ttl?: number; readonly timeout?: number }>({ ttl, timeout }: T): Partial<Pick<T, 'ttl' | 'timeout'>> {
    return { ...(ttl !== undefined && { ttl: this.#time(ttl) }), ...(timeout !== undefined && { timeout: this.#time(timeout) }) };
  }

  #time(ms: number): number {
    return this.#isTimed ? ms + ++this.#times * FRACTION : Infinity;
  }

  /** Each signal ends one message, at most. */
  #signal(signal: number | undefined): number | undefined {
    if (signal === undefined || this.#signals.has(signal)) return undefined;
    this.#signals.add(signal);
    return signal;
  }
}

/** A plan that sends nothing. */
function plain({ reply, refusedBy, answeredBy }: Plan): Plan {
  return { reply: typeof reply === 'object' ? 'value' : reply, refusedBy, answeredBy };
}
