/** What a model counts by itself; what is pending or open it can look at. */
export class ModelCounts {
  sent = 0;
  delivered = 0;
  succeeded = 0;
  errored = 0;
  aborted = 0;
  deadLettered = 0;
  readonly failedBy: Record<string, number> = {};

  failed(code: string): void {
    this.failedBy[code] = (this.failedBy[code] ?? 0) + 1;
  }
}
