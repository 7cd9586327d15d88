import { type Observable, concat, concatMap, defer, from, ignoreElements, merge, of, timer } from 'rxjs';
import type { Cluster } from './cluster';

/** A part of the script. */
export interface Scene {
  readonly title: string;
  /** What is to be seen, in a line. */
  readonly says: string;
  /** Its part of the whole time, in twentieths. It lasts longer if what is done in it does. */
  readonly share: number;
  /** What is done to the cluster. `ms`: the time of the scene. */
  play(cluster: Cluster, ms: number): Promise<void>;
}

/** Milliseconds from one kill of the server to the next. */
const BETWEEN_KILLS = 1_500;

export const SCENES: readonly Scene[] = [
  { title: 'Three depots', says: 'Three processes hand parcels to one another over a NATS server.', share: 3, play: async () => {} },
  {
    title: 'The server dies',
    says: 'It is killed with -9 and comes back, again and again. What is under way waits: nothing is lost.',
    share: 6,
    async play(cluster, ms) {
      const rounds = Math.max(1, Math.floor(ms / BETWEEN_KILLS));
      for (let round = 0; round < rounds; round++) {
        await cluster.bounceServer();
        if (round < rounds - 1) await new Promise((resolve) => setTimeout(resolve, BETWEEN_KILLS));
      }
    },
  },
  { title: 'A depot dies', says: 'Its process is killed with -9. What was under way to it ends as unknown; the others go on.', share: 3, play: (cluster) => cluster.killDepot('south') },
  { title: 'It returns', says: 'A new process takes the name of the depot, and the others find it there.', share: 3, play: (cluster) => cluster.reopenDepot('south') },
  { title: 'Both at once', says: 'Another depot and the server are killed in one moment.', share: 2, play: (cluster) => cluster.killDepot('north', { andServer: true }) },
  { title: 'All are back', says: 'The depot returns. Each of the three has what it had.', share: 3, play: (cluster) => cluster.reopenDepot('north') },
];

/** What is shown while the cluster closes. */
export const CLOSING: Pick<Scene, 'title' | 'says'> = { title: 'Closing', says: 'No more parcels are sent. Those under way arrive, and then comes the account.' };

const TOTAL = SCENES.reduce((sum, { share }) => sum + share, 0);

/** `2/6 ` for the second scene. */
export function numberOf({ title }: Pick<Scene, 'title'>): string {
  const index = SCENES.findIndex((scene) => scene.title === title);
  return index < 0 ? '' : `${index + 1}/${SCENES.length} `;
}

/** Plays the scenes on a cluster, in `seconds` or longer. Emits each scene as it begins, and completes after the last one. */
export function playScript(cluster: Cluster, seconds: number): Observable<Scene> {
  return from(SCENES).pipe(
    concatMap((scene) => {
      const ms = (seconds * 1_000 * scene.share) / TOTAL;
      const played = defer(() => scene.play(cluster, ms));
      return concat(of(scene), merge(timer(ms), played).pipe(ignoreElements()));
    }),
  );
}
