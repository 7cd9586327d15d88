import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where `.ci/nats-server.sh` puts the server that it fetches. */
const FETCHED = fileURLToPath(new URL('../../../.reports/nats/nats-server', import.meta.url));

/** The NATS server of this machine, 2.11 or newer, or `undefined`. */
export const serverPath: string | undefined = find();

function find(): string | undefined {
  const named = process.env['NATS_SERVER_BIN'];
  if (named !== undefined && named !== '') return isNewEnough(named) ? named : undefined;
  const inPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'nats-server'));
  return [...inPath, FETCHED].find((path) => existsSync(path) && isNewEnough(path));
}

/** Whether this is a server, and not too old. A file that cannot be run is none. */
function isNewEnough(path: string): boolean {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  const [, major, minor] = /v(\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 11);
}
