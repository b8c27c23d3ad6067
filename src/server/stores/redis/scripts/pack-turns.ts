import type { Call } from '../../../ports/call';
import type { TurnLimits } from '../../../ports/turn-limits';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { SessionKeys } from '../redis-keys';
import { asBytes } from '../script-reply';
import { toBuffer } from './commit';
import type { PackableTurns } from './read-packable';

const script = LuaScript.load('pack-turns');

export interface PackTurnsArguments {
  readonly block: Uint8Array;
  /** The turns of the block. */
  readonly turns: PackableTurns;
  readonly limits: TurnLimits;
  /** When the last turn of the session was committed, in milliseconds since 1970. */
  readonly committedAt: number;
}

/**
 * Runs pack-turns.lua. Resolves to whether the turns were replaced. Does not wait for replicas: a replica that misses the change has the
 * turns as they were. Rejects as `RedisConnection.read` does.
 */
export async function runPackTurns(
  connection: RedisConnection,
  keys: SessionKeys,
  { block, turns, limits, committedAt }: PackTurnsArguments,
  call: Call,
): Promise<boolean> {
  const { recordedTurns, replayableTurns, recordedBytes, recordedAgeMs } = limits;
  const { turnIds } = turns.summary;
  const args = [
    toBuffer(block),
    ...[recordedTurns, replayableTurns, recordedBytes, committedAt - recordedAgeMs],
    ...[turnIds[0] ?? '', turns.firstCommittedAt, turnIds.at(-1) ?? '', turns.lastCommittedAt],
  ];
  const reply = await connection.runScript(call, 'read', script, [keys.session, keys.turnLog], args);
  return asBytes(reply).toString() === 'PACKED';
}
