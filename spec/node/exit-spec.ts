import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Shorter than what a kept timer would keep a process open for, longer than any start of Node takes. */
const PATIENCE = 50_000;

const SCRIPTS: Record<string, string> = {
  'with an open broker that is watched from all sides': `
    const broker = new InMemoryMessageBroker({ logDeadLetters: { interval: 60_000 } }).withDeadLetterQueue(new DeadLetterQueue());
    for (const stream of [broker.events$, broker.deadLetters$, broker.broadcasts$, broker.topic$('>'), broker.watch(actorId('a'))]) stream.subscribe();
    const mailbox = Mailbox.bounded(10, { ttl: 60_000, turnTimeout: 60_000 });
    mailbox.pressure$.subscribe();
    mailbox.losses$.subscribe();
    broker.register(actorId('a'), mailbox, { topics: ['t'] });
    broker.trySend(actorId('a'), 'queued', { ttl: 60_000 });
    broker.trySend(actorId('nobody'), 'lost');
    broker.publish('t', 1, { retain: true });
    report();
  `,
  'after requests with timeouts, answered, cancelled and aborted': `
    const broker = new InMemoryMessageBroker();
    broker.spawn(actorId('a'), (message) => (message === 'later' ? new Promise((resolve) => setTimeout(resolve, 2)) : message === 'never' ? NEVER : 1), { concurrency: 4 });
    const controller = new AbortController();
    const open = [
      broker.send(actorId('a'), 'never', { timeout: 600_000 }).subscribe(),
      broker.broadcast('never', { timeout: 600_000 }).subscribe(),
    ];
    broker.send(actorId('a'), 'never', { timeout: 600_000, signal: controller.signal }).subscribe({ error: () => {} });
    broker.send(actorId('a'), 'later', { timeout: 600_000 }).subscribe(() => {
      for (const subscription of open) subscription.unsubscribe();
      controller.abort();
      report();
    });
  `,
  'after asap dispatch, and a drain that gave way': `
    const broker = new InMemoryMessageBroker({ dispatcher: asapScheduler });
    let left = 200_000;
    for (const [id, other] of [['a', 'b'], ['b', 'a']]) {
      broker.spawn(actorId(id), (_message, context) => {
        if (--left > 0) context.trySend(actorId(other), 0);
        else report();
      });
    }
    broker.trySend(actorId('a'), 0);
  `,
  'after close with drain': `
    const broker = new InMemoryMessageBroker({ metricsInterval: 60_000 });
    broker.metrics$.subscribe({ complete: report });
    broker.spawn(actorId('a'), () => new Promise((resolve) => setTimeout(resolve, 2)), { turnTimeout: 600_000 });
    for (let i = 0; i < 3; i++) broker.trySend(actorId('a'), i);
    void broker.close({ drain: true, timeout: 600_000 });
  `,
  'after close without drain, with much left open': `
    const broker = new InMemoryMessageBroker();
    broker.metrics$.subscribe();
    broker.events$.subscribe();
    broker.spawn(actorId('a'), () => NEVER, { turnTimeout: 600_000 });
    for (let i = 0; i < 3; i++) broker.send(actorId('a'), i, { timeout: 600_000 }).subscribe({ error: () => {} });
    void broker.close({ drain: false }).then(report);
  `,
  'after mailboxes without a broker': `
    const mailbox = Mailbox.bounded(10, { ttl: 600_000, turnTimeout: 600_000 });
    mailbox.receive((message) => (message === 1 ? new Promise((resolve) => setTimeout(resolve, 2)) : report()));
    mailbox.next(1);
    mailbox.next(2);
  `,
};

/** What keeps Node open, as it should: only there is anything left to run the timer that ends it. */
const KEPT_OPEN = `
  const broker = new InMemoryMessageBroker();
  broker.metrics$.subscribe();
  setTimeout(() => (report(), process.exit(3)), 300).unref();
`;

/** Runs a script of its own process to its own end. As one bundle: a loader for TypeScript takes longer to start than Node, and is not what is looked at. */
async function run(script: string): Promise<{ code: number | null; out: string }> {
  const whole = `
    import { DeadLetterQueue, InMemoryMessageBroker, Mailbox, actorId } from './src/index.ts';
    import { NEVER, asapScheduler } from 'rxjs';
    console.error = console.warn = () => {};
    const report = () => console.log('done');
    ${script}
  `;
  const { outputFiles } = await build({
    stdin: { contents: whole, resolveDir: root, loader: 'ts' },
    ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'es2022', minify: true, write: false },
  });
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', outputFiles[0]!.text], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    const timer = setTimeout(() => child.kill(), PATIENCE);
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, out });
    });
  });
}

describe('a Node process that is finished', () => {
  it('ends by itself, whatever its brokers were used for (S4, §7)', async () => {
    const ends = await Promise.all(Object.entries({ ...SCRIPTS, 'metrics$ is a timer': KEPT_OPEN }).map(async ([what, script]) => [what, await run(script)] as const));
    const expected = Object.keys(SCRIPTS).map((what) => [what, { code: 0, out: 'done\n' }]);
    expect(Object.fromEntries(ends)).toEqual(Object.fromEntries([...expected, ['metrics$ is a timer', { code: 3, out: 'done\n' }]]));
  });
});
