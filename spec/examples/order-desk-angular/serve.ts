/**
 * The order desk as a page: an Angular application on rx-broker, rendered by a server.
 *
 *     npm run example:angular
 *     npm run example:angular -- --port 4200
 */
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { buildApp } from './server/build-app';
import { LiveQuotes } from './server/live-quotes';
import { createPageServer } from './server/page-server';

const USAGE = `npm run example:angular -- [options]

  --port N   the port of this machine to serve on (0 to 65535). Default: 0, which is one that is free
  --help     print this`;
const BAD_USE = 2;

/** The port. `undefined`: help is asked for. @throws {Error} for other arguments. */
function readPort(args: readonly string[]): number | undefined {
  const { values } = parseArgs({ args: [...args], options: { port: { type: 'string', default: '0' }, help: { type: 'boolean' } } });
  if (values.help) return undefined;
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) throw new Error(`--port must be a number from 0 to 65535, not '${values.port}'`);
  return port;
}

async function serve(port: number): Promise<void> {
  await buildApp(console.log);
  const quotes = new LiveQuotes();
  const server = await createPageServer(() => quotes.now());
  const stop = (): void => {
    quotes.stop();
    server.close();
    server.closeAllConnections();
  };
  server.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    console.error(`order-desk: ${code === 'EADDRINUSE' ? `port ${port} is taken; another one is free with --port 0` : message}`);
    process.exitCode = 1;
    stop();
  });
  server.listen(port, '127.0.0.1', () => {
    const { port: taken } = server.address() as AddressInfo;
    console.log(`The order desk is open at http://localhost:${taken}/\nCtrl-C closes it.`);
  });
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

try {
  const port = readPort(process.argv.slice(2));
  if (port === undefined) console.log(USAGE);
  else {
    await serve(port).catch((error: unknown) => {
      console.error(`order-desk: ${(error as Error).message}`);
      process.exitCode = 1;
    });
  }
} catch (error) {
  console.error(`order-desk: ${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = BAD_USE;
}
