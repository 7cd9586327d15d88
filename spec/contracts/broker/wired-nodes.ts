import type { BrokerOptions } from 'rx-broker';
import { DistributedMessageBroker, type DistributedOptions, type Transport } from 'rx-broker/distributed';
import type { BrokerUnderLaw } from './broker-under-law';
import { nextTurn, virtualTime } from './virtual-time';

/** All has settled after so many rounds in which nothing was sent. */
const QUIET_ROUNDS = 4;
/** The rounds after which all waiting ends, so that a law fails and does not hang. */
const MOST_ROUNDS = 5000;

/** Two transports, and the real wire between them. */
export interface Wire {
  readonly transports: readonly Transport[];
  /** Resolves when everything that was sent before has arrived. */
  delivered(): Promise<void>;
  end(): Promise<void>;
}

/** What is under way on some transports: claims without an answer, and whether anything was sent since the last look. */
class Traffic {
  #sentCount = 0;
  #lookedAt = 0;
  #openClaims = 0;

  /** The same transport, watched. */
  watched(transport: Transport): Transport {
    const claim = (id: string): PromiseLike<string> => {
      this.#openClaims++;
      const done = (): void => void this.#openClaims--;
      const owner = transport.claim(id);
      owner.then(done, done);
      return owner;
    };
    return {
      nodeId: transport.nodeId,
      maxBatch: transport.maxBatch,
      structured: transport.structured,
      start: (listener) => transport.start(listener),
      send: (to, batch, transfer) => {
        this.#sentCount++;
        return transport.send(to, batch, transfer);
      },
      claim,
      release: (id) => transport.release(id),
      close: () => transport.close(),
    };
  }

  isQuiet(): boolean {
    const isQuiet = this.#sentCount === this.#lookedAt && this.#openClaims === 0;
    this.#lookedAt = this.#sentCount;
    return isQuiet;
  }
}

/** Makes nodes of a distributed broker over a real wire: the brokers in virtual time, which stands still while all settles, and the wire in real time. */
export function wiredNodes(connect: () => Promise<Wire>, own: DistributedOptions = {}) {
  return async (options: BrokerOptions = {}): Promise<BrokerUnderLaw> => {
    const { scheduler, ...time } = virtualTime({ rounds: 2, ms: 0, slack: 0 });
    const traffic = new Traffic();
    const wire = await connect();

    const rounds = async (isDone: () => boolean): Promise<void> => {
      for (let done = 0; !isDone(); done++) {
        if (done === MOST_ROUNDS) throw new Error(`it has not settled after ${MOST_ROUNDS} rounds`);
        await time.settle();
        await wire.delivered();
        await nextTurn();
      }
    };
    const settle = (): Promise<void> => {
      let quiet = 0;
      return rounds(() => (quiet = traffic.isQuiet() ? quiet + 1 : 0) > QUIET_ROUNDS);
    };
    const until = async <T>(promise: PromiseLike<T>): Promise<T> => {
      let isSettled = false;
      const note = (): void => void (isSettled = true);
      promise.then(note, note);
      await rounds(() => isSettled);
      return promise;
    };

    const nodes = wire.transports.map((transport) => new DistributedMessageBroker(traffic.watched(transport), { logDeadLetters: false, scheduler, ...own, ...options }));
    await until(Promise.all(nodes.map(({ ready }) => ready)));
    await settle();
    const [home, broker] = nodes as [DistributedMessageBroker, DistributedMessageBroker];
    return {
      ...{ home, broker, nodes, settle, until, slack: 0 },
      async pass(ms) {
        await settle();
        await time.pass(ms);
        await settle();
      },
      attach(queue) {
        for (const node of nodes) node.withDeadLetterQueue(queue);
      },
      end: () => wire.end(),
    };
  };
}
