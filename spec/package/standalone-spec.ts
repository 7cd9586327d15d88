import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Bundles code that imports from the package, and answers the folders and files of `src` that come with it. */
async function bundled(code: string): Promise<string[]> {
  const { metafile } = await build({
    ...{ stdin: { contents: code, resolveDir: root }, absWorkingDir: root, bundle: true, write: false, metafile: true, logLevel: 'silent' },
    ...{ format: 'esm', external: ['rxjs'], alias: { 'rx-broker': './src/index.ts', 'rx-broker/operators': './src/operators/index.ts' } },
  });
  const [output] = Object.values(metafile.outputs);
  const files = Object.entries(output!.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return files.map(([path]) => path).filter((path) => path.startsWith('src/'));
}

const foldersOf = (files: readonly string[]): string[] => [...new Set(files.map((path) => path.split('/')[1]!))].sort();

describe('a bundle', () => {
  it('has nothing of the clients and operators that it does not import', async () => {
    const folders = foldersOf(await bundled("import { InMemoryMessageBroker, actorId, protocol } from 'rx-broker';\nconsole.log(InMemoryMessageBroker, actorId, protocol);"));
    expect(folders).toContain('kernel');
    expect(folders).not.toContain('client');
    expect(folders).not.toContain('operators');
  });

  it.each(['actorClient', 'topicState'])('of %s alone has nothing of a broker, nor of the other client', async (name) => {
    const files = await bundled(`import { ${name} } from 'rx-broker';\nconsole.log(${name});`);
    expect(foldersOf(files)).toEqual(['client', 'failure', 'message']);
    expect(files.filter((path) => path.startsWith('src/client/'))).toHaveLength(1);
  });

  it('of retryRefused alone has nothing of a broker, nor of another operator', async () => {
    const files = await bundled("import { retryRefused } from 'rx-broker/operators';\nconsole.log(retryRefused);");
    expect(foldersOf(files)).toEqual(['failure', 'operators']);
    expect(files.filter((path) => path.startsWith('src/operators/'))).toEqual(['src/operators/retry-refused.ts']);
  });
});
