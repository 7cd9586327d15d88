import { DeadLetterQueue, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { VirtualTimeScheduler, of } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { watchFor } from './setup';

const id = actorId<any>('actor');

describe('the logger of a broker', () => {
  it.each([['observed', true], ['unobserved', false]])('is told nothing where nothing fails: %s (D6, O3)', async (_, isObserved) => {
    const lines: unknown[] = [];
    const broker = new InMemoryMessageBroker({ logger: (...line) => lines.push(line) });
    if (isObserved) broker.events$.subscribe();
    const other = actorId<any>('other');
    const sendAll = (): void => {
      const isActor = (one: string): boolean => one === id;
      broker.trySend(id, 0);
      broker.tryBroadcast(0, isActor);
      broker.publish('t', 0);
      for (const reply$ of [broker.send(id, 0), broker.sendWithRouting({ topic: 't' }, 0), broker.broadcastFilter(0, isActor)]) watchFor(reply$);
    };
    const mailbox = Mailbox.bounded<any>(20);
    broker.register(id, mailbox, { topics: ['t'] });
    sendAll();
    mailbox.receive((message) => (message === 'stream' ? of(1, 2) : 'reply'));
    broker.trySend(id, 'stream');
    sendAll();
    broker.spawn(other, sendAll);
    broker.trySend(other, 0);
    broker.unregister(id);
    const unused = Mailbox.bounded<any>(1);
    broker.register(id, unused);
    unused.close();
    await broker.close();
    expect(broker.metrics().totalSucceeded).toBe(20);
    expect(lines).toEqual([]);
  });
});

describe('dead letters that nobody observes', () => {
  const flood = (broker: InMemoryMessageBroker, count: number): void => {
    for (let i = 0; i < count; i++) broker.trySend(id, i);
  };

  it('are logged: the first 10, then counted (O3)', async () => {
    const lines: string[] = [];
    const broker = new InMemoryMessageBroker({ logger: { warn: (line) => lines.push(line) } });
    flood(broker, 25);
    expect(lines).toHaveLength(10);
    expect(lines[0]).toMatch(/'actor'.*ActorNotFound.*deadLetters\$/);
    // The last one says that no more are to come.
    expect(lines.map((line) => /only counted/.test(line))).toEqual([...new Array<boolean>(9).fill(false), true]);
    await broker.close();
    expect(lines[10]).toMatch(/15 further/);
    expect(broker.metrics().totalDeadLettered).toBe(25);
  });

  it('are counted in one line 5 minutes after the first that is not logged, again and again; without any there is no timer (O3, S4)', () => {
    const scheduler = new VirtualTimeScheduler();
    const minute = 60_000;
    const lines: unknown[] = [];
    const broker = new InMemoryMessageBroker({ scheduler, logger: (line) => lines.push([scheduler.now() / minute, line]) });
    flood(broker, 10);
    expect(scheduler.actions).toHaveLength(0);
    lines.length = 0;
    for (let ms = 1; ms <= 5_000; ms++) scheduler.schedule(() => flood(broker, 1), minute + ms);
    for (let n = 1; n <= 8; n++) scheduler.schedule(() => flood(broker, 1), n * minute);
    scheduler.flush();
    expect(lines).toEqual([
      [6, 'rx-broker: 5006 further dead letters.'],
      [12, 'rx-broker: 2 further dead letters.'],
    ]);
    expect(scheduler.actions).toHaveLength(0);
  });

  it('are logged to the console where no logger is given (O3)', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    flood(new InMemoryMessageBroker(), 1);
    const { calls } = warn.mock;
    warn.mockRestore();
    expect(calls).toEqual([[expect.stringContaining('ActorNotFound'), expect.objectContaining({ target: 'actor', message: 0 })]]);
  });

  it('can be logged otherwise, or not at all (O3)', () => {
    const lines: string[] = [];
    const logger = (line: string): void => void lines.push(line);
    flood(new InMemoryMessageBroker({ logger, logDeadLetters: { first: 2, interval: Infinity } }), 100);
    expect(lines).toHaveLength(2);
    flood(new InMemoryMessageBroker({ logger, logDeadLetters: false }), 100);
    expect(lines).toHaveLength(2);
  });

  it('are not logged while somebody observes them, or a queue keeps them (O3)', () => {
    const lines: string[] = [];
    const logger = (line: string): void => void lines.push(line);
    const observed = new InMemoryMessageBroker({ logger });
    observed.deadLetters$.subscribe();
    flood(observed, 3);
    flood(new InMemoryMessageBroker({ logger }).withDeadLetterQueue(new DeadLetterQueue()), 3);
    const watched = new InMemoryMessageBroker({ logger });
    watched.events$.subscribe();
    flood(watched, 3);
    expect(lines).toEqual([]);
  });

  it('stop nothing when the logger throws (D6)', () => {
    const broker = new InMemoryMessageBroker({ logger: () => { throw new Error('disk full'); } });
    expect(() => flood(broker, 3)).not.toThrow();
  });

  it('read the clock rarely in a flood (O3)', () => {
    let readings = 0;
    const scheduler: any = { now: () => readings++ * 0, schedule: () => ({ unsubscribe: () => {} }) };
    flood(new InMemoryMessageBroker({ scheduler, logger: () => {} }), 100_000);
    expect(readings).toBeLessThan(200);
  });

  it('are not logged where their sender waited: it has the error (O3)', () => {
    const lines: string[] = [];
    const broker = new InMemoryMessageBroker({ logger: (line) => lines.push(line) });
    watchFor(broker.send(id, 0));
    expect(lines).toEqual([]);
    expect(broker.metrics().totalDeadLettered).toBe(1);
  });
});
