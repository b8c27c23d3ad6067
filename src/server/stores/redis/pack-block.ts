import { appendToTurnBlock, compressTurnBlock } from '../../codec/stored/turn-block';
import type { TurnLimits } from '../../ports/turn-limits';
import type { PackBlock } from '../recorded-turns/turn-packer';
import type { RedisConnection } from './redis-connection';
import type { SessionKeys } from './redis-keys';
import { runPackTurns } from './scripts/pack-turns';
import { runReadPackable } from './scripts/read-packable';

/** Creates a function that packs turns in Redis. If several nodes pack the same turns, the script applies the first block only. */
export function createPackBlock(connection: RedisConnection, limits: TurnLimits): PackBlock<SessionKeys> {
  return async ({ key: keys, committedAt }, range, call) => {
    const turns = await runReadPackable(connection, keys, range, call);
    if (turns === undefined) return false;
    const { summary, content, lastBlock } = turns;
    const block = await (lastBlock === undefined
      ? compressTurnBlock(summary, content)
      : appendToTurnBlock(lastBlock, summary, content));
    return runPackTurns(connection, keys, { block, turns, limits, committedAt }, call);
  };
}
