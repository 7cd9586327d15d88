import type { MessageBroker, Priority } from 'rx-broker';
import { brokerMarbles } from 'rx-broker/testing';
import { type Observable, map, merge, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { JobQueue, type JobQueueOptions } from './job-queue';

const marbles = brokerMarbles((actual, expected) => {
  expect(actual).toStrictEqual(expected);
});

/** A queue in virtual time, and a job that takes so many milliseconds and results in its name. */
function setup(broker: MessageBroker, options?: JobQueueOptions): { queue: JobQueue; job(name: string, ms: number, priority?: Priority): Observable<string> } {
  const queue = new JobQueue(options, broker);
  return { queue, job: (name, ms, priority) => queue.job$(() => timer(ms).pipe(map(() => name)), { priority }) };
}

describe('a job queue', () => {
  it(
    'runs one job after the other',
    marbles(({ broker, expectObservable }) => {
      const { job } = setup(broker);
      expectObservable(merge(job('a', 3), job('b', 1), job('c', 2))).toBe('---ab-(c|)');
    }),
  );

  it(
    'runs as many at once as its concurrency, and begins the next when one has ended',
    marbles(({ broker, expectObservable }) => {
      const { job } = setup(broker, { concurrency: 2 });
      expectObservable(merge(job('a', 5), job('b', 2), job('c', 2), job('d', 3))).toBe('--b-ca-(d|)');
    }),
  );

  it(
    'takes the highest priority first, however many there are',
    marbles(({ broker, expectObservable }) => {
      const { job } = setup(broker);
      const critical = Array.from({ length: 9 }, () => job('c', 1, 'critical'));
      expectObservable(merge(job('a', 1), job('l', 1, 'low'), job('n', 1), job('h', 1, 'high'), ...critical)).toBe('-accccccccchn(l|)');
    }),
  );

  it(
    'begins no job while it is paused, and lets what runs go on',
    marbles(({ broker, cold, expectObservable }) => {
      const { queue, job } = setup(broker, { paused: true });
      cold('--s-p----s').subscribe((what) => { if (what === 's') queue.start(); else queue.pause(); });
      expectObservable(merge(job('a', 1), job('b', 3), job('c', 1))).toBe('---a--b---(c|)');
    }),
  );

  it(
    'takes back a job whose caller unsubscribes',
    marbles(({ broker, expectObservable, flush }) => {
      const { job } = setup(broker);
      expectObservable(job('a', 5), '--!').toBe('---');
      expectObservable(job('b', 5), '-!').toBe('--');
      expectObservable(job('c', 2)).toBe('----(c|)');
      flush();
      expect(broker.metrics()).toMatchObject({ totalAborted: 1, failedBy: { Cancelled: 1 }, totalSucceeded: 1 });
    }),
  );

  it('gives each job its result or its own error, and goes on', async () => {
    const queue = new JobQueue();
    const results = await Promise.allSettled([
      queue.add(() => 1),
      queue.add(async () => 'two'),
      queue.add(() => { throw new RangeError('three'); }),
      queue.add(() => timer(0).pipe(map(() => 4))),
    ]);
    expect(results).toMatchObject([{ value: 1 }, { value: 'two' }, { reason: new RangeError('three') }, { value: 4 }]);
  });

  it('drops what waits when it is cleared: its promises reject, and what runs goes on', async () => {
    const queue = new JobQueue();
    const [ran, ...dropped] = [queue.add(async () => 'ran'), queue.add(() => 'second'), queue.add(() => 'third')];
    expect(queue.clear()).toBe(2);
    expect(await Promise.allSettled(dropped)).toMatchObject([{ reason: { code: 'Dropped' } }, { reason: { code: 'Dropped' } }]);
    expect(await ran).toBe('ran');
  });

  it('refuses a job for which it has no place', async () => {
    const queue = new JobQueue({ capacity: 1, paused: true });
    void queue.add(() => 'waits');
    await expect(queue.add(() => 'one too many')).rejects.toMatchObject({ code: 'MailboxFull' });
  });

  it('aborts the signal of a job that is cancelled while it runs', async () => {
    const queue = new JobQueue();
    const caller = new AbortController();
    let seen: AbortSignal | undefined;
    const result = queue.add((signal) => new Promise((resolve) => { seen = signal; signal.addEventListener('abort', resolve); }), { signal: caller.signal });
    caller.abort(new Error('too late'));
    await expect(result).rejects.toThrow('too late');
    expect(seen?.aborted).toBe(true);
  });

  it('is idle when no job waits or runs, also at the start', async () => {
    const queue = new JobQueue({ concurrency: 2 });
    await queue.onIdle();
    const ended: number[] = [];
    for (const n of [1, 2, 3]) void queue.add(async () => { await Promise.resolve(); ended.push(n); });
    await queue.onIdle();
    expect(ended).toEqual([1, 2, 3]);
  });
});
