import { jetstreamManager } from '@nats-io/jetstream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWithServer } from './find-server';
import { NatsNodes, type TestNode } from './nats-nodes';
import { NatsServer } from './nats-server';

describeWithServer('natsTransport on a cluster of three servers', () => {
  const nodes = new NatsNodes();
  let servers: readonly NatsServer[];
  beforeEach(async () => {
    servers = await NatsServer.startCluster();
  });
  afterEach(async () => {
    await nodes.close();
    await Promise.all(servers.map((server) => server.close()));
  });

  /** A node on each server. */
  async function three(): Promise<readonly TestNode[]> {
    // The client learns of the other servers from its first one.
    return Promise.all(servers.map(({ url }) => nodes.join([url], { lease: 20_000 })));
  }

  function serverOf({ connection }: TestNode): NatsServer {
    return servers.find(({ url }) => url.endsWith(`:${connection.getServer().split(':').at(-1)}`))!;
  }

  /** The server that leads the bucket. */
  async function leader({ connection }: TestNode): Promise<NatsServer> {
    const { streams } = await jetstreamManager(connection);
    const { cluster, config } = await streams.info('KV_rx-broker');
    expect(config.num_replicas).toBe(3);
    return servers[Number(cluster!.leader!.split('-')[1])]!;
  }

  const lost = (all: readonly TestNode[]): unknown[] => all.flatMap(({ told }) => told.log.all.filter(({ kind }) => kind === 'down' || kind === 'fenced'));

  /** Each id has one owner, whoever asks. */
  async function claimsAreKept(all: readonly TestNode[], ids: readonly string[]): Promise<void> {
    for (const id of ids) expect(new Set(await Promise.all(all.map(({ transport }) => transport.claim(id)))).size).toBe(1);
  }

  it('stores on three, and survives the loss of the server that a node is connected to', async () => {
    const all = await three();
    await claimsAreKept(all, ['a', 'b']);
    const [first] = all as [TestNode];
    await serverOf(first).kill();
    await first.told.whenConnected(true, first.told.log.all.length);
    await claimsAreKept(all, ['a', 'b', 'c']);
    expect(lost(all)).toEqual([]);
  });

  it('survives the loss of the server that leads the bucket: claims wait for the next leader', async () => {
    const all = await three();
    await claimsAreKept(all, ['a']);
    await (await leader(all[0]!)).kill();
    await claimsAreKept(all, ['a', 'b']);
    expect(lost(all)).toEqual([]);
  });

  it('fences all nodes when two are lost: nobody can renew a lease, so nobody may own an actor', async () => {
    const all = await Promise.all(servers.map(({ url }) => nodes.join([url], { lease: 5000 })));
    await servers[0]!.kill();
    await servers[1]!.kill();
    await Promise.all(all.map(({ told }) => told.whenFenced()));
    await Promise.all([servers[0]!.restart(), servers[1]!.restart()]);
    const back = await nodes.join(servers[0]!.url, { lease: 5000 });
    expect(await back.transport.claim('a')).toBe(back.id);
  });
});
