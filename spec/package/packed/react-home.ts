import { cp, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root, run } from './consumer-home';

/** What a run of the specs says. */
export interface SpecRun {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly success: boolean;
}

/** The runner's options. The specs and what they import lie in the folder, so that its packages are found before others. */
const CONFIG = `export default { test: { include: ['spec/*-spec.tsx'], testTimeout: 300_000 } };\n`;

/** Installs the packed package, whose tarball is in `home`, beside a version of React, and copies the specs of the hooks. Returns the folder. */
export async function createReactHome(home: string, react: string): Promise<string> {
  const folder = join(home, `react-${react}`);
  const tarball = (await readdir(home)).find((name) => name.endsWith('.tgz'));
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'react-consumer', private: true, type: 'module' }));
  await writeFile(join(folder, 'vitest.config.mjs'), CONFIG);
  const packages = [join(home, String(tarball)), 'rxjs@7', `react@${react}`, `react-dom@${react}`, `@types/react@${react.split('.')[0]!}`];
  await run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', ...packages], folder);
  await cp(join(root, 'spec/react'), join(folder, 'spec'), { recursive: true });
  await symlink(join(root, 'node_modules/vitest'), join(folder, 'node_modules/vitest'));
  const compilerOptions = {
    ...{ module: 'esnext', moduleResolution: 'bundler', target: 'es2022', lib: ['es2022', 'dom', 'dom.iterable'], types: [] },
    ...{ jsx: 'react-jsx', strict: true, skipLibCheck: false, noEmit: true },
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['spec/typed.tsx'] }));
  return folder;
}

/** Runs the specs of the hooks in such a folder. */
export async function runReactSpecs(folder: string): Promise<SpecRun> {
  const report = join(folder, 'report.json');
  await run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=json', `--outputFile=${report}`], folder);
  return JSON.parse(await readFile(report, 'utf8')) as SpecRun;
}
