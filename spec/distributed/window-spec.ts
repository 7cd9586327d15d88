import { Mailbox, actorId } from 'rx-broker';
import { DistributedMessageBroker, structuredCodec } from 'rx-broker/distributed';
import { Subject, range } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { expectConserved, watchFor } from '../broker/setup';
import { cluster } from './setup';

const id = actorId<any>('x');

describe('the window of a link', () => {
  it('refuses with MailboxFull at the sender what a stopped node does not take, and gives credit back', () => {
    const { network, nodes, letters, pass } = cluster(['a', 'b'], { lease: 60_000 }, { window: 100 });
    const got: number[] = [];
    nodes['a']!.spawn(id, (n) => void got.push(n), { capacity: Infinity });
    pass();
    network.stop('a');
    const b = nodes['b']!;
    const results = Array.from({ length: 1_000 }, (_, n) => b.trySend(id, n));
    expect(results.filter(({ ok }) => ok)).toHaveLength(100);
    expect(results[100]).toMatchObject({ ok: false, code: 'MailboxFull' });
    expect(letters).toHaveLength(900);
    const asked = watchFor(b.send(id, 'ask'));
    expect(asked.error).toMatchObject({ code: 'MailboxFull', started: false });
    expect(b.metrics()).toMatchObject({ pending: 100, failedBy: { MailboxFull: 901 } });
    expectConserved(b.metrics());
    network.resume('a');
    pass(3_000);
    expect(got).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(b.metrics().pending).toBe(0);
    expect(b.trySend(id, 100)).toEqual({ ok: true });
  });

  it('makes an offer wait, which can be taken back', () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { lease: 60_000 }, { window: 2 });
    const got: unknown[] = [];
    nodes['a']!.spawn(id, (message) => void got.push(message));
    pass();
    network.stop('a');
    const b = nodes['b']!;
    b.trySend(id, 1);
    b.trySend(id, 2);
    const waiting = watchFor(b.offer(id, 3));
    const left = watchFor(b.offer(id, 4));
    const late = watchFor(b.offer(id, 5, { timeout: 200 }));
    left.subscription.unsubscribe();
    pass(200);
    expect(late.error).toMatchObject({ code: 'Timeout', started: false });
    expect(waiting.completed).toBe(false);
    network.resume('a');
    pass(3_000);
    expect(waiting).toMatchObject({ values: [undefined], completed: true });
    expect(got).toEqual([1, 2, 3]);
    expectConserved(b.metrics());
  });

  it('shows in the metrics of the mailbox what is on its way there', () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { lease: 60_000 }, { window: 3 });
    nodes['a']!.spawn(id, () => {});
    pass();
    network.stop('a');
    const b = nodes['b']!;
    b.trySend(id, 1);
    const asked = watchFor(b.send(id, 2));
    b.trySend(id, 3);
    const offers = [4, 5].map((message) => watchFor(b.offer(id, message)));
    b.trySend(id, 'refused');
    expect(b.mailboxMetrics(id)).toEqual({ capacity: 3, size: 3, highWaterMark: 3, accepted: 3, delivered: 0, lost: 1, inFlight: 0 });
    asked.subscription.unsubscribe();
    offers[1]!.subscription.unsubscribe();
    network.resume('a');
    pass(3_000);
    expect(b.mailboxMetrics(id)).toEqual({ capacity: 3, size: 0, highWaterMark: 3, accepted: 4, delivered: 3, lost: 1, inFlight: 0 });
    expectConserved(b.metrics());
  });

  it('does not hold a message back that a full mailbox of the other node refuses', () => {
    const { nodes, letters, pass } = cluster(['a', 'b'], {}, { window: 3 });
    nodes['a']!.register(id, Mailbox.bounded(1));
    pass();
    for (let round = 0; round < 5; round++) {
      expect(nodes['b']!.trySend(id, round)).toEqual({ ok: true });
      pass();
    }
    expect(letters.map(({ reason, message }) => [reason, message])).toEqual([1, 2, 3, 4].map((message) => ['MailboxFull', message]));
  });
});

describe('an offer to another node', () => {
  it('waits until the mailbox there has taken the message', () => {
    const { nodes, pass } = cluster(['a', 'b']);
    const mailbox = Mailbox.bounded<unknown>(1, { overflow: 'block' });
    nodes['a']!.register(id, mailbox);
    pass();
    const b = nodes['b']!;
    const [first, second, third] = [1, 2, 3].map((n) => watchFor(b.offer(id, n)));
    pass();
    expect([first!.completed, second!.completed]).toEqual([true, false]);
    third!.subscription.unsubscribe();
    pass();
    const got: unknown[] = [];
    mailbox.receive((message) => void got.push(message));
    pass();
    expect(second).toMatchObject({ values: [undefined], completed: true });
    expect(got).toEqual([1, 2]);
    expect(b.metrics()).toMatchObject({ pending: 0, openRequests: 0 });
  });
});

describe('a streamed reply of another node', () => {
  it('comes value by value, as many as there are', () => {
    const { nodes, pass } = cluster(['a', 'b']);
    nodes['a']!.spawn(id, (count) => range(0, count));
    pass();
    const seen = watchFor(nodes['b']!.send(id, 2_000));
    pass();
    expect(seen.values).toHaveLength(2_000);
    expect(seen.completed).toBe(true);
  });

  it('that is faster than the link fails that ask alone, with MailboxFull', () => {
    const { network, nodes, pass } = cluster(['a', 'b'], { lease: 60_000 }, { window: 10 });
    const stream = new Subject<number>();
    nodes['a']!.spawn(id, (message) => (message === 'stream' ? stream : message), { concurrency: 2 });
    pass();
    const seen = watchFor(nodes['b']!.send(id, 'stream'));
    pass();
    stream.next(0);
    pass();
    network.stop('b');
    for (let n = 1; n <= 11; n++) stream.next(n);
    expect(stream.observed).toBe(false);
    network.resume('b');
    pass(5_000);
    expect(seen).toMatchObject({ values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], error: { code: 'MailboxFull', started: true } });
    const other = watchFor(nodes['b']!.send(id, 'fine'));
    pass();
    expect(other.values).toEqual(['fine']);
  });
});

describe('a burst to one node', () => {
  it.each([
    ['in parts, if the transport clones, since the other thread can begin then', true, 3],
    ['in one batch, if the transport carries text', false, 0],
  ])('goes out %s', (_, structured, atOnce) => {
    const { network, nodes, scheduler, pass } = cluster(['a'], { structured });
    const got: number[] = [];
    nodes['a']!.spawn(id, (n) => void got.push(n), { capacity: Infinity });
    const transport = network.transport('b');
    const send = vi.spyOn(transport, 'send');
    const b = new DistributedMessageBroker(transport, { scheduler, logDeadLetters: false });
    pass();
    send.mockClear();
    for (let n = 0; n < 100; n++) b.trySend(id, n);
    expect(send).toHaveBeenCalledTimes(atOnce);
    pass();
    expect(got).toEqual(Array.from({ length: 100 }, (__, n) => n));
  });

  it('leaves what moves with its sender until the end of the tick', () => {
    const { nodes, pass } = cluster(['a', 'b'], { structured: true }, { codec: structuredCodec((message) => [(message as { bytes: Uint8Array }).bytes.buffer]) });
    const got: number[] = [];
    nodes['a']!.spawn(id, ({ bytes }: { bytes: Uint8Array }) => void got.push(bytes[0]!), { capacity: Infinity });
    pass();
    const sent = Array.from({ length: 100 }, (_, n) => new Uint8Array([n]));
    for (const bytes of sent) nodes['b']!.trySend(id, { bytes });
    expect(sent.map(({ byteLength }) => byteLength)).toEqual(sent.map(() => 1));
    pass();
    expect(sent.map(({ byteLength }) => byteLength)).toEqual(sent.map(() => 0));
    expect(got).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });
});
