/** Uses a little of each entry, and says what came of it. */
exports.exercise = async function exercise({ main, operators, testing, rxjs }) {
  const { BufferOverflowError, InMemoryMessageBroker, Mailbox, actorId, message, protocol } = main;
  const broker = new InMemoryMessageBroker({ logDeadLetters: false });

  const Counter = protocol('counter', { add: message(), total: message() });
  const counter = actorId('counter');
  let total = 0;
  broker.spawn(counter, Counter, { add: ({ by }) => void (total += by), total: () => total });
  broker.trySend(counter, Counter.add({ by: 2 }));
  const reply = await rxjs.firstValueFrom(broker.send(counter, Counter.total()));

  const probe = new testing.BrokerTestProbe(broker);
  const silent = actorId('silent');
  broker.register(silent, Mailbox.bounded(5));
  for (let sent = 0; sent < 5; sent++) broker.trySend(silent, sent);
  const probed = [probe.assertSent(silent, 5), probe.assertSent(silent, 4)];

  // The error comes from one entry, its class from another.
  let overflow;
  const source = new rxjs.Subject();
  source.pipe(operators.boundedConcatMap(() => rxjs.NEVER, { capacity: 1 })).subscribe({ error: (error) => (overflow = error) });
  for (const value of [1, 2, 3]) source.next(value);

  await broker.close({ drain: false });
  return {
    names: { main: Object.keys(main).sort(), operators: Object.keys(operators).sort(), testing: Object.keys(testing).sort() },
    reply,
    probed,
    oneClass: overflow instanceof BufferOverflowError,
  };
};
