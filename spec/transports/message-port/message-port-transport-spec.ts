import { type HubTransport, type MessagePortOptions, hubTransport, messagePortTransport } from 'rx-broker/transports/message-port';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Recorder } from './recorder';

const open: { close(): unknown }[] = [];
const channel = (): MessageChannel => {
  const made = new MessageChannel();
  open.push(made.port1, made.port2);
  return made;
};
const end = (port: MessagePort, options?: MessagePortOptions): Recorder => {
  const recorder = new Recorder(messagePortTransport(port, options));
  open.push(recorder.transport);
  return recorder;
};

/** Two ends that have met. */
async function pair(options?: MessagePortOptions): Promise<[smaller: Recorder, larger: Recorder]> {
  const { port1, port2 } = channel();
  const ends = [end(port1, options), end(port2, options)] as const;
  await Promise.all(ends.map(({ started }) => started));
  return ends[0].nodeId < ends[1].nodeId ? [ends[0], ends[1]] : [ends[1], ends[0]];
}

interface Star {
  readonly hub: HubTransport;
  readonly middle: Recorder;
  readonly ends: readonly Recorder[];
  readonly ports: readonly MessagePort[];
}

/** A hub, and ends that have met it and each other. */
async function star(count: number, options: MessagePortOptions = {}): Promise<Star> {
  const hub = hubTransport(options);
  open.push(hub);
  const middle = new Recorder(hub);
  const channels = Array.from({ length: count }, channel);
  for (const { port1 } of channels) hub.add(port1);
  const ends = channels.map(({ port2 }) => end(port2, options));
  const all = [middle, ...ends];
  await Promise.all(all.flatMap((one) => all.filter((other) => other !== one).map(({ nodeId }) => one.has(`up ${nodeId}`))));
  return { hub, middle, ends, ports: channels.map(({ port1 }) => port1) };
}

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

describe('messagePortTransport', () => {
  it('meets the other end, and carries batches in order', async () => {
    const [a, b] = await pair();
    expect([a.told, b.told]).toEqual([[`up ${b.nodeId}`], [`up ${a.nodeId}`]]);
    for (let n = 0; n < 100; n++) expect(a.transport.send(b.nodeId, `${n}`)).toBe(true);
    await b.has(`batch ${a.nodeId} 99`);
    expect(b.batches).toEqual(Array.from({ length: 100 }, (_, n) => `${n}`));
  });

  it('meets an end that starts late, though nobody heard its first words', async () => {
    const { port1, port2 } = channel();
    const early = end(port1);
    expect(early.transport.send('nobody', 'x')).toBe(false);
    // What came before the port was listened to is lost, as in a worker whose module loads something first.
    const heard = new Promise((resolve) => port2.addEventListener('message', resolve, { once: true }));
    port2.start();
    await heard;
    const late = end(port2);
    await Promise.all([early.started, late.started]);
    expect(early.told).toEqual([`up ${late.nodeId}`]);
  });

  it('passes over messages of others', async () => {
    const { port1, port2 } = channel();
    const a = end(port1);
    for (const message of ['x', null, [], ['rx-broker/1'], ['rx-broker/1', 'toString'], ['rx-broker/1', 'hello', 5, 'end'], ['rx-broker/1', 'batch', 'x']]) {
      port2.postMessage(message);
    }
    const b = end(port2);
    await a.started;
    expect(a.told).toEqual([`up ${b.nodeId}`]);
  });

  it('takes batches only from the node that is there', async () => {
    const { port1, port2 } = channel();
    const a = end(port1);
    const say = (...message: unknown[]): void => port2.postMessage(['rx-broker/1', ...message]);
    say('welcome', a.nodeId, 'b', 'end', ['b'], []);
    say('batch', a.nodeId, 'someone else', 'forged', []);
    say('batch', 'someone else', 'b', 'astray', []);
    say('up', 'c');
    say('batch', a.nodeId, 'b', 'fine', []);
    await a.has('batch b fine');
    expect(a.told).toEqual(['up b', 'batch b fine']);
  });

  it('moves what is to be transferred', async () => {
    const [a, b] = await pair();
    const bytes = new Uint8Array([1, 2]);
    a.transport.send(b.nodeId, ['x', bytes], [bytes.buffer]);
    await b.has(`batch ${a.nodeId} x,Uint8Array`);
    expect(bytes.byteLength).toBe(0);
  });

  it('sends an error in place of what cannot be cloned, and the rest', async () => {
    const [a, b] = await pair();
    expect(a.transport.send(b.nodeId, [1, ['ask', () => {}], 'x'])).toBe(true);
    await b.has(`batch ${a.nodeId} 1,ask,Error,x`);
  });

  describe('claims', () => {
    it('gives an id that both claim at once to one of them, and both say so', async () => {
      const [a, b] = await pair();
      const owners = await Promise.all([b.transport.claim('id'), a.transport.claim('id')]);
      expect([owners[0] === owners[1], [a.nodeId, b.nodeId].includes(owners[0])]).toEqual([true, true]);
    });

    it('keeps an id for its owner until that releases it', async () => {
      const [a, b] = await pair();
      expect(await b.transport.claim('id')).toBe(b.nodeId);
      expect(await a.transport.claim('id')).toBe(b.nodeId);
      a.transport.release('id');
      expect(await a.transport.claim('id')).toBe(b.nodeId);
      b.transport.release('id');
      await b.transport.claim('another');
      expect(await a.transport.claim('id')).toBe(a.nodeId);
    });

    it('frees the ids of an end that has left, and keeps those of the one that stays', async () => {
      const [a, b] = await pair();
      await Promise.all([a.transport.claim('of a'), b.transport.claim('of b')]);
      await a.transport.close();
      await b.has(`down ${a.nodeId}`);
      expect(await Promise.all([b.transport.claim('of a'), b.transport.claim('of b')])).toEqual([b.nodeId, b.nodeId]);
    });

    it('decides what is open when the end that decides is gone', async () => {
      const { port1, port2 } = channel();
      const a = end(port1);
      // An id that is smaller than any other, so that it decides.
      const asked = new Promise((resolve) => {
        port2.addEventListener('message', ({ data }) => {
          if ((data as unknown[])[1] === 'claim') resolve((data as unknown[]).slice(2));
        });
      });
      port2.start();
      port2.postMessage(['rx-broker/1', 'welcome', a.nodeId, '', 'end', [''], []]);
      await a.started;
      const claimed = a.transport.claim('id');
      expect(await asked).toEqual([1, 'id']);
      port2.postMessage(['rx-broker/1', 'bye']);
      expect(await claimed).toBe(a.nodeId);
    });

    it('tells another end at the same port which ids are taken', async () => {
      const { port1, port2 } = channel();
      const a = end(port1);
      const first = end(port2);
      await Promise.all([a.started, first.started]);
      await a.transport.claim('id');
      await first.transport.close();
      await a.has(`down ${first.nodeId}`);
      const second = end(port2);
      await second.started;
      expect(await second.transport.claim('id')).toBe(a.nodeId);
      await a.has(`up ${second.nodeId}`);
      expect(a.told).toEqual([`up ${first.nodeId}`, `down ${first.nodeId}`, `up ${second.nodeId}`]);
    });
  });

  describe('when an end takes over a port', () => {
    /** An end of which the port still holds what it said to one before, and an id that it owns. */
    async function withOldWords(): Promise<{ a: Recorder; port2: MessagePort }> {
      const { port1, port2 } = channel();
      const a = end(port1);
      // The one before is played by hand, and reads nothing.
      for (const message of [['hello', 'before', 'end'], ['welcome', a.nodeId, 'before', 'end', ['before'], []], ['bye']]) port2.postMessage(['rx-broker/1', ...message]);
      await a.has('down before');
      expect(await a.transport.claim('id')).toBe(a.nodeId);
      return { a, port2 };
    }

    it('learns which ids are taken before it decides any, though old words are in the port', async () => {
      const { a, port2 } = await withOldWords();
      let transport = messagePortTransport(port2);
      // The smaller id decides.
      while (transport.nodeId > a.nodeId) transport = messagePortTransport(port2);
      const b = new Recorder(transport);
      open.push(transport);
      await b.started;
      expect(await transport.claim('id')).toBe(a.nodeId);
      await a.has(`up ${b.nodeId}`);
      expect([b.told, a.told]).toEqual([[`up ${a.nodeId}`], ['up before', 'down before', `up ${b.nodeId}`]]);
    });

    it('is not met by a welcome for another node', async () => {
      const { port1, port2 } = channel();
      const a = end(port1);
      port2.postMessage(['rx-broker/1', 'welcome', 'the one before', 'b', 'end', ['b'], []]);
      port2.postMessage(['rx-broker/1', 'welcome', a.nodeId, 'c', 'end', ['c'], []]);
      await a.started;
      expect(a.told).toEqual(['up c']);
    });

    it('decides no claim between its welcome and the one for it, which says what the other end owns', async () => {
      const { port1, port2 } = channel();
      const a = end(port1);
      const welcomed = new Promise<void>((resolve) => {
        port2.addEventListener('message', ({ data }) => {
          if ((data as unknown[])[1] === 'welcome') resolve();
        });
      });
      port2.start();
      // An id that is larger than any other, so that `a` decides.
      port2.postMessage(['rx-broker/1', 'hello', '~', 'end']);
      await welcomed;
      const claims = [a.transport.claim('taken'), a.transport.claim('free')];
      port2.postMessage(['rx-broker/1', 'welcome', a.nodeId, '~', 'end', ['~'], ['taken']]);
      expect(await Promise.all(claims)).toEqual(['~', a.nodeId]);
    });

    it('decides by itself again when the other one leaves before they have met', async () => {
      const { port1, port2 } = channel();
      const a = end(port1);
      for (const message of [['hello', 'b', 'end'], ['bye']]) port2.postMessage(['rx-broker/1', ...message]);
      expect(await a.transport.claim('id')).toBe(a.nodeId);
      expect(a.told).toEqual([]);
    });
  });

  describe('when the other end says nothing any more', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
    afterEach(() => void vi.useRealTimers());

    /** An end, and one that is played by hand. */
    async function withMute(): Promise<{ a: Recorder; say: (...message: unknown[]) => Promise<void> }> {
      const { port1, port2 } = channel();
      const a = end(port1, { heartbeat: 100 });
      port2.start();
      const say = async (...message: unknown[]): Promise<void> => {
        port2.postMessage(['rx-broker/1', ...message]);
        // Its answer to a ping shows that what came before has arrived.
        const answered = new Promise<void>((resolve) => {
          port2.addEventListener('message', ({ data }) => {
            if ((data as unknown[])[1] === 'pong') resolve();
          });
        });
        port2.postMessage(['rx-broker/1', 'ping']);
        await answered;
      };
      await say('welcome', a.nodeId, 'mute', 'end', ['mute'], []);
      return { a, say };
    }

    it('counts it as gone within three heartbeats, and not before two', async () => {
      const { a } = await withMute();
      vi.advanceTimersByTime(200);
      expect(a.told).toEqual(['up mute']);
      vi.advanceTimersByTime(100);
      expect(a.told).toEqual(['up mute', 'down mute']);
    });

    it('does not, while it answers', async () => {
      const { a, say } = await withMute();
      for (let n = 0; n < 10; n++) {
        vi.advanceTimersByTime(150);
        await say('pong');
      }
      expect(a.told).toEqual(['up mute']);
    });

    it('fences it when it says something again', async () => {
      const { port1, port2 } = channel();
      const a = end(port1, { heartbeat: 100 });
      const b = end(port2, { heartbeat: Infinity });
      await Promise.all([a.started, b.started]);
      // No message is delivered while this runs: the other end hangs.
      vi.advanceTimersByTime(300);
      expect(a.told).toEqual([`up ${b.nodeId}`, `down ${b.nodeId}`]);
      b.transport.send(a.nodeId, 'late');
      await b.has('fenced');
      expect(b.transport.send(a.nodeId, 'x')).toBe(false);
      expect(a.batches).toEqual([]);
    });
  });

  it('refuses what is no port, and bad options', () => {
    const { port1 } = channel();
    expect(() => messagePortTransport({} as never)).toThrow(new TypeError('port must be a MessagePort or a Worker, got an object'));
    expect(() => messagePortTransport(port1, { heartbeat: 0 })).toThrow(/heartbeat must be a number of milliseconds above 0, or Infinity for none, got 0/);
    expect(() => messagePortTransport(port1, { transfer: [] as never })).toThrow(/transfer must be a function/);
    expect(() => hubTransport({ heartbeats: 5 } as never)).toThrow(/unknown option 'heartbeats', did you mean 'heartbeat'/);
  });
});

describe('hubTransport', () => {
  it('lets all nodes at its ports meet, and relays their batches', async () => {
    const { middle, ends } = await star(3);
    const [a, b] = [ends[0]!, ends[1]!];
    a.transport.send(b.nodeId, 'relayed');
    a.transport.send(middle.nodeId, 'direct');
    middle.transport.send(a.nodeId, 'back');
    await Promise.all([b.has(`batch ${a.nodeId} relayed`), middle.has(`batch ${a.nodeId} direct`), a.has(`batch ${middle.nodeId} back`)]);
  });

  it('moves what is to be transferred through the middle', async () => {
    const { ends } = await star(2);
    const [a, b] = [ends[0]!, ends[1]!];
    const { port1, port2 } = channel();
    a.transport.send(b.nodeId, [port2], [port2]);
    await b.has(`batch ${a.nodeId} MessagePort`);
    const [moved] = b.batches[0] as [MessagePort];
    const heard = new Promise((resolve) => moved.addEventListener('message', ({ data }) => resolve(data)));
    moved.start();
    port1.postMessage('through');
    expect(await heard).toBe('through');
    moved.close();
  });

  it('decides claims, of raced ones one', async () => {
    const { middle, ends } = await star(3);
    const owners = await Promise.all([...ends, middle].map(({ transport }) => transport.claim('id')));
    expect(new Set(owners).size).toBe(1);
    const owner = [middle, ...ends].find(({ nodeId }) => nodeId === owners[0])!;
    await owner.transport.close();
  });

  it('fences a node that comes with an id of another node', async () => {
    const { hub, middle, ends } = await star(1);
    const { port1, port2 } = channel();
    const b = end(port2);
    // It owns the id from before it came to the star.
    expect(await b.transport.claim('id')).toBe(b.nodeId);
    expect(await ends[0]!.transport.claim('id')).toBe(ends[0]!.nodeId);
    hub.add(port1);
    await b.has('fenced');
    expect(middle.told).toEqual([`up ${ends[0]!.nodeId}`]);
    expect(await middle.transport.claim('id')).toBe(ends[0]!.nodeId);
  });

  it('tells all when a node leaves, and frees its ids', async () => {
    const { middle, ends } = await star(3);
    const [a, b, c] = [ends[0]!, ends[1]!, ends[2]!];
    await b.transport.claim('id');
    await b.transport.close();
    await Promise.all([a, c, middle].map((node) => node.has(`down ${b.nodeId}`)));
    expect(await a.transport.claim('id')).toBe(a.nodeId);
  });

  it('fences a node whose port it removes', async () => {
    const { hub, middle, ends, ports } = await star(2);
    hub.remove(ports[0]!);
    await ends[0]!.has('fenced');
    await ends[1]!.has(`down ${ends[0]!.nodeId}`);
    expect(middle.told.at(-1)).toBe(`down ${ends[0]!.nodeId}`);
    hub.remove(ports[0]!);
  });

  it('takes every node away from an end when it closes', async () => {
    const { hub, middle, ends } = await star(2);
    await hub.close();
    await ends[0]!.has(`down ${middle.nodeId}`);
    await ends[0]!.has(`down ${ends[1]!.nodeId}`);
  });

  it('relays without a broker of its own, and is no node then', async () => {
    const hub = hubTransport();
    const [one, other] = [channel(), channel()];
    hub.add(one.port1);
    hub.add(other.port1);
    const [a, b] = [end(one.port2), end(other.port2)];
    await Promise.all([a.has(`up ${b.nodeId}`), b.has(`up ${a.nodeId}`)]);
    a.transport.send(b.nodeId, 'x');
    await b.has(`batch ${a.nodeId} x`);
    expect(a.told).toEqual([`up ${b.nodeId}`]);
    const late = new Recorder(hub);
    await a.has(`up ${hub.nodeId}`);
    expect(late.told).toEqual([`up ${a.nodeId}`, `up ${b.nodeId}`]);
    await hub.close();
  });

  it('refuses a port that it has', () => {
    const hub = hubTransport();
    const { port1 } = channel();
    hub.add(port1);
    expect(() => hub.add(port1)).toThrow(/port must be one that was not added before/);
    expect(() => hub.add({} as never)).toThrow(/port must be a MessagePort or a Worker/);
    open.push(hub);
  });
});
