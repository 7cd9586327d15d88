import { serveActor } from 'rx-broker/transports/message-port';
import { type FileHash, HashInPage, unreadFile } from './hash';

async function hashFile(file: File): Promise<FileHash> {
  const path = file.webkitRelativePath || file.name;
  try {
    const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
    return { path, bytes: file.size, sha256: [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('') };
  } catch (error) {
    return unreadFile(path, error);
  }
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
