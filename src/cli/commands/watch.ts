import { type Command, Option } from 'commander';
import { FeedEvent, WatchTurnsRequest, type WatchTurnsResponse } from '../../../gen/focal/orchestration/v1/feed';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../command';
import { CommandError, type ExitCode, exitCodes } from '../exit-codes';
import { addFeedFilterOptions, type FeedFilterOptions, toFeedFilter } from '../feed-options';
import { messageToJson } from '../files';
import { formatFeedEvent } from '../output/format-feed-event';
import type { Output } from '../output/terminal';
import { addServiceOptions, parseCount, type ServiceOptions, withClient } from '../service-client';

interface WatchOptions extends ServiceOptions, JsonOptions, FeedFilterOptions {
  readonly consumer?: string;
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
  });
  addFeedFilterOptions(command)
    .addOption(new Option('--consumer <name>', 'consumer whose cursor the service keeps'))
    .addOption(new Option('-n, --count <events>', 'stop after this number of events').argParser(parseCount))
    .addOption(createJsonOption('print each event as JSON on one line'));
  return addServiceOptions(command).action((options: WatchOptions) =>
    runCommand(options, (output) => watch(options, output)),
  );
}

async function watch(options: WatchOptions, output: Output): Promise<ExitCode> {
  const { tenant: tenantId, consumer = '', count = Number.POSITIVE_INFINITY } = options;
  if (count === 0) return exitCodes.ok;
  if (consumer === '' && options.consumer !== undefined) throw new CommandError(exitCodes.usage, 'Name the consumer.');
  const request = WatchTurnsRequest.fromPartial({ tenantId, ...toFeedFilter(options), consumer });
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
