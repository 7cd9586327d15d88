import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { serverPath } from './server-path';

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

/** A NATS server in a process of its own, on loopback ports that were free, with its files in a folder that `close` removes. */
export class NatsServer {
  readonly url: string;
  readonly webSocketUrl: string;
  readonly folder: string;
  readonly #config: readonly string[];
  readonly #configPath: string;
  readonly #isApart: boolean;
  #process: ChildProcess | undefined;

  private constructor(folder: string, config: readonly string[], more: string, port: number, webSocketPort: number, isApart: boolean) {
    this.folder = folder;
    this.#config = config;
    this.#configPath = join(folder, 'server.conf');
    this.#isApart = isApart;
    folders.add(folder);
    writeFileSync(this.#configPath, [...config, more].join('\n'));
    this.url = `nats://127.0.0.1:${port}`;
    this.webSocketUrl = `ws://127.0.0.1:${webSocketPort}`;
  }

  /** Starts a server. `more` is added to its configuration. */
  static async start(more = '', options: ServerOptions = {}): Promise<NatsServer> {
    const server = await NatsServer.#make('alone', more, options);
    await server.restart();
    return server;
  }

  /** Starts a cluster of three. */
  static async startCluster(): Promise<readonly NatsServer[]> {
    const ports = await freePorts(3);
    const routes = ports.map((port) => `nats-route://127.0.0.1:${port}`).join(', ');
    const cluster = (port: number): string => `cluster { name: specs, listen: "127.0.0.1:${port}", routes: [${routes}] }`;
    const servers = await Promise.all(ports.map((port, i) => NatsServer.#make(`server-${i}`, cluster(port))));
    await Promise.all(servers.map((server) => server.restart()));
    return servers;
  }

  static async #make(name: string, more: string, { hasJetStream = true, isApart = false }: ServerOptions = {}): Promise<NatsServer> {
    const [port, webSocketPort] = (await freePorts(2)) as [number, number];
    const folder = mkdtempSync(join(tmpdir(), 'rx-broker-nats-'));
    const config = [
      `listen: "127.0.0.1:${port}"`,
      `server_name: ${name}`,
      `websocket { listen: "127.0.0.1:${webSocketPort}", no_tls: true }`,
      ...(hasJetStream ? [`jetstream { store_dir: "${join(folder, 'files')}" }`] : []),
    ];
    return new NatsServer(folder, config, more, port, webSocketPort, isApart);
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
    if (child.exitCode !== null || !lines.at(-1)?.includes('Server is ready')) throw new Error(`the NATS server did not start:\n${lines.join('\n')}`);
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
    writeFileSync(this.#configPath, [...this.#config, more].join('\n'));
    this.#process!.kill('SIGHUP');
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
    folders.delete(this.folder);
  }
}

/** Ports of the loopback interface that nothing listens to at the moment. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
