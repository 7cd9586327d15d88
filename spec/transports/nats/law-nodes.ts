import type { NatsConnection } from '@nats-io/transport-node';
import type { BrokerOptions } from 'rx-broker';
import { DistributedMessageBroker, type Transport } from 'rx-broker/distributed';
import { natsTransport } from 'rx-broker/transports/nats';
import type { BrokerTraits, BrokerUnderLaw } from '../../contracts/broker/broker-under-law';
import { nextTurn, virtualTime } from '../../contracts/broker/virtual-time';

/** What a broker of several nodes does not have. */
export const OVER_NATS: Partial<BrokerTraits> = { synchronous: false, identity: false, mailboxAnswers: false, oneLedger: false, oneOrder: false, oneRegistry: false };

/** All has settled after so many rounds in which nothing was sent. */
const QUIET_ROUNDS = 4;
/** The rounds after which all waiting ends, so that a law fails and does not hang. */
const MOST_ROUNDS = 5000;

let namespaceCount = 0;

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
      send: (to, batch) => {
        this.#sentCount++;
        return transport.send(to, batch);
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

/**
 * Makes nodes of a distributed broker over NATS: the brokers in virtual time, which stands still while all settles, and the server in real time.
 * Each law has a namespace of its own.
 */
export function natsNodes(connections: () => readonly NatsConnection[]) {
  return async (options: BrokerOptions = {}): Promise<BrokerUnderLaw> => {
    const namespace = `law-${++namespaceCount}`;
    const { scheduler, ...time } = virtualTime({ rounds: 2, ms: 0, slack: 0 });
    const traffic = new Traffic();
    const transports: Transport[] = [];
    for (const connection of connections()) transports.push(await natsTransport(connection, { namespace, lease: 60_000 }));

    /** What was sent before has arrived: the server answers a ping after it has passed on all that it got before. */
    const delivered = async (): Promise<void> => {
      for (let way = 0; way < 2; way++) await Promise.all(connections().map((connection) => connection.flush()));
      await nextTurn();
    };
    const rounds = async (isDone: () => boolean): Promise<void> => {
      for (let done = 0; !isDone(); done++) {
        if (done === MOST_ROUNDS) throw new Error(`it has not settled after ${MOST_ROUNDS} rounds`);
        await time.settle();
        await delivered();
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

    const nodes = transports.map((transport) => new DistributedMessageBroker(traffic.watched(transport), { logDeadLetters: false, scheduler, ...options }));
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
      async end() {
        await Promise.all(transports.map((transport) => transport.close()));
      },
    };
  };
}
