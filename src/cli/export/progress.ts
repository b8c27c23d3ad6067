import type { CloudEvent } from './cloud-event';

/** Reports how many events were exported, at most once in each interval, and only if there were new ones. */
export class Progress {
  private readonly timer: NodeJS.Timeout;
  private readonly report: (line: string) => void;
  private count = 0;
  private reportedCount = 0;
  private lastTime = '';

  /** `intervalMs` is in milliseconds. */
  constructor(intervalMs: number, report: (line: string) => void) {
    this.report = report;
    this.timer = setInterval(() => this.reportNew(), intervalMs).unref();
  }

  add(events: readonly CloudEvent[]): void {
    this.count += events.length;
    this.lastTime = events.findLast(({ time }) => time !== undefined)?.time ?? this.lastTime;
  }

  /** Reports the last events. */
  stop(): void {
    clearInterval(this.timer);
    this.reportNew();
  }

  private reportNew(): void {
    if (this.count === this.reportedCount) return;
    this.report(`${this.count} events exported, the last one was committed at ${this.lastTime}`);
    this.reportedCount = this.count;
  }
}
