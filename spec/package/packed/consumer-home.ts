import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
const consumers = fileURLToPath(new URL('./consumer/', import.meta.url));
/** The lowest version that package.json allows; the other specs run with the highest. */
const RXJS = '7.8.0';
export const RESOLUTIONS = { node16: 'node16', bundler: 'esnext', node10: 'commonjs' };

const execute = promisify(execFile);

/** What a command prints, or an error with all it printed. */
export async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await execute(command, args, { cwd, maxBuffer: 2 ** 26 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')} failed\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Packs the package, installs it in a folder of its own, and puts its consumers there. */
export async function createConsumerHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'rx-broker-consumer-'));
  await run('npm', ['pack', '--pack-destination', home], root);
  const tarball = (await readdir(home)).find((name) => name.endsWith('.tgz'));
  await writeFile(join(home, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  await run('npm', ['install', '--prefix', home, '--no-audit', '--no-fund', `./${String(tarball)}`, `rxjs@${RXJS}`], home);
  await cp(consumers, home, { recursive: true });
  for (const file of await readdir(home)) {
    if (file.endsWith('.ts')) await cp(join(home, file), join(home, file.replace(/ts$/, 'cts')));
  }
  for (const [moduleResolution, module] of Object.entries(RESOLUTIONS)) {
    const compilerOptions = {
      ...{ module, moduleResolution, target: 'es2022', lib: ['es2022', 'dom'], types: [] },
      ...{ strict: true, skipLibCheck: false, noEmit: true, declaration: true },
    };
    await writeFile(join(home, `tsconfig.${moduleResolution}.json`), JSON.stringify({ compilerOptions, include: ['*.ts', '*.cts'] }));
  }
  const compilerOptions = {
    ...{ module: 'node16', target: 'es2022', lib: ['es2022', 'esnext.disposable', 'dom'], types: [] },
    ...{ strict: true, skipLibCheck: false, declaration: true },
  };
  await writeFile(join(home, 'tsconfig.disposing.json'), JSON.stringify({ compilerOptions, include: ['disposing/*.ts'] }));
  return home;
}
