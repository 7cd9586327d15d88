import { readFileSync } from 'node:fs';
import { DeadLetterQueue, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { brokerMarbles } from 'rx-broker/testing';
import { NEVER, map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { alarms, recordMetrics, redeliverLost } from './production';
import { JsonLog } from './service/json-log';
import { MetricsPage } from './service/metrics-page';

const id = actorId<any>('actor');
const marbles = brokerMarbles((actual, expected) => expect(actual).toStrictEqual(expected));

describe('the metrics', () => {
  it('hand every number of a broker and of its queue on, and write the newest as Prometheus reads it', () => {
    const queue = new DeadLetterQueue({ capacity: 1 });
    const broker = new InMemoryMessageBroker().withDeadLetterQueue(queue);
    for (const message of ['a', 'b', 'c']) broker.trySend(id, message);
    const page = new MetricsPage();
    const names = new Set<string>();
    recordMetrics(broker, queue, (name, value, labels) => {
      names.add(name);
      page.record(name, value, labels);
    }).unsubscribe();
    expect([...names].sort()).toEqual([...Object.keys(broker.metrics()), 'deadLettersEvicted', 'deadLettersHeld'].sort());
    expect(page.text).toContain('rx_broker_totalSent 3\n');
    expect(page.text).toContain('rx_broker_failedBy{code="ActorNotFound"} 3\n');
    expect(page.text).toContain('rx_broker_deadLettersEvicted 2\n');
  });
});

describe('the alarms', () => {
  it(
    'tell what went wrong since the snapshot before, and nothing while all is well',
    marbles(({ broker, cold, expectObservable }) => {
      broker.spawn(actorId('fine'), () => 'fine');
      broker.spawn(actorId('failing'), () => {
        throw new Error('failing');
      });
      broker.register(actorId('full'), Mailbox.bounded(1));
      broker.spawn(actorId('slow'), () => NEVER);
      const send: Record<string, () => void> = {
        a: () => broker.trySend(actorId('fine'), 1),
        b: () => broker.trySend(actorId('failing'), 1),
        c: () => broker.trySend(actorId('nobody'), 1),
        d: () => [1, 2].map((n) => broker.trySend(actorId('full'), n)),
        e: () => [200, 100].map((timeout) => broker.send(actorId('slow'), timeout, { timeout }).subscribe({ error: () => {} })),
      };
      cold('500ms a 999ms b 999ms c 999ms d 999ms e').subscribe((name) => send[name]!());
      expectObservable(alarms(broker), '5500ms !').toBe('2s b 999ms c 999ms d 999ms e', {
        b: ['failing'],
        c: ['misaddressed'],
        d: ['overloaded', 'stuck'],
        e: ['slow'],
      });
    }),
  );

  it(
    'tell of turns that wait for one another',
    marbles(({ broker, cold, expectObservable }) => {
      const [one, other] = [actorId<number>('one'), actorId<number>('other')];
      broker.spawn(one, (n, context) => context.send(other, n));
      broker.spawn(other, (n, context) => context.send(one, n));
      cold('500ms x').subscribe(() => broker.trySend(one, 1));
      expectObservable(alarms(broker).pipe(map((names) => names[0])), '1500ms !').toBe('1s d', { d: 'deadlocked' });
    }),
  );
});

describe('redelivery', () => {
  it(
    'sends what no handler saw again, round by round, until it is taken',
    marbles(({ createBroker, scheduler, cold, expectObservable }) => {
      const queue = new DeadLetterQueue();
      const broker = createBroker().withDeadLetterQueue(queue);
      broker.trySend(id, 'a');
      cold('250ms x').subscribe(() => broker.spawn(id, () => {}));
      const results$ = redeliverLost(queue, { interval: 100, attempts: 5, scheduler }).pipe(map(({ letter, ok }) => [letter.attempts, ok]));
      expectObservable(results$, '600ms !').toBe('100ms a 99ms b 99ms c', { a: [1, false], b: [2, false], c: [3, true] });
    }),
  );

  it(
    'gives up after so many attempts, and keeps the letter',
    marbles(({ createBroker, scheduler, flush }) => {
      const queue = new DeadLetterQueue();
      const broker = createBroker().withDeadLetterQueue(queue);
      broker.trySend(id, 'a');
      const redelivery = redeliverLost(queue, { interval: 100, attempts: 3, scheduler }).subscribe();
      scheduler.schedule(() => redelivery.unsubscribe(), 1_000);
      flush();
      expect(queue.letters()).toMatchObject([{ message: 'a', attempts: 3 }]);
    }),
  );

  it(
    'leaves alone what a handler has seen, unless it is told otherwise',
    marbles(({ createBroker, scheduler, flush }) => {
      const queue = new DeadLetterQueue();
      const broker = createBroker().withDeadLetterQueue(queue);
      let turns = 0;
      broker.spawn(id, () => {
        turns++;
        throw undefined;
      });
      broker.trySend(id, 'a');
      const careful = redeliverLost(queue, { interval: 100, attempts: 9, scheduler }).subscribe();
      scheduler.schedule(() => {
        expect(turns).toBe(1);
        careful.unsubscribe();
        const bold = redeliverLost(queue, { interval: 100, attempts: 3, which: () => true, scheduler }).subscribe();
        scheduler.schedule(() => bold.unsubscribe(), 1_000);
      }, 1_000);
      flush();
      expect(turns).toBe(3);
    }),
  );
});

describe('the log', () => {
  it('has errors with their stack and cause, and dead letters without what they carried', () => {
    const lines: string[] = [];
    const log = new JsonLog((line) => lines.push(line));
    const broker = new InMemoryMessageBroker({ logger: log });
    broker.trySend(id, { password: 'secret' });
    broker.spawn(id, () => {
      throw new Error('broken', { cause: new Error('why') });
    });
    broker.trySend(id, { password: 'secret' });
    const details = lines.map((text) => JSON.parse(text) as { level: string; details: object[] }).map(({ level, details: [first] }) => [level, first]);
    expect(details).toMatchObject([
      ['warn', { target: 'actor', reason: 'ActorNotFound', attempts: 1 }],
      ['error', { message: 'broken', stack: expect.stringContaining('production-spec') as string, cause: { message: 'why' } }],
    ]);
    expect(lines.join('')).not.toContain('secret');
  });
});

describe('the page on production', () => {
  const page = readFileSync(new URL('./production.md', import.meta.url), 'utf8');
  const firstCells = [...page.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell]) => cell!.split(', ').map((name) => name.replaceAll('`', '')));

  it('says what each number means, and each reason for a failure', () => {
    const { failedBy, ...numbers } = new InMemoryMessageBroker().metrics();
    expect(firstCells).toEqual(expect.arrayContaining([...Object.keys(numbers), 'failedBy', ...Object.keys(failedBy)]));
  });
});
