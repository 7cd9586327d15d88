import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, run } from './consumer-home';

const application = fileURLToPath(new URL('./angular/', import.meta.url));

/** A line of Angular that package.json allows. `node` is the line of Node that it needs, if that is not the one of the specs. */
export interface AngularLine {
  readonly angular: string;
  /** The version of the builder and of `@angular/ssr`: the newest that both have. That of the framework is the newest that `platform-server` has. */
  readonly tools: string;
  readonly typescript: string;
  readonly node?: string;
}

export const ANGULAR_LINES: readonly AngularLine[] = [
  { angular: '20.3.32', tools: '20.3.37', typescript: '5.9.3' },
  { angular: '21.2.24', tools: '21.2.24', typescript: '5.9.3' },
  { angular: '22.2.0', tools: '22.2.0', typescript: '6.0.3', node: '22' },
];

const FRAMEWORK = ['common', 'compiler', 'compiler-cli', 'core', 'platform-browser', 'platform-server', 'router'];

/** Packs the package, which builds it. Returns the folder that holds the tarball. */
export async function packPackage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rx-broker-packed-'));
  await run('npm', ['pack', '--pack-destination', folder], root);
  return folder;
}

/** Installs the package from its tarball in a new application, which is that of `angular/`, with `page` as its page. */
export async function createAngularHome({ angular, tools, typescript }: AngularLine, packed: string, page: string): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'rx-broker-angular-'));
  const tarball = (await readdir(packed)).find((name) => name.endsWith('.tgz'))!;
  await cp(application, home, { recursive: true });
  await writeFile(join(home, 'src/page.ts'), page);
  await writeFile(join(home, 'package.json'), JSON.stringify({ name: 'application', private: true, type: 'module' }));
  const packages = [
    ...FRAMEWORK.map((name) => `@angular/${name}@${angular}`),
    ...['build', 'ssr'].map((name) => `@angular/${name}@${tools}`),
    ...['rxjs@7.8.2', '@types/node@20', `typescript@${typescript}`],
  ];
  await run('npm', ['install', '--prefix', home, '--no-audit', '--no-fund', join(packed, tarball), ...packages], home);
  return home;
}

/** Node, or the Node that an Angular needs, as a command. */
function nodeFor({ node }: AngularLine): readonly [string, ...string[]] {
  return node === undefined || process.version.startsWith(`v${node}.`) ? [process.execPath] : ['bash', join(root, '.ci/with-node.sh'), node, 'node'];
}

/** Builds one target of the application's angular.json, for production. */
export async function buildAngular(line: AngularLine, home: string, target: string): Promise<void> {
  const [command, ...args] = nodeFor(line);
  await run(command, [...args, 'build.mjs', `app:${target}`], home);
}

/** Starts the server of the application. */
export async function serveAngular(line: AngularLine, home: string): Promise<{ readonly url: string; readonly stop: () => void }> {
  const [command, ...args] = nodeFor(line);
  // A group of its own, since the Node that npm fetches is a child of the process that is started.
  const server = spawn(command, [...args, 'built/server/server/server.mjs'], { cwd: home, env: { ...process.env, SERVE: '1' }, detached: true });
  const port = await portOf(server);
  return { url: `http://127.0.0.1:${port}/`, stop: () => process.kill(-server.pid!) };
}

function portOf(server: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const note = (chunk: Buffer): void => {
      printed += String(chunk);
      const [, port] = /"port":(\d+)/.exec(printed) ?? [];
      if (port !== undefined) resolve(Number(port));
    };
    server.stdout!.on('data', note);
    server.stderr!.on('data', note);
    server.on('exit', () => reject(new Error(`the server ended\n${printed}`)));
  });
}
