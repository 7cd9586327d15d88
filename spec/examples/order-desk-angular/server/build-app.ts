import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const home = fileURLToPath(new URL('../', import.meta.url));
/** Builds a target of `angular.json`, as `ng run` does. */
const builder = join(root, 'spec/package/packed/angular/build.mjs');
const example = 'spec/examples/order-desk-angular';
const sources = ['src', 'spec/examples/order-desk', `${example}/src`, `${example}/angular.json`, 'package-lock.json'];

/** What is built: the page for browsers, and the same page for a server. */
export const BUILT = { browser: join(root, '.reports/order-desk-angular/browser'), server: join(root, '.reports/order-desk-angular/server') } as const;

/** Builds the page for production, unless it is newer than its sources. */
export async function buildApp(tell: (line: string) => void): Promise<void> {
  const changedAt = Math.max(...sources.map((source) => newest(join(root, source))));
  const stale = (['browser', 'server'] as const).filter((target) => builtAt(target) < changedAt);
  if (stale.length > 0) tell('Building the page (about 20 seconds)…');
  for (const target of stale) await build(target);
}

function build(target: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const building = spawn(process.execPath, [builder, `app:${target}`], { cwd: home });
    let printed = '';
    const note = (chunk: Buffer): void => void (printed += String(chunk));
    building.stdout.on('data', note);
    building.stderr.on('data', note);
    building.on('error', reject);
    building.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the page could not be built\n${printed}`))));
  });
}

function builtAt(target: keyof typeof BUILT): number {
  const marker = join(BUILT[target], 'prerendered-routes.json');
  return existsSync(marker) ? statSync(marker).mtimeMs : 0;
}

function newest(path: string): number {
  const stats = statSync(path);
  return stats.isDirectory() ? Math.max(...readdirSync(path).map((name) => newest(join(path, name)))) : stats.mtimeMs;
}
