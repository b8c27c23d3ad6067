import type { Logger } from '../../ports/logger';
import type { RedisClient } from './client-tuning';
import { isReady } from './connection-state';
import { createUnavailableError } from './redis-errors';

/** Returns why the connected server cannot be used; undefined if it can. Rejects if that cannot be found out now. */
export type ServerCheck = (client: RedisClient) => Promise<string | undefined>;

/** The checks of a server after each connect. No command is sent to a server that has not passed them. */
export class ServerChecks {
  private readonly checks: ServerCheck[] = [];
  /** The number of checks that the server has passed, also before it was connected again; 0 if it does not pass them. */
  private passedChecks = 0;
  private problem: string | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly client: RedisClient,
    private readonly log: Logger,
  ) {
    client.on('ready', () => this.restart());
  }

  /** Adds a check. Commands that are sent later wait for it. */
  add(check: ServerCheck): void {
    this.checks.push(check);
    if (isReady(this.client)) this.restart();
  }

  /** Resolves when the server has passed the checks. Undefined if it has, so that commands need not wait. */
  get pending(): Promise<void> | undefined {
    return this.running === undefined && this.hasPassed ? undefined : this.waitUntilPassed();
  }

  /** Resolves when the checks are complete, to the problem that they found. An unavailable server has none. */
  async findProblem(): Promise<string | undefined> {
    await this.waitUntilComplete();
    return this.problem;
  }

  /** Rejects with STORE_UNAVAILABLE if the server does not pass the checks, or cannot be checked now. */
  private async waitUntilPassed(): Promise<void> {
    if (this.running === undefined) this.restart();
    await this.waitUntilComplete();
    if (this.problem !== undefined) throw createUnavailableError(this.problem);
    if (!this.hasPassed) throw createUnavailableError('Redis cannot be checked now.');
  }

  private get hasPassed(): boolean {
    return this.passedChecks > 0 && this.passedChecks === this.checks.length;
  }

  private async waitUntilComplete(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  private restart(): void {
    const checkCount = this.checks.length;
    const running = this.runChecks().then((outcome) => {
      if (this.running !== running) return; // The server was connected again, or has another check.
      this.running = undefined;
      // In a Cluster, the node that the check needs may be unavailable, while others work.
      if (!outcome.isComplete) return;
      this.setProblem(outcome.problem);
      this.passedChecks = outcome.problem === undefined ? checkCount : 0;
    });
    this.running = running;
  }

  private async runChecks(): Promise<{ readonly isComplete: boolean; readonly problem?: string | undefined }> {
    try {
      const problems = await Promise.all(this.checks.map((check) => check(this.client)));
      return { isComplete: true, problem: problems.find((problem) => problem !== undefined) };
    } catch (error) {
      this.log.warn({ error }, 'redis cannot be checked; the next call checks it again');
      return { isComplete: false };
    }
  }

  private setProblem(problem: string | undefined): void {
    if (problem !== undefined && problem !== this.problem) this.log.error({}, problem);
    this.problem = problem;
  }
}
