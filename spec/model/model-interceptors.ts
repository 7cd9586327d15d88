import type { Payload } from './command';
import type { ModelTurn } from './model-turn';
import type { Answer, Host } from './world';

/** A message on its way out, as an interceptor sees it. */
export interface ModelOutgoing {
  readonly kind: 'ask' | 'tell' | 'broadcast' | 'publish';
  readonly payload: Payload;
  readonly target?: string | undefined;
  readonly topic?: string | undefined;
  /** The turn by whose context it is sent. */
  readonly sentBy?: ModelTurn | undefined;
}

/** Two interceptors around every send and every turn, if the script has any. The first is the outermost. */
export class ModelInterceptors {
  readonly #host: Host;
  readonly #count: number;

  constructor(host: Host, count: number) {
    this.#host = host;
    this.#count = count;
  }

  /** Shows a message to the interceptors, before anything changes. Returns whether one of them has refused it. */
  refuse({ kind, payload: { n, plan }, target, topic, sentBy }: ModelOutgoing): boolean {
    for (let number = 1; number <= this.#count; number++) {
      const place = `${target === undefined ? '' : ` to ${target}`}${topic === undefined ? '' : ` on ${topic}`}`;
      this.#host.tell('send', `${number}: ${kind} ${n}${place}${sentBy === undefined ? '' : `, in the turn of ${sentBy.message.payload.n}`}`);
      if (plan.refusedBy === number) return true;
    }
    return false;
  }

  /** Calls a handler inside of the interceptors. */
  handle({ n, plan }: Payload, handler: () => Answer, number = 1): Answer {
    if (number > this.#count) return handler();
    this.#host.tell('handle', `${number}: before ${n}`);
    const answer = plan.answeredBy === number ? 'value' : this.handle({ n, plan }, handler, number + 1);
    this.#host.tell('handle', `${number}: after ${n}`);
    return answer;
  }
}
