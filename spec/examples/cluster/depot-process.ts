import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ReplaySubject, Subject, filter, firstValueFrom, merge, mergeMap, throwError } from 'rxjs';
import type { DepotHears, DepotNews, DepotOrder, DepotSays } from './depot-program';

const PROGRAM = fileURLToPath(new URL('depot-program.ts', import.meta.url));
const NOTHING: DepotNews = { sent: 0, ok: 0, failed: 0, unknown: 0, open: 0, handled: 0, slowest: 0, nodes: [] };

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A depot in a process of its own, seen from the process that shows the cluster. */
export class DepotProcess {
  readonly order: DepotOrder;
  readonly #child: ChildProcess;
  readonly #said$ = new Subject<DepotSays>();
  /** Emits when the process has ended. */
  readonly #ended$ = new ReplaySubject<void>(1);
  #news = NOTHING;
  #hasEnded = false;

  private constructor(order: DepotOrder) {
    this.order = order;
    this.#child = fork(PROGRAM, [JSON.stringify(order)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    running.add(this.#child);
    this.#child.on('message', (said: DepotSays) => {
      if (said.kind === 'news') this.#news = said.news;
      this.#said$.next(said);
    });
    this.#child.once('exit', () => {
      this.#hasEnded = true;
      running.delete(this.#child);
      this.#ended$.next();
    });
  }

  /** @throws {Error} if the process ends before its depot is open. */
  static async open(order: DepotOrder): Promise<DepotProcess> {
    const depot = new DepotProcess(order);
    await depot.#hears('open');
    return depot;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** What it said last. */
  get news(): DepotNews {
    return this.#news;
  }

  begin(): void {
    this.#tell('begin');
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await firstValueFrom(this.#ended$);
  }

  /** Resolves when it sends nothing more and none of its requests is open, or when it has ended. */
  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    const stopped = firstValueFrom(merge(this.#said$.pipe(filter(({ kind }) => kind === 'stopped')), this.#ended$));
    this.#tell('stop');
    await stopped;
  }

  /** Resolves when it has left the cluster and ended. */
  async leave(): Promise<void> {
    if (this.#hasEnded) return;
    this.#tell('leave');
    await firstValueFrom(this.#ended$);
  }

  async #hears(wanted: DepotSays['kind']): Promise<void> {
    const ended$ = this.#ended$.pipe(mergeMap(() => throwError(() => new Error(`the process of ${this.order.label} has ended before its depot was open`))));
    await firstValueFrom(merge(this.#said$.pipe(filter(({ kind }) => kind === wanted)), ended$));
  }

  #tell(heard: DepotHears): void {
    this.#child.send(heard, () => {});
  }
}
