import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

/** The way of what passes a proxy: from the client to the server, or back. */
export type Way = 'out' | 'in';

/** A TCP proxy between a client and a server on this machine, which can hold back, delay and cut what passes it. */
export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [client: Socket, upstream: Socket]>();
  readonly #held = new Map<Way, (() => void)[]>();
  #delay = 0;

  private constructor(port: number) {
    this.#server = createServer((client) => this.#join(client, connect(port, '127.0.0.1')));
  }

  static async start(target: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(Number(new URL(target).port));
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get url(): string {
    return `nats://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Passes nothing on, without an end of the connection: a cable that was pulled. */
  hold(...ways: readonly Way[]): void {
    for (const way of ways) if (!this.#held.has(way)) this.#held.set(way, []);
  }

  /** Passes on what was held back, and what comes from now on. */
  heal(): void {
    const held = [...this.#held.values()].flat();
    this.#held.clear();
    for (const pass of held) pass();
  }

  /** Passes everything on only after some milliseconds. */
  delay(ms: number): void {
    this.#delay = ms;
  }

  /** Resets all connections. New ones are taken. */
  reset(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    const closed = once(this.#server.close(), 'close');
    this.reset();
    await closed;
  }

  #join(client: Socket, upstream: Socket): void {
    const pair = [client, upstream] as const;
    this.#pairs.add(pair);
    this.#pass(client, upstream, 'out');
    this.#pass(upstream, client, 'in');
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
  }

  #pass(from: Socket, to: Socket, way: Way): void {
    from.setNoDelay(true);
    from.on('data', (data) => {
      const pass = (): void => void (to.writable && to.write(data));
      const held = this.#held.get(way);
      if (held !== undefined) held.push(pass);
      else if (this.#delay > 0) setTimeout(pass, this.#delay);
      else pass();
    });
  }
}
