import type { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { ActorId, Interceptor } from 'rx-broker';
import { Observable, finalize, isObservable } from 'rxjs';

/** Gives each message the correlation id of the message in whose turn it is sent, or else a new one: `envelope.headers.correlation`. */
export function correlated(newId: () => string = randomUUID): Interceptor {
  return { send: ({ headers }) => (headers['correlation'] === undefined ? { headers: { correlation: newId() } } : undefined) };
}

/**
 * Lets the handler of a message see what `storage` held where the message was sent, however long the message has waited. It travels as the
 * header `name`, so the storage holds a string; for more, let it hold JSON.
 */
export function carried(name: string, storage: AsyncLocalStorage<string | undefined>): Interceptor {
  return {
    send() {
      const value = storage.getStore();
      return value === undefined ? undefined : { headers: { [name]: value } };
    },
    handle(_message, { envelope }, next) {
      const value = envelope.headers[name];
      const result = storage.run(value, next) as unknown;
      // The broker subscribes to a stream after the handler has returned.
      if (!isObservable(result)) return result;
      return new Observable((subscriber) => storage.run(value, () => result.subscribe(subscriber)));
    },
  };
}

/** One turn, as `timed` tells it. */
export interface TimedTurn {
  readonly actor: ActorId;
  /** The id of the message. */
  readonly id: string;
  /** Milliseconds from the call of the handler until its reply has settled. */
  readonly ms: number;
}

/** Tells how long each turn took. `turnTimes: true` of the broker counts them by actor, in `mailboxMetrics`. */
export function timed(tell: (turn: TimedTurn) => void, now: () => number = () => performance.now()): Interceptor {
  return {
    handle(_message, { self, envelope }, next) {
      const begin = now();
      return whenOver(next, () => tell({ actor: self, id: envelope.id, ms: now() - begin }));
    },
  };
}

/** Calls `end` when the result of `next` has settled. The result stays what it is: a value, a promise or a stream. */
function whenOver(next: () => unknown, end: () => void): unknown {
  let result: unknown;
  try {
    result = next();
  } catch (error) {
    end();
    throw error;
  }
  if (isObservable(result)) return result.pipe(finalize(end));
  if (result instanceof Promise) return result.finally(end);
  end();
  return result;
}
