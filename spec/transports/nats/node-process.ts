import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { NatsTransportOptions } from 'rx-broker/transports/nats';
import { EventLog } from './event-log';
import type { Told } from './nats-nodes';

/** What a `NodeProcess` can be asked. */
export type Asked = (
  | { readonly kind: 'claim'; readonly id: string }
  | { readonly kind: 'send'; readonly to: string; readonly batch: string }
  | { readonly kind: 'block'; readonly ms: number }
  | { readonly kind: 'close' }
) & { readonly count: number };

type WithoutCount<T> = T extends unknown ? Omit<T, 'count'> : never;
type Said = { readonly told: Told } | { readonly answer: unknown; readonly count: number } | { readonly id: string };

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A node in a process of its own, which can be killed, stopped and continued. */
export class NodeProcess {
  readonly #child: ChildProcess;
  readonly #said: EventLog<Said> = new EventLog();
  #count = 0;
  id = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (said: Said) => this.#said.add(said));
  }

  static async start(servers: string, options: NatsTransportOptions = {}): Promise<NodeProcess> {
    const program = fileURLToPath(new URL('node-child.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', program, servers, JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const node = new NodeProcess(child);
    const failed = once(child, 'exit').then(() => Promise.reject(new Error('the node ended before it had joined')));
    const joined = await Promise.race([node.#said.first((said) => 'id' in said), failed]);
    failed.catch(() => {});
    node.id = (joined as { id: string }).id;
    return node;
  }

  /** What the transport has told so far. */
  get told(): readonly Told[] {
    return this.#said.all.flatMap((said) => ('told' in said ? [said.told] : []));
  }

  whenTold(test: (told: Told) => boolean): Promise<unknown> {
    return this.#said.first((said) => 'told' in said && test(said.told));
  }

  async ask(asked: WithoutCount<Asked>): Promise<unknown> {
    const count = ++this.#count;
    this.#child.send({ ...asked, count });
    const said = await this.#said.first((each) => 'count' in each && each.count === count);
    return (said as { answer: unknown }).answer;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}
