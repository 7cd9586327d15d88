import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { serverPath } from './server-path';
import { type ServerPlace, takePlace } from './server-place';

/** What is there when this process ends. */
const running = new Set<ChildProcess>();
const folders = new Set<string>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** How a server starts. */
export interface ServerOptions {
  /** Default: true. */
  readonly hasJetStream?: boolean;
  /** Whether it has a process group of its own, so that Ctrl-C does not reach it. Default: false. */
  readonly isApart?: boolean;
}

/** A NATS server in a process of its own. `close` removes its files, and gives its ports back. */
export class NatsServer {
  readonly url: string;
  readonly webSocketUrl: string;
  readonly #folder: string;
  readonly #config: readonly string[];
  readonly #configPath: string;
  readonly #isApart: boolean;
  #process: ChildProcess | undefined;

  private constructor(place: ServerPlace, name: string, more: string, { hasJetStream = true, isApart = false }: ServerOptions = {}) {
    const { folder, port, webSocketPort } = place;
    this.url = `nats://127.0.0.1:${port}`;
    this.webSocketUrl = `ws://127.0.0.1:${webSocketPort}`;
    this.#folder = folder;
    folders.add(folder);
    this.#isApart = isApart;
    this.#config = [
      `listen: "127.0.0.1:${port}"`,
      `server_name: ${name}`,
      `websocket { listen: "127.0.0.1:${webSocketPort}", no_tls: true }`,
      ...(hasJetStream ? [`jetstream { store_dir: "${join(folder, 'files')}" }`] : []),
    ];
    this.#configPath = join(folder, 'server.conf');
    this.#write(more);
  }

  /** Starts a server. `more` is added to its configuration. */
  static async start(more = '', options: ServerOptions = {}): Promise<NatsServer> {
    const server = new NatsServer(await takePlace(), 'alone', more, options);
    await server.restart();
    return server;
  }

  /** Starts a cluster of three. */
  static async startCluster(): Promise<readonly NatsServer[]> {
    const places = await Promise.all([takePlace(), takePlace(), takePlace()]);
    const routes = places.map(({ clusterPort }) => `nats-route://127.0.0.1:${clusterPort}`).join(', ');
    const servers = places.map((place, i) => {
      const cluster = `cluster { name: specs, listen: "127.0.0.1:${place.clusterPort}", routes: [${routes}] }`;
      return new NatsServer(place, `server-${i}`, cluster);
    });
    await Promise.all(servers.map((server) => server.restart()));
    return servers;
  }

  /** Starts it, on the same port and with the same files as before. */
  async restart(): Promise<void> {
    const child = spawn(serverPath!, ['-c', this.#configPath], { stdio: ['ignore', 'ignore', 'pipe'], detached: this.#isApart });
    this.#process = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    const lines: string[] = [];
    for await (const line of createInterface(child.stderr)) {
      lines.push(line);
      if (line.includes('Server is ready')) break;
    }
    // Nothing more is read: what it writes from now on must not fill the pipe.
    child.stderr.resume();
    if (child.exitCode !== null || !lines.at(-1)?.includes('Server is ready')) throw new Error(`the NATS server did not start; it said last:\n${lines.slice(-3).join('\n')}`);
  }

  /** Ends the process with `kill -9`. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process!.kill(signal);
  }

  /** Reads its configuration again, with other additions. */
  reload(more: string): void {
    this.#write(more);
    this.#process!.kill('SIGHUP');
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
    folders.delete(this.#folder);
  }

  #write(more: string): void {
    writeFileSync(this.#configPath, [...this.#config, more].join('\n'));
  }
}
