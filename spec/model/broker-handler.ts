import { type ActorContext, type ActorId, type Interceptor, actorId } from 'rx-broker';
import { of } from 'rxjs';
import { ASK_TIMEOUT, type ActorName, type MailboxSpec, type Payload } from './command';
import { answerOf, errorText, replyText, subscribe } from './broker-subscriber';
import { HeldPromise } from './held-promise';
import { HeldStream } from './held-stream';
import type { Listener } from './listener';
import type { Host, Patience, Turn } from './world';

/** The handler of every actor on the broker. The message says what the handler does. */
export class BrokerHandler {
  /** Streams and promises that later commands settle, in the order in which they were made. */
  readonly held: (HeldStream | HeldPromise)[] = [];
  /** The numbers of the messages whose turns have begun, by their ids. */
  readonly numbers = new Map<string, number>();
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  handle(payload: Payload, context: ActorContext): unknown {
    const { n } = payload;
    this.numbers.set(context.envelope.id, n);
    const answer = this.#host.handle(turnOf(payload, context));
    switch (answer) {
      case 'nothing':
        return undefined;
      case 'value':
        return `value of ${n}`;
      case 'values':
        return of(`first of ${n}`, `last of ${n}`);
      case 'throw':
        throw new Error(`thrown by ${n}`);
      case 'stream':
        this.#watchSignal(n, context);
        return this.#hold(new HeldStream(`${n}`, () => this.#host.tell('teardown', `${n}`))).stream;
      case 'promise':
        this.#watchSignal(n, context);
        return this.#hold(new HeldPromise(`${n}`));
      default:
        return context.send(idOf(answer.ask), answer.payload, { timeout: ASK_TIMEOUT });
    }
  }

  interceptor(number: number): Interceptor {
    return {
      send: ({ kind, message, target, topic, parent }) => {
        const { n, plan } = message as Payload;
        const place = `${target === undefined ? '' : ` to ${target}`}${topic === undefined ? '' : ` on ${topic}`}`;
        this.#host.tell('send', `${number}: ${kind} ${n}${place}${parent === undefined ? '' : `, in the turn of ${this.numbers.get(parent.id)}`}`);
        if (plan.refusedBy === number) throw new Error(`refused by ${number}`);
      },
      handle: (message, { envelope }, next) => {
        const { n, plan } = message as Payload;
        this.numbers.set(envelope.id, n);
        this.#host.tell('handle', `${number}: before ${n}`);
        try {
          return plan.answeredBy === number ? `value of ${n}` : (next() as unknown);
        } finally {
          this.#host.tell('handle', `${number}: after ${n}`);
        }
      },
    };
  }

  /** `onStart` of a mailbox. */
  start(mailbox: number, how: MailboxSpec['start']): PromiseLike<void> | undefined {
    this.#host.tell('start', `${mailbox}`);
    if (how === 'throw') throw new Error(`thrown by onStart of ${mailbox}`);
    return how === 'value' ? undefined : this.#hold(new HeldPromise(`onStart of ${mailbox}`));
  }

  #hold<T extends HeldStream | HeldPromise>(held: T): T {
    this.held.push(held);
    return held;
  }

  #watchSignal(n: number, { signal }: ActorContext): void {
    const tell = (): void => {
      const reason: unknown = signal.reason;
      this.#host.tell('abort', `${n}: ${reason instanceof DOMException ? 'cancelled' : errorText(reason)}`);
    };
    signal.addEventListener('abort', tell);
  }
}

export function idOf(actor: ActorName): ActorId {
  return actorId(actor);
}

/** The options of a sender that waits. */
export function patienceOf({ timeout, signal }: Patience): { readonly timeout: number; readonly signal?: AbortSignal } {
  return signal === undefined ? { timeout } : { timeout, signal };
}

function turnOf(payload: Payload, context: ActorContext): Turn {
  const { attempt, topic, sentAt } = context.envelope;
  return {
    actor: context.self,
    payload,
    attempt,
    topic,
    sentAt,
    ask: (actor: ActorName, asked: Payload, patience: Patience, caller: Listener) => subscribe(context.send(idOf(actor), asked, patienceOf(patience)), caller, replyText),
    tell: (actor: ActorName, told: Payload) => answerOf(context.trySend(idOf(actor), told)),
  };
}
