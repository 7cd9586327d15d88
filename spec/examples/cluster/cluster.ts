import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Observable, Subject, filter, firstValueFrom, interval } from 'rxjs';
import { NatsServer } from '../../transports/nats/nats-server';
import { type Account, AccountBook } from './account';
import type { DepotNews } from './depot-program';
import { DepotProcess } from './depot-process';
import { entriesOf } from './journal';
import { DEPOTS, type DepotName } from './messages';

/** How long the server is away, in milliseconds. */
const AWAY = 300;
/** How often the news of the depots are looked at, in milliseconds. */
const LOOK = 50;

/** A depot, as it was last heard of. */
export interface DepotState extends DepotNews {
  readonly name: DepotName;
  /** The name of the process that it has now, or had last. */
  readonly label: string;
  readonly isUp: boolean;
}

export interface ClusterSnapshot {
  /** Milliseconds since the cluster was open. */
  readonly at: number;
  readonly isServerUp: boolean;
  /** How often the server, and processes of depots, were killed. */
  readonly serverKills: number;
  readonly depotKills: number;
  readonly depots: readonly DepotState[];
}

/** A NATS server and three depots on it, all of them processes, which can be killed. */
export class Cluster {
  readonly #server: NatsServer;
  readonly #folder = mkdtempSync(join(tmpdir(), 'rx-broker-cluster-'));
  /** All processes that there were, by the names of their depots: the last one is that of now. */
  readonly #lives = new Map<DepotName, DepotProcess[]>(DEPOTS.map((name) => [name, []]));
  readonly #killed = new Set<string>();
  readonly #notes$ = new Subject<string>();
  #openedAt = performance.now();
  #isServerUp = true;
  #serverKills = 0;
  #depotKills = 0;
  /** What is being done: one thing after the other, so that nothing is left half done when the script is stopped. */
  #doing: Promise<void> = Promise.resolve();
  #isClosing = false;

  private constructor(server: NatsServer) {
    this.#server = server;
    process.once('exit', () => rmSync(this.#folder, { recursive: true, force: true }));
  }

  /** @throws {Error} if the server or a depot does not start. */
  static async open(): Promise<Cluster> {
    const cluster = new Cluster(await NatsServer.start('', { isApart: true }));
    await Promise.all(DEPOTS.map((name) => cluster.#open(name)));
    for (const name of DEPOTS) cluster.#of(name).begin();
    cluster.#openedAt = performance.now();
    return cluster;
  }

  /** What has just been done, or seen, in words. */
  get notes$(): Observable<string> {
    return this.#notes$.asObservable();
  }

  /** Kills the server with `kill -9`, and starts it again on the same files after 300 ms. */
  bounceServer(): Promise<void> {
    return this.#inOrder(() => this.#bounce());
  }

  /**
   * Kills the process of a depot with `kill -9`, and with `andServer` the server, which comes back. Resolves when the other depots know that it
   * is gone.
   */
  killDepot(name: DepotName, { andServer = false }: { readonly andServer?: boolean } = {}): Promise<void> {
    return this.#inOrder(async () => {
      const depot = this.#of(name);
      const { label } = depot.order;
      this.#killed.add(name).add(label);
      this.#depotKills++;
      this.#note(`${label} is killed with -9 (process ${depot.pid ?? 0})`);
      await Promise.all([depot.kill(), andServer ? this.#bounce() : undefined]);
      const others = DEPOTS.map((each) => this.#of(each)).filter((each) => each !== depot);
      const know = (each: DepotProcess): boolean => each.hasEnded || !each.news.nodes.includes(label);
      await firstValueFrom(interval(LOOK).pipe(filter(() => others.every(know))));
      this.#note(`the others know that ${label} is gone`);
    });
  }

  /** Starts a new process for a depot that was killed. */
  reopenDepot(name: DepotName): Promise<void> {
    return this.#inOrder(async () => {
      await this.#open(name);
      this.#of(name).begin();
      this.#note(`${this.#of(name).order.label} has opened, and has the name of the depot`);
    });
  }

  snapshot(): ClusterSnapshot {
    return {
      at: performance.now() - this.#openedAt,
      isServerUp: this.#isServerUp,
      serverKills: this.#serverKills,
      depotKills: this.#depotKills,
      depots: DEPOTS.map((name) => stateOf(name, this.#lives.get(name)!)),
    };
  }

  /** Waits until every request has ended, ends all processes, and makes the account from what they have written down. */
  async close(): Promise<Account> {
    this.#isClosing = true;
    await this.#doing;
    const depots = DEPOTS.map((name) => this.#of(name));
    // First all stop, then all leave: a depot that has left takes no parcels.
    await Promise.all(depots.map((depot) => depot.stop()));
    await Promise.all(depots.map((depot) => depot.leave()));
    await this.#server.close();
    const book = new AccountBook((process) => this.#killed.has(process));
    for (const { order } of [...this.#lives.values()].flat()) for await (const entry of entriesOf(order.journal)) book.enter(order.label, entry);
    rmSync(this.#folder, { recursive: true });
    return book.account();
  }

  /** Does nothing any more when the cluster closes. */
  #inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.#doing.then(() => (this.#isClosing ? undefined : work()));
    this.#doing = done.catch(() => {});
    return done;
  }

  async #open(name: DepotName): Promise<void> {
    const lives = this.#lives.get(name)!;
    const label = `${name}-${lives.length + 1}`;
    lives.push(await DepotProcess.open({ name, label, servers: this.#server.url, journal: join(this.#folder, label) }));
  }

  async #bounce(): Promise<void> {
    this.#isServerUp = false;
    this.#serverKills++;
    this.#note('the server is killed with -9');
    await this.#server.kill();
    await new Promise((resolve) => setTimeout(resolve, AWAY));
    await this.#server.restart();
    this.#isServerUp = true;
    this.#note('the server is back, with the same files');
  }

  #of(name: DepotName): DepotProcess {
    return this.#lives.get(name)!.at(-1)!;
  }

  #note(text: string): void {
    this.#notes$.next(text);
  }
}

/** The counts of all processes that a depot had. What was open when one was killed is unknown; the account at the end tells it exactly. */
function stateOf(name: DepotName, lives: readonly DepotProcess[]): DepotState {
  const now = lives.at(-1)!;
  const total = { sent: 0, ok: 0, failed: 0, unknown: 0, handled: 0 };
  for (const { news, hasEnded } of lives) {
    for (const key of ['sent', 'ok', 'failed', 'unknown', 'handled'] as const) total[key] += news[key];
    if (hasEnded) total.unknown += news.open;
  }
  const state = { ...total, name, label: now.order.label, isUp: !now.hasEnded };
  return now.hasEnded ? { ...state, open: 0, slowest: 0, nodes: [] } : { ...state, open: now.news.open, slowest: now.news.slowest, nodes: now.news.nodes };
}
