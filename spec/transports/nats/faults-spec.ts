import { actorId, type SendError } from 'rx-broker';
import { firstValueFrom } from 'rxjs';
import { expect, it } from 'vitest';
import { inBound } from './bounds';
import { BrokerProcess } from './broker-process';
import { EventLog } from './event-log';
import { describeWithServer } from './describe-with-server';
import { known, NatsBrokers, type TestBroker } from './nats-brokers';
import { SteadyLoad } from './steady-load';
import { onServer } from './on-server';

const ECHO = actorId<any>('echo');
const SILENT = actorId<any>('silent');
/** A stopped process does not renew it. A busy one does, unless the machine is very busy. */
const SHORT = { nats: { lease: 3000 } };
const MIDDLE = { nats: { lease: 10_000 } };
/** Not even a flood from one process keeps it from renewing this one. */
const LONG = { nats: { lease: 60_000 } };

/** Asks so many times, and resolves with the errors when all have failed. */
function failures({ broker }: TestBroker, id: typeof ECHO, count: number, timeout = 600_000): { readonly ended: Promise<readonly string[]> } {
  const errors = new EventLog<string>();
  for (let n = 0; n < count; n++) {
    broker.send(id, n, { timeout }).subscribe({
      next: () => errors.add('a reply'),
      error: (error: unknown) => errors.add(`${(error as SendError).code} ${(error as SendError).started}`),
    });
  }
  return { ended: errors.until(() => errors.all.length === count && errors.all) };
}

const times = (count: number, text: string): string[] => Array.from({ length: count }, () => text);

describeWithServer('brokers over NATS, when a node fails', () => {
  const brokers = new NatsBrokers();
  const server = onServer(BrokerProcess.all, brokers);

  it('fails every open ask with NodeUnavailable when the node is killed, and the next one with ActorNotFound', async () => {
    // A lease that is longer than the bound: it is not its end that is noticed.
    const far = await BrokerProcess.start(server.url, LONG);
    await Promise.all([far.spawn('silent', false), far.spawn('echo')]);
    const here = await brokers.join(server.url);
    await Promise.all([known(here.broker, SILENT), known(here.broker, ECHO)]);
    const open = failures(here, SILENT, 50);
    const load = SteadyLoad.on(here.broker, ECHO, 16);
    await load.moreOk(200);
    await far.kill();

    expect(await inBound(5000, open.ended)).toEqual(times(50, 'NodeUnavailable unknown'));
    await load.outcomes.first((outcome) => outcome === 'ActorNotFound false');
    const counts = await load.end();
    expect(Object.keys(counts).sort()).toEqual(['ActorNotFound false', 'NodeUnavailable unknown', 'ok']);
    expect(counts['NodeUnavailable unknown']).toBe(16);
    expect(here.broker.metrics()).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0 });
    expect(here.nodes.all.at(-1)).toEqual([here.broker.nodeId]);
  });

  it('moves an actor when its node is stopped past its lease; the old owner is fenced before it handles anything', async () => {
    const far = await BrokerProcess.start(server.url, SHORT);
    await Promise.all([far.spawn('silent', false), far.spawn('echo')]);
    const here = await brokers.join(server.url, LONG);
    await Promise.all([known(here.broker, SILENT), known(here.broker, ECHO)]);
    expect(await firstValueFrom(here.broker.send(ECHO, 0))).toBe(1);
    far.signal('SIGSTOP');
    expect(await inBound(SHORT.nats.lease + 2000, failures(here, SILENT, 50).ended)).toEqual(times(50, 'NodeUnavailable unknown'));
    await here.broker.spawn(ECHO, (n: number) => n + 1).ready;
    expect(await firstValueFrom(here.broker.send(ECHO, 1))).toBe(2);

    far.signal('SIGCONT');
    await far.whenTold((told) => told === 'closed');
    expect(await far.seen()).toEqual({ count: 1, twice: 0 });
    expect(here.broker.nodeOf('echo')).toBe(here.broker.nodeId);
  });

  it('refuses a flood of tells to a stopped node at the sender, and accounts for each', async () => {
    const far = await BrokerProcess.start(server.url, SHORT);
    await far.spawn('echo');
    const here = await brokers.join(server.url, { ...LONG, window: 1000 });
    await known(here.broker, ECHO);
    far.signal('SIGSTOP');
    const refusals: Record<string, number> = {};
    for (let n = 0; n < 1_000_000; n++) {
      const result = here.broker.trySend(ECHO, n);
      const answer = result.ok ? 'taken' : result.code;
      refusals[answer] = (refusals[answer] ?? 0) + 1;
    }
    expect(refusals).toEqual({ taken: 1000, MailboxFull: 999_000 });
    await known(here.broker, ECHO, false);
    expect(here.broker.metrics()).toMatchObject({ totalSent: 1_000_000, totalDelivered: 0, totalFailed: 1_000_000, pending: 0 });
    expect(here.letters).toEqual({ NodeUnavailable: 1000, MailboxFull: 999_000 });
  });

  it('goes on after a node with many actors was blocked past its lease', async () => {
    const far = await BrokerProcess.start(server.url, MIDDLE);
    await far.spawn('silent', false);
    const here = await brokers.join(server.url, LONG);
    await known(here.broker, SILENT);
    expect(await far.ask('spawnMany', 100_000)).toBe(100_001);
    await known(here.broker, actorId('many 99999'));
    const open = failures(here, SILENT, 50);
    const blocked = far.ask('block', 13_000);
    expect(await open.ended).toEqual(times(50, 'NodeUnavailable unknown'));
    await blocked;
    await far.whenTold((told) => told === 'closed');
    expect(await far.ask('registeredCount')).toBe(0);
    expect(here.broker.registeredCount()).toBe(0);
    // Their ids are free.
    await here.broker.spawn(actorId('many 5'), () => 5).ready;
  });

  it('loses nothing when a node closes in good order', async () => {
    const far = await BrokerProcess.start(server.url);
    await far.spawn('echo');
    const here = await brokers.join(server.url);
    await known(here.broker, ECHO);
    const load = SteadyLoad.on(here.broker, ECHO, 64);
    await load.moreOk(500);
    expect(await far.ask('close')).toBe('closed');
    await known(here.broker, ECHO, false);
    const counts = await load.end();
    // What did not run is said not to have started.
    expect(Object.keys(counts).filter((outcome) => !/^(ok|.* false)$/.test(outcome))).toEqual([]);
    expect(await far.seen()).toEqual({ count: counts.ok, twice: 0 });
  });

  it('has one winner for each of 300 ids that three processes register at once, and one view of it', async () => {
    const all = await Promise.all([BrokerProcess.start(server.url), BrokerProcess.start(server.url), BrokerProcess.start(server.url)]);
    const ids = Array.from({ length: 300 }, (_, i) => `raced ${i}`);
    const wins = await Promise.all(all.map((each) => each.ask<boolean[]>('register', ids)));
    for (const i of ids.keys()) expect(wins.filter((won) => won[i])).toHaveLength(1);
    const owners = ids.map((_, i) => all[wins.findIndex((won) => won[i])]!.id);
    for (const each of all) expect(await each.ask('nodesOf', ids)).toEqual(owners);
  });
});
