import { lstat, readFile, readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { FoundFile } from './messages';

/** What a walk comes across: a `package.json`, or the size of a folder it has seen all of. */
export type Step = { readonly file: FoundFile } | { readonly folder: string; readonly bytes: number };

/**
 * Every `package.json` below a folder, and the bytes of each folder that has one, what is installed inside it not counted.
 * Links are not followed: they lead in circles.
 */
export async function* walk(folder: string): AsyncGenerator<Step, void, undefined> {
  const direct = await directDependencies(folder);
  yield* walkFolder(folder, (path) => direct.has(path));
}

async function* walkFolder(folder: string, isDirect: (path: string) => boolean): AsyncGenerator<Step, number, undefined> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const hasPackage = entries.some(({ name }) => name === 'package.json');
  // The file itself first: its reader can be at work while the rest is measured.
  if (hasPackage) yield { file: { path: join(folder, 'package.json'), isDirect: isDirect(folder) } };
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(({ name }) => lstat(join(folder, name)).then(({ size }) => size)));
  let bytes = sizes.reduce((sum, size) => sum + size, 0);
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name === 'package.json') continue;
    const inside = yield* walkFolder(join(folder, entry.name), isDirect);
    if (entry.name !== 'node_modules') bytes += inside;
  }
  if (hasPackage) yield { folder, bytes };
  return bytes;
}

/** Where the dependencies live that the project names itself: `folder` is the project, or its `node_modules`. */
async function directDependencies(folder: string): Promise<ReadonlySet<string>> {
  const modules = folder.endsWith(`${sep}node_modules`) ? folder : join(folder, 'node_modules');
  try {
    const manifest = JSON.parse(await readFile(join(modules, '..', 'package.json'), 'utf8')) as Record<string, object | undefined>;
    const names = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'].flatMap((kind) => Object.keys(manifest[kind] ?? {}));
    return new Set(names.map((name) => join(modules, name)));
  } catch {
    // No project around it: nothing is direct.
    return new Set();
  }
}
