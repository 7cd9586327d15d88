import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as main from 'rx-broker';
import * as operators from 'rx-broker/operators';
import * as testing from 'rx-broker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const consumers = fileURLToPath(new URL('./consumer/', import.meta.url));
/** The lowest version that package.json allows; the other specs run with the highest. */
const RXJS = '7.8.0';
const TYPESCRIPTS = ['5.4.5', '5.9.3', '6.0.3', '7.0.2'];
const RESOLUTIONS = { node16: 'node16', bundler: 'esnext' };

const execute = promisify(execFile);
let home: string;

/** What a command prints, or an error with all it printed. */
async function run(command: string, args: readonly string[], cwd = home): Promise<string> {
  try {
    return (await execute(command, args, { cwd, maxBuffer: 2 ** 26 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')} failed\n${stdout}\n${stderr}`, { cause: error });
  }
}

const outcomeOf = async (...args: string[]): Promise<unknown> => JSON.parse(await run(process.execPath, args));

const namesOf = (entry: object): string[] => Object.keys(entry).sort();
const expected = {
  names: { main: namesOf(main), operators: namesOf(operators), testing: namesOf(testing) },
  reply: 2,
  probed: [true, false],
  oneClass: true,
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'rx-broker-consumer-'));
  await run('npm', ['pack', '--pack-destination', home], root);
  const tarball = (await readdir(home)).find((name) => name.endsWith('.tgz'));
  await writeFile(join(home, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  await run('npm', ['install', '--prefix', home, '--no-audit', '--no-fund', `./${String(tarball)}`, `rxjs@${RXJS}`]);
  await cp(consumers, home, { recursive: true });
  for (const file of await readdir(home)) {
    if (file.endsWith('.ts')) await cp(join(home, file), join(home, file.replace(/ts$/, 'cts')));
  }
  for (const [moduleResolution, module] of Object.entries(RESOLUTIONS)) {
    const compilerOptions = {
      ...{ module, moduleResolution, target: 'es2022', lib: ['es2022', 'dom'], types: [] },
      ...{ strict: true, skipLibCheck: false, noEmit: true },
    };
    await writeFile(join(home, `tsconfig.${moduleResolution}.json`), JSON.stringify({ compilerOptions, include: ['*.ts', '*.cts'] }));
  }
});

afterAll(() => rm(home, { recursive: true, force: true }));

describe('the packed package', () => {
  it('holds what was built, the licence, and no source', async () => {
    const files = await readdir(join(home, 'node_modules/rx-broker'));
    expect(files.sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
  });

  it('brings no package with it but rxjs', async () => {
    const installed = (await readdir(join(home, 'node_modules'))).filter((name) => !name.startsWith('.'));
    expect(installed.sort()).toEqual(['rx-broker', 'rxjs', 'tslib']);
  });

  it('is imported', async () => {
    const file = join(home, 'node_modules/rx-broker/dist/index.js');
    expect(await outcomeOf('run.mjs')).toEqual({ ...expected, file, sharesClasses: true });
  });

  it('is required, and is then the same as the imported one', async () => {
    expect(await outcomeOf('run.cjs')).toEqual({ ...expected, file: join(home, 'node_modules/rx-broker/dist/index.js') });
  });

  it('is required where `require` takes no ES module', async () => {
    const file = join(home, 'node_modules/rx-broker/dist/index.cjs');
    expect(await outcomeOf('--no-experimental-require-module', 'run.cjs')).toEqual({ ...expected, file });
  });

  it.each([
    ['Jest', [join(root, 'node_modules/jest/bin/jest.js'), '--testMatch', '**/*.test.cjs', '--rootDir', '.']],
    ['Mocha', [join(root, 'node_modules/mocha/bin/mocha.js'), 'runners.test.cjs']],
    ['Node’s own runner', ['--test', 'runners.test.cjs']],
  ])('is tested with by %s', async (_runner, args) => {
    await expect(run(process.execPath, args)).resolves.toBeDefined();
  });

  describe.each(TYPESCRIPTS)('under TypeScript %s', (version) => {
    it.each(Object.keys(RESOLUTIONS))('has the promised types, resolved as by %s', async (resolution) => {
      await run('npx', ['-y', '-p', `typescript@${version}`, 'tsc', '-p', `tsconfig.${resolution}.json`]);
    });
  });
});
