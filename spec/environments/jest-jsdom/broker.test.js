// Run by Jest in its jsdom environment, which has neither `setImmediate` nor `MessageChannel`.
import { DeadLetterQueue, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { BrokerTestProbe, brokerMarbles } from 'rx-broker/testing';
import { NEVER, firstValueFrom, fromEvent, map } from 'rxjs';

const id = actorId('actor');
const marbles = brokerMarbles((actual, expected) => expect(actual).toStrictEqual(expected));

/** A broker with an actor that takes more than a millisecond for each message, and answers in a promise. */
function busyBroker() {
  const broker = new InMemoryMessageBroker({ logDeadLetters: false });
  broker.spawn(id, async (n) => {
    const end = performance.now() + 1.5;
    while (performance.now() < end);
    return n;
  });
  return broker;
}

const numbers = Array.from({ length: 40 }, (_, n) => n);
const askAll = (broker) => Promise.all(numbers.map((n) => firstValueFrom(broker.send(id, n))));

afterEach(() => {
  jest.useRealTimers();
});

test('this is what jsdom lacks', () => {
  expect([typeof window, typeof setImmediate, typeof MessageChannel]).toEqual(['object', 'undefined', 'undefined']);
});

test('40 asks of an async actor are answered, later sends run, and the broker closes', async () => {
  const broker = busyBroker();
  expect(await askAll(broker)).toEqual(numbers);
  expect(await firstValueFrom(broker.send(id, 'later'))).toBe('later');
  await broker.close();
  expect(broker.trySend(id, 0)).toMatchObject({ ok: false, code: 'BrokerClosed' });
});

test('40 asks are answered under legacy fake timers, which are never run', async () => {
  jest.useFakeTimers({ legacyFakeTimers: true });
  expect(await askAll(busyBroker())).toEqual(numbers);
});

test.each([[{}], [{ legacyFakeTimers: true }]])('an ask times out under fake timers %j, then under real ones', async (options) => {
  const broker = new InMemoryMessageBroker({ logDeadLetters: false });
  broker.spawn(id, () => NEVER, { concurrency: 2 });
  jest.useFakeTimers(options);
  const asked = firstValueFrom(broker.send(id, 0, { timeout: 5_000 }));
  jest.advanceTimersByTime(5_000);
  await expect(asked).rejects.toMatchObject({ code: 'Timeout' });
  jest.useRealTimers();
  await expect(firstValueFrom(broker.send(id, 0, { timeout: 10 }))).rejects.toMatchObject({ code: 'Timeout' });
});

test('a mailbox listens to the document, and a queue keeps what was lost', () => {
  const queue = new DeadLetterQueue();
  const broker = new InMemoryMessageBroker().withDeadLetterQueue(queue);
  const mailbox = Mailbox.bounded(1);
  broker.register(id, mailbox);
  const probe = new BrokerTestProbe(broker);
  fromEvent(document.body, 'click').pipe(map(({ type }) => type)).subscribe(mailbox);
  document.body.click();
  document.body.click();
  expect(probe.messagesTo(id)).toEqual(['click', 'click']);
  expect(queue.letters()).toMatchObject([{ reason: 'MailboxFull', message: 'click' }]);
});

test(
  'marbles are drawn in virtual time',
  marbles(({ broker, cold, expectObservable }) => {
    broker.spawn(id, (message) => cold('--(r|)').pipe(map((letter) => letter + message)));
    expectObservable(broker.send(id, 1)).toBe('--(a|)', { a: 'r1' });
  }),
);
