import { type ActorContext, type ActorId, type InMemoryMessageBroker, actorId } from 'rx-broker';

/** What a turn does with the ball: `pass` sends it to the other, which is `to`. */
export type Stroke = (pass: () => void, to: ActorId<any>, context: ActorContext) => unknown;

/** What nobody gives way within: some seconds of hops. So a drain that never gives way fails a spec, and does not hang it. */
export const MOST = 5_000_000;

/** Two actors that send one another the same message for ever: until they are stopped, or have done it `most` times. */
export class PingPong {
  hops = 0;
  /** How often the drain began anew, after it had given way to the event loop. */
  stretches = 0;
  /** The most hops in one stretch. */
  longestStretch = 0;
  isOver = false;
  readonly #most: number;
  readonly #stroke: Stroke;
  #inStretch = 0;
  #isMarked = false;

  constructor(most: number, stroke: Stroke = (pass) => pass()) {
    this.#most = most;
    this.#stroke = stroke;
  }

  /** Where there is an `other` broker, the second actor is its: the ball goes to and fro between them. */
  start(broker: InMemoryMessageBroker, other = broker): void {
    const [ping, pong] = [actorId<any>('ping'), actorId<any>('pong')];
    broker.spawn(ping, (_message, context) => this.#pass(context, other, pong), { topics: ['to.ping'] });
    other.spawn(pong, (_message, context) => this.#pass(context, broker, ping), { topics: ['to.pong'] });
    broker.trySend(ping, 'ball');
  }

  stop(): void {
    this.isOver = true;
  }

  #pass(context: ActorContext, broker: InMemoryMessageBroker, to: ActorId<any>): unknown {
    if (this.isOver) return undefined;
    if (++this.hops >= this.#most) this.stop();
    if (!this.#isMarked) this.#begin();
    this.longestStretch = Math.max(this.longestStretch, ++this.#inStretch);
    return this.#stroke(() => void broker.trySend(to, 'ball'), to, context);
  }

  #begin(): void {
    this.#isMarked = true;
    this.stretches++;
    this.#inStretch = 0;
    // What a macrotask sets off, promises included, is one stretch: the port's message comes when it is over.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      this.#isMarked = false;
    };
    port2.postMessage(undefined);
  }
}
