// `using` and `await using`, for a consumer whose `lib` knows the symbols. Compiled, then run.
import { InMemoryMessageBroker, type Registration, actorId } from 'rx-broker';

const log = actorId<string>('log');
const broker = new InMemoryMessageBroker({ logDeadLetters: false });
const lines: string[] = [];
{
  using registration = broker.spawn(log, (line) => lines.push(line));
  // What takes any Disposable takes a registration.
  const disposable: Disposable & Registration = registration;
  broker.trySend(disposable.id, 'inside');
}
broker.trySend(log, 'after');
{
  await using closing = broker;
  const asyncDisposable: AsyncDisposable = closing;
  console.assert(asyncDisposable === broker);
}
console.log(JSON.stringify({ lines, registered: broker.isRegistered(log), afterwards: broker.trySend(log, 'closed').ok ? 'taken' : 'refused' }));
