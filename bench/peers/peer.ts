import type { Tally } from '../harness/handlers';
import type { Work } from '../harness/work';

/** Why a peer has no number. */
export interface NotSupported {
  readonly why: string;
}

/** A work of a peer, set up as its own documentation does it; or the reason why there is none. */
export type Offer<T> = (() => T | Promise<T>) | NotSupported;

/** A consumer that is busy with one message, while others wait for it. */
export interface Stalled {
  /** Sends messages. None of them is handled before `release`. */
  fill(count: number): void | Promise<void>;
  /** The consumer goes on. Settled when it has handled all of them. */
  release(): void | Promise<void>;
  handled(): number;
}

export type PeerWork = 'tell' | 'ask' | 'fanOut' | 'channels' | 'stalled';

/** A way to bring messages to handlers, and the same five works done its way. */
export interface Peer {
  readonly name: string;
  /** Fire and forget to one actor. */
  readonly tell: Offer<Work>;
  /** A message and its reply, one after the other. */
  readonly ask: Offer<Work>;
  /** One message to 100 receivers, counted by deliveries. */
  readonly fanOut: Offer<Work>;
  /** Fire and forget to one of 1,000 channels. */
  readonly channels: Offer<Work>;
  /** Made anew each time. */
  readonly stalled: Offer<Stalled>;
  /** Differences that a reader has to know to compare. */
  readonly notes?: Readonly<Partial<Record<PeerWork, string>>>;
}

/** How many messages one run sends. */
export const batch = 8192;

export const receiverCount = 100;
/** How many messages one run sends to all receivers. */
export const fanOutBatch = 160;

export const channelCount = 1000;
export const channelNames: readonly string[] = Array.from({ length: channelCount }, (_, index) => `channel-${index}`);
/** Neither the first nor the last. */
export const busyChannel = 500;

/** A replier adds this to a number, so that a reply is not its message. */
export const replied = 1;

/** A work whose handlers count the messages that arrive. */
export function counted(name: string, operations: number, tally: Tally, run: Work['run']): Work {
  return { name, operations, run, arrived: () => tally.arrived };
}

/** The replies of a work that asks for those to 0, 1, 2 ... in each run. */
export class Replies {
  #arrived = 0;
  #sum = 0;

  readonly take = (reply: number): void => {
    this.#arrived++;
    this.#sum += reply;
  };

  /** @throws an Error, unless the replies are those to the messages that were sent. */
  work(name: string, operations: number, run: Work['run']): Work {
    const each = (operations * (operations - 1)) / 2 + operations * replied;
    return {
      name,
      operations,
      run,
      arrived: () => {
        const expected = (this.#arrived / operations) * each;
        if (this.#sum !== expected) throw new Error(`${name}: the replies add up to ${this.#sum}, not to ${expected}.`);
        return this.#arrived;
      },
    };
  }
}
