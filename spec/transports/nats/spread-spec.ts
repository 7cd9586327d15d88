import { type SendError, actorId, leastLoaded } from 'rx-broker';
import { NEVER, firstValueFrom, of } from 'rxjs';
import { expect, it } from 'vitest';
import { BrokerProcess } from './broker-process';
import { describeWithServer } from './describe-with-server';
import { EventLog } from './event-log';
import { known, NatsBrokers } from './nats-brokers';
import { onServer } from './on-server';

describeWithServer('several brokers over NATS', () => {
  const brokers = new NatsBrokers();
  const server = onServer(BrokerProcess.all, brokers);

  it('send to the least loaded actor of the cluster, by what is on its way to each', async () => {
    const nodes = await brokers.meet(4, server.url, { router: leastLoaded() });
    const [here] = nodes as [(typeof nodes)[number]];
    const seen = new EventLog<number>();
    const ids = [1, 2, 3].map((i) => actorId<any>(`worker ${i}`));
    await Promise.all(ids.map((id, i) => nodes[i + 1]!.broker.spawn(id, () => (seen.add(i + 1), NEVER), { concurrency: 100, topics: ['work'] }).ready));
    for (const id of ids) await known(here.broker, id);
    await seen.until(() => here.broker.bindings().length === 3 || (seen.add(0), false));

    for (let n = 0; n < 10; n++) here.broker.send(ids[0]!, n, { timeout: Infinity }).subscribe({ error: () => {} });
    for (let n = 0; n < 20; n++) here.broker.sendWithRouting({ topic: 'work' }, n, { timeout: Infinity }).subscribe({ error: () => {} });
    await seen.until(() => seen.all.filter((worker) => worker > 0).length === 30);
    expect([1, 2, 3].map((worker) => seen.all.filter((each) => each === worker).length)).toEqual([10, 10, 10]);
  });

  it('end a circle of asks over three nodes with Deadlock, which names the path, and go on', async () => {
    const nodes = await brokers.meet(3, server.url);
    const ids = ['one', 'two', 'three'].map((name) => actorId<any>(name));
    await Promise.all(
      nodes.map(({ broker }, i) => broker.spawn(ids[i]!, (message: string, context) => (message === 'round' ? context.send(ids[(i + 1) % 3]!, 'round') : of('well'))).ready),
    );
    for (const { broker } of nodes) for (const id of ids) await known(broker, id);
    const error = await firstValueFrom(nodes[0]!.broker.send(ids[0]!, 'round', { timeout: 60_000 })).catch((reason: unknown) => reason as SendError);
    expect(error).toMatchObject({ code: 'Deadlock', message: expect.stringMatching(/one.*two.*three.*one/) });
    for (const { broker } of nodes) {
      expect(await Promise.all(ids.map((id) => firstValueFrom(broker.send(id, 'how are you', { timeout: 60_000 }))))).toEqual(['well', 'well', 'well']);
      expect(broker.metrics()).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0 });
    }
  });

  it('are two nodes if two processes start under one name at once', async () => {
    const here = await brokers.join(server.url);
    const both = await Promise.all([BrokerProcess.start(server.url, { nats: { name: 'till' } }), BrokerProcess.start(server.url, { nats: { name: 'till' } })]);
    expect(new Set(both.map(({ id }) => id.replace(/-.*/, '')))).toEqual(new Set(['till']));
    expect(new Set(both.map(({ id }) => id)).size).toBe(2);
    const wins = await Promise.all(both.map((each) => each.ask<boolean[]>('register', ['drawer'])));
    expect(wins.flat().sort()).toEqual([false, true]);
    await Promise.all(both.map((each, i) => each.spawn(`echo ${i}`)));
    for (const i of both.keys()) {
      const id = actorId<any>(`echo ${i}`);
      await known(here.broker, id);
      expect(here.broker.nodeOf(id)).toBe(both[i]!.id);
      expect(await firstValueFrom(here.broker.send(id, 1, { timeout: 60_000 }))).toBe(2);
    }
  });
});
