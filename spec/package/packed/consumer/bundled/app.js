// A small app, as a bundler gets it: two entries of the package, and rxjs.
import { BufferOverflowError, InMemoryMessageBroker, actorId, message, protocol } from 'rx-broker';
import { boundedConcatMap, ofMessage, requestFrom } from 'rx-broker/operators';
import { NEVER, Subject, firstValueFrom, from, toArray } from 'rxjs';

const Counter = protocol('counter', { add: message(), total: message() });
const counter = actorId('counter');
const broker = new InMemoryMessageBroker({ logDeadLetters: false });
let total = 0;
broker.spawn(counter, Counter, {
  add: ({ by }) => void (total += by),
  total: () => total,
});

const added = [];
broker.broadcasts$.pipe(ofMessage(Counter.add)).subscribe(({ by }) => added.push(by));
for (const by of [1, 2, 3]) broker.tryBroadcast(Counter.add({ by }));
const totals = await firstValueFrom(from([Counter.total(), Counter.total()]).pipe(requestFrom(broker, counter, { capacity: 2 }), toArray()));

// The error comes from one entry, its class from another: there is one copy of it.
let overflow;
const source = new Subject();
source.pipe(boundedConcatMap(() => NEVER, { capacity: 1 })).subscribe({ error: (error) => (overflow = error) });
for (const value of [1, 2, 3]) source.next(value);

await broker.close();
console.log(JSON.stringify({ added, totals, oneClass: overflow instanceof BufferOverflowError, sent: broker.metrics().totalSent }));
