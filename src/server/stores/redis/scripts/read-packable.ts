import type { BlockSummary } from '../../../codec/stored/turn-block-header';
import type { Call } from '../../../ports/call';
import type { PackingLimits } from '../../../ports/turn-limits';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { SessionKeys } from '../redis-keys';
import { asBytes, asInteger, asList } from '../script-reply';

const script = LuaScript.load('read-packable');

export interface PackableTurns {
  readonly summary: BlockSummary;
  /** The encoded content of the block. */
  readonly content: Buffer;
  /** When the first turn was committed, as it is stored. */
  readonly firstCommittedAt: string;
  readonly lastCommittedAt: string;
}

/** Runs read-packable.lua. Resolves to undefined if there are not enough turns. Rejects as `RedisConnection.read` does. */
export async function runReadPackable(
  connection: RedisConnection,
  keys: SessionKeys,
  { turnsPerBlock, unpackedTurns, blockBytes }: PackingLimits,
  call: Call,
): Promise<PackableTurns | undefined> {
  const args = [turnsPerBlock, unpackedTurns, blockBytes];
  const reply = await connection.runScript(call, 'read', script, [keys.session, keys.turnLog], args);
  if (reply === null) return undefined;
  const [content, firstRevision, messageBytes, first, last, ...turns] = asList(reply);
  const lastCommittedAt = asBytes(last).toString();
  const summary = {
    firstRevision: asInteger(firstRevision),
    turnIds: turns.filter((_, index) => index % 2 === 0).map((id) => asBytes(id).toString()),
    keepsState: turns.filter((_, index) => index % 2 === 1).map((keeps) => asInteger(keeps) === 1),
    messageBytes: asInteger(messageBytes),
    lastCommittedAt: Number(lastCommittedAt),
  };
  return { summary, content: asBytes(content), firstCommittedAt: asBytes(first).toString(), lastCommittedAt };
}
