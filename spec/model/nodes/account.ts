import type { Host, Turn } from '../world';
import type { Channel } from '../world';
import { Difference } from '../difference';

/** A message to one actor, as its sender knows it. */
interface Sent {
  readonly from: number;
  readonly actor: string;
  readonly priority: string;
  readonly isTold: boolean;
  /** Whether its handler passes on the reply of another actor, and with it that one's error. */
  readonly isRelayed: boolean;
}

/** Keeps account of messages: what their senders were told, and how often and in which order they were handled. */
export class Account implements Host {
  readonly #host: Host;
  readonly #sent = new Map<number, Sent>();
  /** The last line that each caller was told, by the numbers of their messages. */
  readonly #ends = new Map<number, string[]>();
  readonly #turns: { readonly actor: string; readonly n: number }[] = [];

  /** `host`: decides what handlers do. */
  constructor(host: Host) {
    this.#host = host;
  }

  tell(channel: Channel, line: string): void {
    if (channel === 'caller') {
      const [, n = '', end = ''] = /^(\d+): (.*)$/.exec(line) ?? [];
      if (end === 'completed' || end.startsWith('failed, ')) this.#ends.set(Number(n), [...(this.#ends.get(Number(n)) ?? []), end]);
    }
    this.#host.tell(channel, line);
  }

  handle(turn: Turn): ReturnType<Host['handle']> {
    this.#turns.push({ actor: turn.actor, n: turn.payload.n });
    return this.#host.handle(turn);
  }

  sent(n: number, sent: Sent): void {
    this.#sent.set(n, sent);
  }

  /** @throws {Difference} if a message was handled twice, although its sender was told that it was not, or before an earlier one. */
  check(): void {
    const count = new Map<number, number>();
    const last = new Map<string, number>();
    for (const { actor, n } of this.#turns) {
      const sent = this.#sent.get(n);
      if (sent === undefined) continue;
      count.set(n, (count.get(n) ?? 0) + 1);
      const way = `from ${sent.from} to ${actor}, ${sent.priority}`;
      const before = last.get(way) ?? 0;
      if (before > n) throw new Difference('order', `${way}: ${n} after ${before}`);
      last.set(way, n);
    }
    for (const [n, times] of count) if (times > 1) throw new Difference('exactly once', `${n} was handled ${times} times`);
    for (const [n, ends] of this.#ends) {
      const sent = this.#sent.get(n);
      if (ends.length > 1) throw new Difference('one end', `the caller of ${n}: ${ends.join('; ')}`);
      if (sent === undefined || sent.isTold) continue;
      const [end = ''] = ends;
      const times = count.get(n) ?? 0;
      if (times > 0 && NOT_STARTED.test(end) && !sent.isRelayed) throw new Difference('started', `${n} was handled, and its caller: ${end}`);
    }
  }
}

const NOT_STARTED = /^failed, (ActorNotFound|ActorStopped|MailboxFull|Timeout|Dropped|Expired|Rejected|BrokerClosed|NodeUnavailable|ConnectionLost)$/;
