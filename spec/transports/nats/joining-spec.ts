import { expect, it } from 'vitest';
import { describeWithServer } from './describe-with-server';
import { NatsNodes } from './nats-nodes';
import { onServer } from './on-server';

describeWithServer('natsTransport', () => {
  const nodes = new NatsNodes();
  const server = onServer(nodes);

  it('tells two nodes of one another, and carries text and bytes', async () => {
    const [a, b] = [await nodes.join(server.url), await nodes.join(server.url)];
    await Promise.all([a.told.whenTold('up', b.id), b.told.whenTold('up', a.id)]);

    expect(a.transport.send(b.id, '["ä"]')).toBe(true);
    expect(a.transport.send(b.id, new Uint8Array([1, 2]))).toBe(true);
    await b.told.log.until(() => b.told.batches.length === 2);
    const [text, bytes] = b.told.batches as [string, Uint8Array];
    expect(text).toBe('["ä"]');
    expect([...bytes]).toEqual([1, 2]);
    expect(b.told.log.all.every((told) => told.kind !== 'batch' || told.from === a.id)).toBe(true);
  });

  it('has told a node of all others when it has joined', async () => {
    const others = [await nodes.join(server.url), await nodes.join(server.url), await nodes.join(server.url)];
    const last = await nodes.join(server.url);
    expect(last.told.log.all.map((told) => told.kind === 'up' && told.node).sort()).toEqual(others.map(({ id }) => id).sort());
  });

  it('tells the others when a node has left, and an id is free then', async () => {
    const [a, b] = [await nodes.join(server.url), await nodes.join(server.url)];
    expect(await b.transport.claim('cart')).toBe(b.id);
    await b.transport.close();
    await a.told.whenTold('down', b.id);
    expect(await a.transport.claim('cart')).toBe(a.id);
    expect(a.transport.send(b.id, '[]')).toBe(false);
  });

  it('gives an id to one of the nodes that claim it at once', async () => {
    const three = [await nodes.join(server.url), await nodes.join(server.url), await nodes.join(server.url)];
    for (let i = 0; i < 100; i++) {
      const owners = await Promise.all(three.map(({ transport }) => transport.claim(`raced ${i}`)));
      expect(new Set(owners).size).toBe(1);
    }
  });
});
