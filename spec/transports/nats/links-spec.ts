import { actorId, type ActorId, type MessageBroker, SendError } from 'rx-broker';
import { NEVER, firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { afterEach, expect, it } from 'vitest';
import { EventLog } from './event-log';
import { describeWithServer } from './describe-with-server';
import { known, NatsBrokers, statusOf, type TestBroker } from './nats-brokers';
import { NatsServer } from './nats-server';
import { SeenOnce, SteadyLoad } from './steady-load';
import { TcpProxy, type Way } from './tcp-proxy';

const ECHO = actorId<any>('echo');
const MAX_PAYLOAD = 65_536;

describeWithServer('brokers over NATS', () => {
  const brokers = new NatsBrokers();
  let server: NatsServer;
  let proxy: TcpProxy;
  afterEach(async () => {
    proxy.heal();
    await brokers.close();
    await proxy.close();
    await server.close();
  });

  /** Two brokers that know one another and an actor of the second. The first is behind a proxy. */
  async function two(receive: (message: any) => unknown, more = ''): Promise<readonly [here: TestBroker, far: TestBroker]> {
    server = await NatsServer.start(more);
    proxy = await TcpProxy.start(server.url);
    const here = await brokers.join(proxy.url, { nats: { lease: 60_000 } });
    const far = await brokers.join(server.url, { nats: { lease: 60_000 } });
    await far.broker.spawn(ECHO, receive, { concurrency: 100 }).ready;
    await known(here.broker, ECHO);
    return [here, far];
  }

  const errorOf = (broker: MessageBroker, id: ActorId<any>, message: unknown, timeout = 5000): Promise<unknown> =>
    lastValueFrom(broker.send(id, message, { timeout })).then(
      (reply: unknown) => ({ reply }),
      (error: unknown) => (error instanceof SendError ? `${error.code} ${error.started}` : String(error)),
    );

  it.each<[string, readonly Way[]]>([
    ['nothing', ['in', 'out']],
    ['nothing back', ['in']],
    ['nothing out', ['out']],
  ])('lose nothing and handle nothing twice while their connection passes %s', async (_name, ways) => {
    const seen = new SeenOnce();
    const [here] = await two((n: number) => seen.see(n));
    const load = SteadyLoad.on(here.broker, ECHO, 64, 60_000);
    for (let round = 0; round < 3; round++) {
      await load.moreOk(200);
      proxy.hold(...ways);
      // The transport notices it, and connects again.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      proxy.heal();
    }
    await load.moreOk(200);
    expect(await load.end()).toEqual({ ok: load.sentCount });
    expect([seen.count, seen.twice]).toEqual([load.sentCount, 0]);
  });

  it('lose nothing and handle nothing twice over a connection that is slow, and one that is reset', async () => {
    const seen = new SeenOnce();
    const [here] = await two((n: number) => seen.see(n));
    const load = SteadyLoad.on(here.broker, ECHO, 64, 60_000);
    proxy.delay(100);
    await load.moreOk(500);
    for (let round = 0; round < 10; round++) {
      proxy.reset();
      await load.moreOk(100);
    }
    expect(await load.end()).toEqual({ ok: load.sentCount });
    expect([seen.count, seen.twice]).toEqual([load.sentCount, 0]);
  });

  it('end an ask in its own time while the connection is down, and say what is known of its start', async () => {
    const seen = new SeenOnce();
    const begun = new EventLog<number>();
    const [here] = await two((n: number) => {
      begun.add(n);
      return n === 0 ? NEVER : seen.see(n);
    });
    const running = errorOf(here.broker, ECHO, 0, 2000);
    await begun.first((n) => n === 0);
    const down = statusOf(here.connection, 'disconnect');
    await server.kill();
    await down;
    const waiting = [errorOf(here.broker, ECHO, 1, 500), errorOf(here.broker, ECHO, 2, 500)];
    expect(await Promise.all([running, ...waiting])).toEqual(['Timeout unknown', 'ConnectionLost false', 'ConnectionLost false']);
    await server.restart();
    expect(await errorOf(here.broker, ECHO, 3, 30_000)).toEqual({ reply: 4 });
    expect(begun.all).toEqual([0, 3]);
  });

  it('refuse what is too large or cannot be encoded, for that message alone, both ways', async () => {
    const large = 'ä'.repeat(MAX_PAYLOAD / 2);
    const [here] = await two((message) => (message === 'large' ? large : message === 'function' ? () => 1 : message), `max_payload: ${MAX_PAYLOAD}`);
    const answers = [large, 'large', () => 1, 'function', 'fine'].map((message) => errorOf(here.broker, ECHO, message));
    expect(await Promise.all(answers)).toEqual(['PayloadTooLarge false', 'PayloadTooLarge true', 'Unserializable false', 'Unserializable true', { reply: 'fine' }]);
    // The largest that fits, and many at once: more than one batch.
    const fits = 'ä'.repeat(MAX_PAYLOAD / 2 - 200);
    expect(await Promise.all(Array.from({ length: 20 }, () => errorOf(here.broker, ECHO, fits)))).toEqual(Array.from({ length: 20 }, () => ({ reply: fits })));
  });

  it('pass over a million messages that are no batches, count them, and go on', async () => {
    const [here, far] = await two((n: number) => n + 1);
    const thief = here.connection;
    const inbox = `rx-broker.inbox.${far.broker.nodeId}`;
    const reply = `rx-broker.echo.${here.broker.nodeId}.${far.broker.nodeId}`;
    const hostile = ['x', '[', '[]', '[1]', '[1,0,["ask"]]', '[1e9,-1,[]]', '{"__proto__":1}', `[${'['.repeat(100)}`, 'null', '[0,0,["tell",1,"echo",{}]]', new Uint8Array([0xc1, 0, 255])];
    for (let i = 0; i < 1_000_000; i++) {
      thief.publish(inbox, hostile[i % hostile.length], { reply });
      if (i % 10_000 === 0) await thief.flush();
    }
    await thief.flush();
    expect(await errorOf(here.broker, ECHO, 1, 30_000)).toEqual({ reply: 2 });
    const { badFrames } = await far.broker.clusterMetrics();
    expect(badFrames).toBeGreaterThan(500_000);
    expect(far.broker.metrics().totalFailed).toBe(0);
  });

  it('spread work over four nodes: asks, broadcasts, topics and streams', async () => {
    server = await NatsServer.start();
    proxy = await TcpProxy.start(server.url);
    const four = await brokers.meet(4, server.url);
    const ids = four.map((_, i) => actorId<any>(`worker ${i}`));
    const heard: string[] = [];
    await Promise.all(four.map(({ broker }, i) => broker.spawn(ids[i]!, (n: number) => `${i}: ${n}`, { topics: ['work'] }).ready));
    for (const { broker } of four) for (const id of ids) await known(broker, id);

    for (const { broker } of four) {
      expect(await Promise.all(ids.map((id) => firstValueFrom(broker.send(id, 1))))).toEqual(['0: 1', '1: 1', '2: 1', '3: 1']);
      const results = await lastValueFrom(broker.broadcast(2).pipe(toArray()));
      expect(JSON.stringify(results)).toContain('3: 2');
      expect(results).toHaveLength(4);
    }
    const others = four.slice(1).map(
      ({ broker }, i) =>
        new Promise<void>((resolve) => {
          broker.topic$('news').subscribe((value) => {
            heard.push(`${i + 1}: ${JSON.stringify(value)}`);
            resolve();
          });
        }),
    );
    four[0]!.broker.publish('news', 'hello', { retain: true });
    await Promise.all(others);
    expect(heard).toHaveLength(3);
  });
});
