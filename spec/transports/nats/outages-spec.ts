import { afterEach, expect, it } from 'vitest';
import { describeWithServer } from './describe-with-server';
import { NatsNodes, type TestNode } from './nats-nodes';
import { NatsServer } from './nats-server';
import { TcpProxy } from './tcp-proxy';

/** Sends until one batch has arrived: those of an outage may be lost. */
async function carries(from: TestNode, to: TestNode): Promise<void> {
  const name = `["${Math.random()}"]`;
  const again = setInterval(() => from.transport.send(to.id, name), 20);
  await to.told.log.until(() => to.told.batches.includes(name));
  clearInterval(again);
}

describeWithServer('natsTransport in an outage', () => {
  const nodes = new NatsNodes();
  let server: NatsServer;
  let proxy: TcpProxy | undefined;
  afterEach(async () => {
    proxy?.heal();
    await nodes.close();
    await proxy?.close();
    proxy = undefined;
    await server.close();
  });

  /** Two nodes, the first of them behind a proxy. */
  async function two(lease: number): Promise<readonly [behind: TestNode, direct: TestNode]> {
    server = await NatsServer.start();
    proxy = await TcpProxy.start(server.url);
    const behind = await nodes.join(proxy.url, { lease });
    const direct = await nodes.join(server.url, { lease });
    await Promise.all([behind.told.whenTold('up', direct.id), direct.told.whenTold('up', behind.id)]);
    return [behind, direct];
  }

  it('keeps both nodes when the server is killed and back soon, ten times, and what is claimed meanwhile is claimed', async () => {
    const [a, b] = await two(10_000);
    for (let round = 0; round < 10; round++) {
      const from = a.told.log.all.length;
      await server.kill();
      await a.told.whenConnected(false, from);
      expect(a.transport.send(b.id, '["lost"]')).toBe(false);
      const owners = Promise.all([a.transport.claim(`round ${round}`), b.transport.claim(`round ${round}`)]);
      await server.restart();
      await a.told.whenConnected(true, from);
      expect(new Set(await owners).size).toBe(1);
      await Promise.all([carries(a, b), carries(b, a)]);
    }
    for (const { told } of [a, b]) expect(told.log.all.filter(({ kind }) => kind === 'down' || kind === 'fenced')).toEqual([]);
    expect(a.told.batches).not.toContain('["lost"]');
  });

  it('fences all nodes when the server is away for longer than the lease', async () => {
    const [a, b] = await two(3000);
    await a.transport.claim('held');
    await server.kill();
    await Promise.all([a.told.whenFenced(), b.told.whenFenced()]);
    await server.restart();
    const back = await nodes.join(server.url, { lease: 3000 });
    expect(await back.transport.claim('held')).toBe(back.id);
  });

  it('goes on after its connection was reset', async () => {
    const [behind, direct] = await two(10_000);
    for (let round = 1; round <= 10; round++) {
      const from = behind.told.log.all.length;
      proxy!.reset();
      await behind.told.whenConnected(true, from);
      await Promise.all([carries(behind, direct), carries(direct, behind)]);
    }
    expect([...behind.told.log.all, ...direct.told.log.all].filter(({ kind }) => kind === 'down' || kind === 'fenced')).toEqual([]);
  });

  it('notices a dead connection long before the client does, and connects again', async () => {
    const [behind, direct] = await two(60_000);
    proxy!.hold('in', 'out');
    await behind.told.whenConnected(false);
    proxy!.heal();
    await behind.told.whenConnected(true);
    await Promise.all([carries(behind, direct), carries(direct, behind)]);
  });

  it.each(['in', 'out'] as const)('notices a connection that passes nothing %s, and connects again', async (way) => {
    const [behind, direct] = await two(60_000);
    proxy!.hold(way);
    await behind.told.whenConnected(false);
    proxy!.heal();
    await behind.told.whenConnected(true);
    await Promise.all([carries(behind, direct), carries(direct, behind)]);
    expect(behind.told.log.all.map(({ kind }) => kind)).not.toContain('fenced');
  });

  it('fences a node whose connection is dead for longer than the lease, and another one takes over', async () => {
    const [behind, direct] = await two(3000);
    await behind.transport.claim('held');
    proxy!.hold('in', 'out');
    await Promise.all([behind.told.whenFenced(), direct.told.whenTold('down', behind.id)]);
    expect(await direct.transport.claim('held')).toBe(direct.id);
    // Nothing of what was held back reaches a fenced node.
    const { length } = behind.told.log.all;
    proxy!.heal();
    await direct.connection.flush();
    expect(behind.told.log.all.slice(length)).toEqual([]);
  });

  it('works over a slow connection', async () => {
    const [behind, direct] = await two(10_000);
    proxy!.delay(150);
    await Promise.all([carries(behind, direct), carries(direct, behind)]);
    const ids = Array.from({ length: 1000 }, (_, i) => `slow ${i}`);
    const owners = await Promise.all(ids.map((id) => behind.transport.claim(id)));
    expect(new Set(owners)).toEqual(new Set([behind.id]));
    expect([...behind.told.log.all, ...direct.told.log.all].map(({ kind }) => kind)).not.toContain('fenced');
  });
});
