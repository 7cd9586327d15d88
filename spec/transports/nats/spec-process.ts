import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { EventLog } from './event-log';

/** What the program says of itself: an answer, or something that it was told. */
type Said<T> = { readonly answer: unknown; readonly count: number } | { readonly told: T };

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A program of this folder in a process of its own, which can be asked, killed, stopped and continued. `T` is what it tells unasked. */
export class SpecProcess<T> {
  readonly #child: ChildProcess;
  readonly #said: EventLog<Said<T>> = new EventLog();
  #count = 0;

  constructor(program: string, ...args: readonly unknown[]) {
    const path = fileURLToPath(new URL(program, import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', path, JSON.stringify(args)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    child.on('message', (said: Said<T>) => this.#said.add(said));
    this.#child = child;
  }

  /** What it has told so far. */
  get told(): readonly T[] {
    return this.#said.all.flatMap((said) => ('told' in said ? [said.told] : []));
  }

  whenTold(test: (told: T) => boolean): Promise<T> {
    return this.#said.until(() => this.told.find(test));
  }

  async ask<R>(kind: string, ...args: readonly unknown[]): Promise<R> {
    const count = ++this.#count;
    this.#child.send({ kind, args, count });
    const said = await this.#said.first((each) => 'count' in each && each.count === count);
    return (said as { answer: R }).answer;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    await killed(this.#child);
  }

  /** All that are there: closing kills them, for the end of a spec that may have failed. */
  static readonly all = { close: async (): Promise<void> => void (await Promise.all([...running].map(killed))) };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
