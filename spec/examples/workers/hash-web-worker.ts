import { serveActor } from 'rx-broker/transports/message-port';
import { type FileHash, HashInPage } from './hash';

async function hashFile(file: File): Promise<FileHash> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { path: file.webkitRelativePath || file.name, bytes: file.size, sha256 };
}

serveActor(HashInPage, {
  async files({ files }, { signal }) {
    const hashes: FileHash[] = [];
    for (const file of files) {
      if (signal.aborted) break;
      hashes.push(await hashFile(file));
    }
    return hashes;
  },
});
