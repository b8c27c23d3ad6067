import { type Command, InvalidArgumentError, Option } from 'commander';
import { FeedEvent, WatchTurnsRequest, type WatchTurnsResponse } from '../../../gen/focal/orchestration/v1/feed';
import { LifecycleReason } from '../../../gen/focal/orchestration/v1/lifecycle';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../command';
import { CommandError, type ExitCode, exitCodes } from '../exit-codes';
import { messageToJson } from '../files';
import { formatFeedEvent } from '../output/format-feed-event';
import type { Output } from '../output/terminal';
import { addServiceOptions, parseCount, parseUuid, type ServiceOptions, withClient } from '../service-client';

interface WatchOptions extends ServiceOptions, JsonOptions {
  readonly agent?: string;
  readonly scenario?: string;
  readonly reason: readonly LifecycleReason[];
  readonly consumer?: string;
  readonly fromOldest: boolean;
  /** Default: unlimited. */
  readonly count?: number;
}

export function createWatchCommand(): Command {
  const command = createCommand('watch', {
    summary: 'follow all sessions of a tenant',
    description: [
      'Shows the turns of all sessions as they are committed, on any node, until the command is interrupted.',
      'With --consumer, it acknowledges what it has shown, and continues there when it is started again.',
    ].join(' '),
  })
    .addOption(new Option('--agent <uuid>', 'only turns of this agent').argParser(parseUuid))
    .addOption(new Option('--scenario <uuid>', 'only turns with a decision about this scenario').argParser(parseUuid))
    .addOption(
      new Option('--reason <code>', 'only turns with a decision for this reason, for example IDLE; repeatable')
        .argParser(parseReason)
        .default([]),
    )
    .addOption(new Option('--consumer <name>', 'consumer whose cursor the service keeps'))
    .option('--from-oldest', 'start with the oldest event that is kept instead of the next one', false)
    .addOption(new Option('-n, --count <events>', 'stop after this number of events').argParser(parseCount))
    .addOption(createJsonOption('print each event as JSON on one line'));
  return addServiceOptions(command).action((options: WatchOptions) =>
    runCommand(options, (output) => watch(options, output)),
  );
}

async function watch(options: WatchOptions, output: Output): Promise<ExitCode> {
  const { tenant: tenantId, agent = '', scenario = '', reason, consumer = '', fromOldest } = options;
  const { count = Number.POSITIVE_INFINITY } = options;
  if (count === 0) return exitCodes.ok;
  if (consumer === '' && options.consumer !== undefined) throw new CommandError(exitCodes.usage, 'Name the consumer.');
  const filter = { agentId: agent, scenarioId: scenario, reasons: [...reason] };
  const request = WatchTurnsRequest.fromPartial({ tenantId, ...filter, consumer, fromOldest });
  return withClient(options, async (client) => {
    let shownCount = 0;
    for await (const response of client.watchTurns(request)) {
      // A response is acknowledged as a whole, so the rest of it is shown, too.
      shownCount += show(response, output);
      if (consumer !== '' && response.events.length > 0) {
        await client.acknowledgeTurns({ tenantId, consumer, cursor: response.cursor });
      }
      if (shownCount >= count) break;
    }
    return exitCodes.ok;
  });
}

function show({ events }: WatchTurnsResponse, output: Output): number {
  for (const event of events) {
    if (output.json) output.writeJsonLine(messageToJson('FeedEvent', FeedEvent.encode(event).finish()));
    else for (const line of formatFeedEvent(event)) output.writeLine(line);
  }
  return events.length;
}

/** Parses the code of a reason without its prefix, as `tail` shows it. */
function parseReason(text: string, previous: readonly LifecycleReason[]): readonly LifecycleReason[] {
  const name = `LIFECYCLE_REASON_${text.toUpperCase()}`;
  const reasons = Object.entries(LifecycleReason).filter(([, value]) => typeof value === 'number' && value > 0);
  const reason = reasons.find(([key]) => key === name)?.[1];
  if (typeof reason === 'number') return [...previous, reason];
  const names = reasons.map(([key]) => key.replace('LIFECYCLE_REASON_', '')).join(', ');
  throw new InvalidArgumentError(`It must be one of ${names}.`);
}
