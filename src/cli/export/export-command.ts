import type { OrchestratorClient } from 'scenario-orchestrator-client';
import { WatchTurnsRequest } from '../../../gen/focal/orchestration/v1/feed';
import { CommandError, type ExitCode, exitCodes } from '../exit-codes';
import { toFeedFilter } from '../feed-options';
import type { Output } from '../output/terminal';
import { connectionHint, withClient } from '../service-client';
import type { DeadLetters } from './deliver';
import type { ExportOptions } from './export-options';
import { JsonLinesFile } from './json-lines-file';
import { Progress } from './progress';
import { runExport } from './run-export';
import { getMessage, type Sink } from './sink';

/** Exports the feed to a sink until the process receives SIGTERM or SIGINT. A second signal ends it at once. */
export async function exportFeed(
  options: ExportOptions,
  openSink: (report: (line: string) => void) => Promise<Sink> | Sink,
  output: Output,
): Promise<ExitCode> {
  const { tenant: tenantId, consumer, maxAttempts, deadLetterFile, timeout } = options;
  const { count = Number.POSITIVE_INFINITY, includeValues: includesValues } = options;
  if (consumer === '') throw new CommandError(exitCodes.usage, 'Name the consumer with --consumer.');
  if (maxAttempts !== undefined && deadLetterFile === undefined) {
    throw new CommandError(
      exitCodes.usage,
      '--max-attempts needs --dead-letter-file, where events go after the last one.',
    );
  }
  const report = (line: string) => output.writeStatus(line);
  return withClient(options, async (client) => {
    const sink = await openSink(report);
    const deadLetters = deadLetterFile === undefined ? undefined : await openDeadLetters(deadLetterFile, report);
    const abort = new AbortController();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => abort.abort());
    const progress = new Progress(options.progress * 1_000, report);
    try {
      // Later, a service that is unavailable is waited for.
      await waitForService(client, timeout);
      report(`Exporting as consumer ${consumer} to ${sink.name}`);
      const request = WatchTurnsRequest.fromPartial({ tenantId, consumer, ...toFeedFilter(options) });
      const delivery = {
        sink,
        deadLetters,
        maxAttempts: maxAttempts ?? Number.POSITIVE_INFINITY,
        signal: abort.signal,
        report,
      };
      await runExport({ client, delivery, progress }, { request, includesValues, count });
    } finally {
      progress.stop();
      await sink.close();
      await deadLetters?.close();
    }
    return exitCodes.ok;
  });
}

async function waitForService(client: OrchestratorClient, timeoutSeconds: number): Promise<void> {
  try {
    await client.waitForReady(timeoutSeconds * 1_000);
  } catch (error) {
    throw new CommandError(exitCodes.service, getMessage(error), connectionHint);
  }
}

interface DeadLetterFile extends DeadLetters {
  close(): Promise<void>;
}

async function openDeadLetters(path: string, report: (line: string) => void): Promise<DeadLetterFile> {
  const file = await JsonLinesFile.open({ path, maxBytes: 0, report });
  return {
    name: path,
    store: (events, reason) => {
      const time = new Date().toISOString();
      return file.append(events.map((event) => ({ time, reason, event })));
    },
    close: () => file.close(),
  };
}
