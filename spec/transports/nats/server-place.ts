import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Below the ports that systems give to connections and to those who listen to port 0 (from 32,768 on Linux, 49,152 elsewhere).
 * A port of those may be given to somebody else while its server is killed, and then the server could not come back.
 */
const PORTS = { from: 12_000, to: 32_000 };
const PORTS_OF_A_PLACE = 3;

/** Where a server stands: a folder for its files, and ports of the loopback interface that are its own, also while it is killed. */
export interface ServerPlace {
  readonly folder: string;
  readonly port: number;
  readonly webSocketPort: number;
  readonly clusterPort: number;
}

/** Takes a place that no other process of these specs has. It is free again once its folder is removed. */
export async function takePlace(): Promise<ServerPlace> {
  for (;;) {
    const count = Math.floor((PORTS.to - PORTS.from) / PORTS_OF_A_PLACE);
    const port = PORTS.from + PORTS_OF_A_PLACE * Math.floor(Math.random() * count);
    const folder = join(tmpdir(), `rx-broker-nats-${port}`);
    const [webSocketPort, clusterPort] = [port + 1, port + 2];
    // The folder is the mark of who has these ports: it is made by one process alone.
    if (!isMade(folder)) continue;
    if ((await isFree(port)) && (await isFree(webSocketPort)) && (await isFree(clusterPort))) return { folder, port, webSocketPort, clusterPort };
    rmSync(folder, { recursive: true });
  }
}

function isMade(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  await once(server.close(), 'close');
  return true;
}
