import { type Observable, BehaviorSubject } from 'rxjs';
import type { Account } from './account';
import { Cluster } from './cluster';
import { type Scene, CLOSING, SCENES, playScript } from './script';

export interface ClusterReport extends Account {
  /** Milliseconds from the first parcel to the last receipt. */
  readonly ms: number;
  /** How often the server, and processes of depots, were killed. */
  readonly serverKills: number;
  readonly depotKills: number;
  /** Whether it was stopped before the end of the script. */
  readonly isInterrupted: boolean;
}

export type ShownScene = Pick<Scene, 'title' | 'says'>;

/** One life of a cluster, with the script. */
export interface Session {
  readonly cluster: Cluster;
  /** The scene that is played, at once and then as each begins, and in the end `CLOSING`. Completes when the cluster closes. */
  readonly scene$: Observable<ShownScene>;
  /** Ends the script, and closes the cluster. */
  stop(options?: { readonly isInterrupted?: boolean }): void;
  /** Rejects if the script could not be played: a process did not start. */
  readonly report: Promise<ClusterReport>;
}

/** Starts a server and three depots, and plays the script on them. When it is over, the cluster closes and reports. */
export async function startSession(seconds: number): Promise<Session> {
  const cluster = await Cluster.open();
  const scene$ = new BehaviorSubject<ShownScene>(SCENES[0]!);
  let isOpen = true;
  let settle!: (report: Promise<ClusterReport>) => void;
  const report = new Promise<ClusterReport>((resolve) => (settle = resolve));

  const script = playScript(cluster, seconds).subscribe({ next: (scene) => scene$.next(scene), error: fail, complete: () => stop() });

  function stop({ isInterrupted = false }: { readonly isInterrupted?: boolean } = {}): void {
    if (!isOpen) return;
    isOpen = false;
    script.unsubscribe();
    scene$.next(CLOSING);
    scene$.complete();
    settle(reportOf(isInterrupted));
  }

  async function reportOf(isInterrupted: boolean): Promise<ClusterReport> {
    const account = await cluster.close();
    const { at: ms, serverKills, depotKills } = cluster.snapshot();
    return { ...account, ms, serverKills, depotKills, isInterrupted };
  }

  function fail(error: unknown): void {
    isOpen = false;
    scene$.complete();
    settle(Promise.reject(error instanceof Error ? error : new Error(String(error))));
  }

  return { cluster, scene$: scene$.asObservable(), stop, report };
}
