import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where `.ci/nats-server.sh` puts the server that it fetches. */
const FETCHED = fileURLToPath(new URL('../../../.reports/nats/nats-server', import.meta.url));

/** The NATS server of this machine, 2.11 or newer, or `undefined`. */
export const serverPath: string | undefined = find();

function find(): string | undefined {
  const named = process.env['NATS_SERVER_BIN'];
  if (named !== undefined && named !== '') return existsSync(named) ? named : undefined;
  const inPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'nats-server'));
  return [...inPath, FETCHED].find((path) => existsSync(path) && isNewEnough(path));
}

function isNewEnough(path: string): boolean {
  const [, major, minor] = /v(\d+)\.(\d+)/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' })) ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 11);
}
