import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';

interface Snapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: readonly string[]; readonly node_types: readonly [readonly string[]] } };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/**
 * The bytes on the heap by the type and the name of their objects, from a heap snapshot. Strings, whose name is their text, and kinds of
 * less than 10 kB are left out, since the result itself is on the heap when the next snapshot is taken.
 */
export function heapByKind(): ReadonlyMap<string, number> {
  const file = join(tmpdir(), `rx-broker-bench-${String(process.pid)}.heapsnapshot`);
  writeHeapSnapshot(file);
  const { snapshot, nodes, strings } = JSON.parse(readFileSync(file, 'utf8')) as Snapshot;
  rmSync(file);
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, name, size] = ['type', 'name', 'self_size'].map((field) => fields.indexOf(field)) as [number, number, number];
  const bytes = new Map<string, number>();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const nodeType = types[0][nodes[at + type]!]!;
    if (nodeType.endsWith('string')) continue;
    const kind = `${nodeType} ${strings[nodes[at + name]!]!}`;
    bytes.set(kind, (bytes.get(kind) ?? 0) + nodes[at + size]!);
  }
  return new Map([...bytes].filter(([, size]) => size >= 10_000));
}
