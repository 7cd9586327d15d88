// What a user writes: every kind of message, with and without a payload and a reply. `lint-spec.ts` lints it with the rules of a user's project.
import { Message, type MessageBroker, type MessageOf, actorClient, actorId, message, protocol, topic, topicState } from 'rx-broker';
import { retryRefused } from 'rx-broker/operators';
import { type Observable, map, of } from 'rxjs';

const Counter = protocol('counter', {
  reset: message(),
  total: message<void, number>(),
  add: message<{ by: number }>(),
  sumOf: message<{ terms: readonly number[] }, number>(),
});
type CounterMessage = MessageOf<typeof Counter>;

class Name extends Message<string> {}

const counter = actorId(Counter);
const named = actorId<Name>('named');
const last = topic<number>('counter.last');

export function spawnCounter(broker: MessageBroker): void {
  const state = topicState(broker, last, 0);
  broker.spawn(
    counter,
    Counter,
    {
      reset: () => {
        state.set(0);
      },
      total: () => of(state.value),
      add: ({ by }) => {
        state.update((total) => total + by);
      },
      sumOf: async ({ terms }, { signal }) => {
        await Promise.resolve();
        signal.throwIfAborted();
        return terms.reduce((sum, term) => sum + term, 0);
      },
    },
    {
      onStart: ({ self }) => {
        console.log(`${self} starts`);
      },
    },
  );
  broker.spawn(named, () => 'counter');
}

export function use(broker: MessageBroker): Observable<string> {
  const { ask, tell } = actorClient(broker, counter, Counter);
  const messages: CounterMessage[] = [Counter.reset(), Counter.add({ by: 1 })];
  for (const one of messages) broker.send(counter, one).subscribe();
  const told = tell.add({ by: 2 });
  if (!told.ok) console.warn(told.code, told.error.message);
  broker.trySend(counter, Counter.reset());
  return ask.total({ timeout: 100 }).pipe(
    retryRefused(counter, { count: 2, delay: 50 }),
    map((total) => total.toFixed(2)),
  );
}
