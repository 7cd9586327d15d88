import { jetstreamManager } from '@nats-io/jetstream';
import { actorId } from 'rx-broker';
import { natsTransport } from 'rx-broker/transports/nats';
import { lastValueFrom } from 'rxjs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { inBound } from './bounds';
import { describeWithServer } from './describe-with-server';
import { known, NatsBrokers } from './nats-brokers';
import { NatsNodes, Recorder, type TestNode } from './nats-nodes';
import { NatsServer } from './nats-server';
import { SeenOnce, SteadyLoad } from './steady-load';

type Connected = Pick<TestNode, 'connection'>;

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

  function serverOf({ connection }: Connected): NatsServer {
    return servers.find(({ url }) => url.endsWith(`:${connection.getServer().split(':').at(-1)}`))!;
  }

  /** The server that leads the bucket. */
  async function leader({ connection }: Connected): Promise<NatsServer> {
    const { streams } = await jetstreamManager(connection);
    const { cluster, config } = await streams.info('KV_rx-broker');
    expect(config.num_replicas).toBe(3);
    return servers[Number(cluster!.leader!.split('-')[1])]!;
  }

  /** Resolves when every server has all of the bucket again, so that one of them may be lost. */
  async function whenWhole({ connection }: Connected): Promise<void> {
    await vi.waitFor(
      async () => {
        const { streams } = await jetstreamManager(connection);
        const { cluster } = await streams.info('KV_rx-broker');
        expect(cluster!.replicas!.map(({ current, offline }) => [current, offline ?? false])).toEqual([[true, false], [true, false]]);
      },
      { timeout: 60_000, interval: 100 },
    );
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

  it('joins while the bucket has no majority for a moment: a lease that is refused, since an earlier try is on its way, is taken later', async () => {
    const [first] = (await three()) as [TestNode];
    const led = await leader(first);
    const transport = await natsTransport(await nodes.connect({ servers: led.url }), { lease: 5000 });
    const others = servers.filter((server) => server !== led);
    for (const other of others) other.signal('SIGSTOP');
    const joined = transport.start(new Recorder());
    // The first try has no answer after a tenth of the lease, the second one is refused.
    setTimeout(() => {
      for (const other of others) other.signal('SIGCONT');
    }, 1500);
    await inBound(10_000, joined);
    expect(await transport.claim('a')).toBe(transport.nodeId);
    await transport.close();
  });

  it('asks now and then whether a claim and a release are settled that have no majority for a moment', async () => {
    const [first] = (await three()) as [TestNode];
    const led = await leader(first);
    const node = await nodes.join(led.url, { lease: 20_000 });
    await node.transport.claim('held');
    const others = servers.filter((server) => server !== led);
    for (const other of others) other.signal('SIGSTOP');
    const { outMsgs } = node.connection.stats();
    node.transport.release('held');
    const claimed = Promise.all(['a', 'held'].map((id) => node.transport.claim(id)));
    // The first try has no answer for two seconds, those after it are refused.
    setTimeout(() => {
      for (const other of others) other.signal('SIGCONT');
    }, 4500);
    expect(await inBound(10_000, claimed)).toEqual([node.id, node.id]);
    expect(node.connection.stats().outMsgs - outMsgs).toBeLessThan(500);
  });

  it('answers every ask while a client loses its server, and while the bucket loses its leader', async () => {
    const brokers = new NatsBrokers();
    const [here, far] = [await brokers.join(servers[0]!.url, { nats: { lease: 20_000 } }), await brokers.join(servers[1]!.url, { nats: { lease: 20_000 } })];
    const echo = actorId<number>('echo');
    const seen = new SeenOnce();
    far.broker.spawn(echo, (n: number) => seen.see(n));
    await known(here.broker, echo);
    const load = SteadyLoad.on(here.broker, echo, 64, 60_000);
    await load.moreOk(500);
    const led = await leader(far);
    for (const lost of new Set([serverOf(here), led])) {
      await lost.kill();
      await load.moreOk(500);
      await here.broker.spawn(actorId(`after ${lost.url}`), () => 0).ready;
      await lost.restart();
      await load.moreOk(500);
      await whenWhole(here);
    }
    expect(await load.end()).toEqual({ ok: load.sentCount });
    expect([seen.count, seen.twice]).toEqual([load.sentCount, 0]);
    await brokers.close();
  });

  it('closes every broker when two are lost, and says of each open request that nobody knows', async () => {
    const brokers = new NatsBrokers();
    const [here, far] = [await brokers.join(servers[0]!.url, { nats: { lease: 5000 } }), await brokers.join(servers[1]!.url, { nats: { lease: 5000 } })];
    const echo = actorId<number>('echo');
    const seen = new SeenOnce();
    far.broker.spawn(echo, (n: number) => seen.see(n));
    await known(here.broker, echo);
    const closed = Promise.all([here, far].map(({ broker }) => lastValueFrom(broker.events$, { defaultValue: undefined })));
    const load = SteadyLoad.on(here.broker, echo, 64, 60_000);
    await load.moreOk(500);
    await Promise.all([serverOf(here).kill(), serverOf(far).kill()]);
    await inBound(5000 + 2000, closed);
    const counts = await load.end();
    // An ask that was made while the connection was down, and never went out, has not been started.
    const honest = ['ok', 'ConnectionLost unknown', 'ConnectionLost false', 'BrokerClosed false'];
    expect(Object.keys(counts).filter((outcome) => !honest.includes(outcome))).toEqual([]);
    expect(counts['ConnectionLost unknown']).toBeGreaterThan(0);
    expect(seen.twice).toBe(0);
    expect(seen.count).toBeGreaterThanOrEqual(counts.ok!);
    expect(seen.count).toBeLessThanOrEqual(counts.ok! + (counts['ConnectionLost unknown'] ?? 0));
    await brokers.close();
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
