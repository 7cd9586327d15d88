import { type Message, SendError, actorId, message, protocol } from 'rx-broker';
import { RemoteError } from 'rx-broker/distributed';
import { Observable, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { watchFor } from '../broker/setup';
import { cluster } from './setup';

const id = actorId<any>('x');

/** Asks an actor of another node whose handler is this. */
function ask(handler: (message: any) => unknown, first: unknown = 'ask'): ReturnType<typeof watchFor> & { again(message: unknown): ReturnType<typeof watchFor> } {
  const { nodes, pass } = cluster(['a', 'b'], { maxBatch: 40_000 });
  nodes['a']!.spawn(id, handler);
  pass();
  const send = (one: unknown): ReturnType<typeof watchFor> => {
    const seen = watchFor(nodes['b']!.send(id, one));
    pass();
    return seen;
  };
  return Object.assign(send(first), { again: send });
}

describe('an error of another node', () => {
  it('of a handler is a RemoteError with its name, message and code, and without its stack', () => {
    class Overdrawn extends TypeError {
      override readonly name = 'Overdrawn';
      readonly code = 'E_OVERDRAWN';
    }
    const { error } = ask(() => {
      throw new Overdrawn('by 5');
    }) as { error: any };
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ name: 'Overdrawn', message: 'by 5', code: 'E_OVERDRAWN' });
    expect(error.stack).not.toContain('Overdrawn.');
  });

  it.each([
    ['a text', 'no', { name: 'RemoteError', message: 'no' }],
    ['nothing', undefined, { name: 'RemoteError', message: 'undefined' }],
    ['an object', { code: 5 }, { name: 'RemoteError', message: 'an object', code: '5' }],
  ])('that is no error but %s is described', (_what, thrown, expected) => {
    const { error } = ask(() => {
      throw thrown;
    });
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject(expected);
  });

  it('that a handler lets escape from an ask of its own stays a SendError, and names the inner actor', () => {
    const { error } = ask(() => {
      throw new SendError('MailboxFull', { actorId: 'inner', started: false });
    });
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject({ code: 'MailboxFull', actorId: 'inner', started: false });
  });

  it('counts here as it does there: one that comes from the handler is an error of a message that was delivered', () => {
    const { nodes, pass } = cluster(['a', 'b']);
    const Shop = protocol('shop', { buy: message<{ n: number }, number>() });
    nodes['b']!.spawn(id, Shop, { buy: (_buy, context) => context.send(actorId<Message<number>>('nobody'), {}) });
    pass();
    const seen = [Shop.buy({ n: 1 }), { type: 'shop.unknown' }].map((sent) => watchFor(nodes['a']!.send(id, sent as never)));
    pass();
    expect(seen.map(({ error }) => error)).toMatchObject([{ code: 'ActorNotFound', actorId: 'nobody' }, { code: 'Unhandled', actorId: 'x' }]);
    expect(nodes['a']!.metrics()).toMatchObject({ totalSent: 2, totalDelivered: 2, totalErrored: 2, totalFailed: 0 });
  });

  it('comes after the values of a stream', () => {
    const seen = ask(
      () =>
        new Observable((subscriber) => {
          subscriber.next(1);
          subscriber.error(new Error('broken'));
        }),
    );
    expect(seen).toMatchObject({ values: [1], error: { message: 'broken' } });
  });
});

describe('a message that cannot cross', () => {
  it.each([
    ['an oversize message', 'PayloadTooLarge', 'x'.repeat(50_000)],
    ['a function', 'Unserializable', { callback: () => 1 }],
  ])('for %s fails at once with %s, and the link goes on', (_what, code, message) => {
    const { nodes, letters, pass } = cluster(['a', 'b'], { maxBatch: 40_000 });
    nodes['a']!.spawn(id, (one) => one);
    pass();
    const b = nodes['b']!;
    const seen = watchFor(b.send(id, message));
    expect(seen.error).toMatchObject({ code, started: false, actorId: id });
    const result = b.trySend(id, message);
    expect(result).toMatchObject({ ok: false, code });
    expect(!result.ok && result.error.message).toMatch(code === 'Unserializable' ? /callback/ : /bytes/);
    expect(letters.map(({ reason }) => reason)).toEqual([code, code]);
    const fine = watchFor(b.send(id, 'fine'));
    pass();
    expect(fine.values).toEqual(['fine']);
    expect(b.metrics()).toMatchObject({ pending: 0, failedBy: { [code]: 2 } });
  });

  it.each([
    ['an oversize reply', 'PayloadTooLarge', 'x'.repeat(50_000)],
    ['a reply with a function', 'Unserializable', { callback: () => 1 }],
  ])('for %s fails that ask with %s, and the link goes on', (_what, code, reply) => {
    const seen = ask((message) => (message === 'fine' ? 'fine' : reply), 'ask');
    expect(seen.error).toMatchObject({ code, started: true, actorId: id });
    expect(seen.again('fine').values).toEqual(['fine']);
  });

  it('for a value of a streamed reply stops the stream', () => {
    let isOpen = false;
    const stream = new Observable((subscriber) => {
      isOpen = true;
      subscriber.next(1);
      subscriber.next(() => 2);
      subscriber.next(3);
      return () => (isOpen = false);
    });
    const seen = ask(() => stream);
    expect(seen).toMatchObject({ values: [1], error: { code: 'Unserializable', started: true } });
    expect(isOpen).toBe(false);
  });

  it('for an oversize error text is cut short', () => {
    const { error } = ask(() => {
      throw new Error('x'.repeat(100_000));
    }) as { error: any };
    expect(error).toBeInstanceOf(RemoteError);
    expect(error.message.length).toBeGreaterThan(1_000);
  });

  it('for broadcasts fails for the targets of other nodes alone', () => {
    const { nodes, pass } = cluster(['a', 'b']);
    nodes['a']!.spawn(actorId('far'), () => 'far');
    nodes['b']!.spawn(actorId('near'), () => 'near');
    pass();
    const seen = watchFor(nodes['b']!.broadcast({ callback: () => 1 }));
    pass();
    expect(seen.values).toHaveLength(2);
    expect(seen.values).toContainEqual({ actorId: 'near', ok: true, value: 'near' });
    expect(seen.values).toContainEqual({ actorId: 'far', ok: false, error: expect.objectContaining({ code: 'Unserializable', started: false }) as Error });
  });
});

describe('a payload', () => {
  it('arrives as it was when it was sent', () => {
    const { nodes, pass } = cluster(['a', 'b']);
    const got: unknown[] = [];
    nodes['a']!.spawn(id, (message) => {
      got.push(message);
      return of(new Date(5), new Map([[1, 2n]]));
    });
    pass();
    const message = { at: new Date(7), tags: new Set(['x']), deep: { n: [1] } };
    const seen = watchFor(nodes['b']!.send(id, message));
    message.deep.n.push(2);
    pass();
    expect(got).toEqual([{ at: new Date(7), tags: new Set(['x']), deep: { n: [1] } }]);
    expect(seen.values).toEqual([new Date(5), new Map([[1, 2n]])]);
  });
});
