import { type Command, InvalidArgumentError, Option } from 'commander';
import type { WatchTurnsRequest } from '../../gen/focal/orchestration/v1/feed';
import { LifecycleReason } from '../../gen/focal/orchestration/v1/lifecycle';
import { parseUuid } from './service-client';

/** The options of a command that reads the feed. */
export interface FeedFilterOptions {
  readonly agent?: string;
  readonly scenario?: string;
  readonly reason: readonly LifecycleReason[];
  readonly fromOldest: boolean;
}

/** Adds the options that select events. `createOption` creates those with a value. */
export function addFeedFilterOptions(
  command: Command,
  createOption: (flags: string, description: string) => Option = (flags, description) => new Option(flags, description),
): Command {
  return command
    .addOption(createOption('--agent <uuid>', 'only turns of this agent').argParser(parseUuid))
    .addOption(createOption('--scenario <uuid>', 'only turns with a decision about this scenario').argParser(parseUuid))
    .addOption(
      createOption('--reason <code>', 'only turns with a decision for this reason, for example IDLE; repeatable')
        .argParser(parseReason)
        .default([]),
    )
    .option('--from-oldest', 'start with the oldest event that is kept instead of the next one', false);
}

export function toFeedFilter({
  agent = '',
  scenario = '',
  reason,
  fromOldest,
}: FeedFilterOptions): Pick<WatchTurnsRequest, 'agentId' | 'scenarioId' | 'reasons' | 'fromOldest'> {
  return { agentId: agent, scenarioId: scenario, reasons: [...reason], fromOldest };
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
