import { TimeoutError } from '@nats-io/nats-core';
import { actorId } from 'rx-broker';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { inBound } from './bounds';
import { describeWithServer } from './describe-with-server';
import { known, NatsBrokers } from './nats-brokers';
import { NatsServer } from './nats-server';
import { SeenOnce, SteadyLoad } from './steady-load';

const ECHO = actorId<number>('echo');
const ROUNDS = 10;
/** How long the server is away, in milliseconds. */
const AWAY = 300;

describeWithServer('brokers over NATS, when the server is killed under load and back soon', () => {
  let server: NatsServer;
  const brokers = new NatsBrokers();
  beforeAll(async () => {
    server = await NatsServer.start();
  });
  afterEach(() => brokers.close());
  afterAll(() => server.close());

  it('lose nothing and handle nothing twice, ten times; bare requests beside them are lost', async () => {
    const [asking, answering] = (await brokers.meet(2, server.url)) as [Awaited<ReturnType<NatsBrokers['join']>>, Awaited<ReturnType<NatsBrokers['join']>>];
    const seen = new SeenOnce();
    answering.broker.spawn(ECHO, (n: number) => seen.see(n));
    answering.connection.subscribe('bare.echo', { callback: (_error, message) => void message.respond(JSON.stringify(message.json<number>() + 1)) });
    await known(asking.broker, ECHO);

    const load = SteadyLoad.on(asking.broker, ECHO, 64);
    const bare = new SteadyLoad(64, (n, end) => {
      void asking.connection.request('bare.echo', JSON.stringify(n), { timeout: 1000 }).then(
        () => end('ok'),
        (error: unknown) => end(error instanceof TimeoutError ? 'Timeout unknown' : `${String(error)} unknown`),
      );
    });
    for (let round = 0; round < ROUNDS; round++) {
      // The longest that anything of the round before may wait.
      await inBound(5000, load.moreOk(500));
      await server.kill();
      await new Promise((resolve) => setTimeout(resolve, AWAY));
      await server.restart();
    }
    await inBound(5000, load.moreOk(500));
    const [ours, theirs] = await Promise.all([load.end(), bare.end()]);

    expect(ours).toEqual({ ok: load.sentCount });
    expect(seen.count).toBe(load.sentCount);
    expect(seen.twice).toBe(0);
    expect(theirs['Timeout unknown']).toBeGreaterThan(0);
    console.info(`ours: ${load.sentCount} asks, all answered, the slowest in ${Math.round(load.longest)} ms; bare: ${JSON.stringify(theirs)}`);
  });
});
