import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { describeWithServer } from './describe-with-server';
import { NatsNodes } from './nats-nodes';
import { NatsServer } from './nats-server';

describeWithServer('the lease of natsTransport, when the clock of the machine jumps', () => {
  let server: NatsServer;
  const nodes = new NatsNodes();
  beforeAll(async () => {
    server = await NatsServer.start();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await nodes.close();
  });
  afterAll(() => server.close());

  function setClock(by: number): void {
    const { now } = Date;
    vi.spyOn(Date, 'now').mockImplementation(() => now.call(Date) + by);
  }

  it('ends if the machine has slept, before a batch that came meanwhile is handled', async () => {
    const [sleeper, other] = [await nodes.join(server.url), await nodes.join(server.url)];
    await other.told.whenTold('up', sleeper.id);
    // While a machine sleeps, only the wall clock goes on.
    setClock(11_000);
    other.transport.send(sleeper.id, '["late"]');
    await sleeper.told.whenFenced();
    expect(sleeper.told.batches).toEqual([]);
  });

  it('holds if the clock is set back', async () => {
    const [a, b] = [await nodes.join(server.url, { lease: 3000 }), await nodes.join(server.url, { lease: 3000 })];
    await b.told.whenTold('up', a.id);
    setClock(-3_600_000);
    const killed = await nodes.join(server.url, { lease: 3000 });
    await a.told.whenTold('up', killed.id);
    await killed.connection.close();
    // The clocks of all go on: this lease ends, and no other.
    await a.told.whenTold('down', killed.id);
    expect(a.told.log.all.map(({ kind }) => kind)).not.toContain('fenced');
    expect(a.transport.send(b.id, '[]')).toBe(true);
  });
});
