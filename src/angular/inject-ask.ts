import type { Observable } from 'rxjs';
import type { Checks } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import { SEND } from '../message/check-send';
import type { SendOptions } from '../message/send-options';
import { injectMessageBroker } from './inject-message-broker';

/** The options of an ask that a resource or a command makes. What cancels it is their own. */
export type AskOptions = Omit<SendOptions, 'signal'>;

/** The checks of these options. */
export function askChecks(): Checks<AskOptions> {
  const { signal, ...checks } = SEND;
  return checks;
}

/** Returns a function that asks an actor. It checks the id at once. */
export function injectAsk(id: ActorId, options: AskOptions): (message: unknown, signal?: AbortSignal) => Observable<unknown> {
  const broker = injectMessageBroker();
  const ask = (message: unknown, signal?: AbortSignal): Observable<unknown> => broker.send(id, message, { ...options, signal });
  // Cold: it sends nothing.
  void ask(undefined);
  return ask;
}
