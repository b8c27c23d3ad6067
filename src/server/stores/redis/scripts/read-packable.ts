import type { BlockSummary } from '../../../codec/stored/turn-block-header';
import type { Call } from '../../../ports/call';
import type { PackingRange } from '../../../ports/turn-limits';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { SessionKeys } from '../redis-keys';
import { asBytes, asList, asOptionalBytes } from '../script-reply';

const script = LuaScript.load('read-packable');

export interface PackableTurns {
  readonly summary: BlockSummary;
  /** The encoded content of the block. */
  readonly content: Buffer;
  /** The newest block, if the turns are added to it. */
  readonly lastBlock: Buffer | undefined;
  /** When the first turn was committed, as it is stored. */
  readonly firstCommittedAt: string;
  readonly lastCommittedAt: string;
}

/** Runs read-packable.lua. Resolves to undefined if there are not enough turns. Rejects as `RedisConnection.read` does. */
export async function runReadPackable(
  connection: RedisConnection,
  keys: SessionKeys,
  { maxTurns, minUnpacked, keptTurns, maxBytes }: PackingRange,
  call: Call,
): Promise<PackableTurns | undefined> {
  const args = [maxTurns, minUnpacked, keptTurns, maxBytes];
  const reply = await connection.runScript(call, 'read', script, [keys.session, keys.turnLog], args);
  if (reply === null) return undefined;
  const [content, firstRevision, messageBytes, first, last, lastBlock, ...turns] = asList(reply);
  const lastCommittedAt = asBytes(last).toString();
  const summary = {
    firstRevision: toNumber(firstRevision),
    turnIds: turns.filter((_, index) => index % 2 === 0).map((id) => asBytes(id).toString()),
    keepsState: turns.filter((_, index) => index % 2 === 1).map((keeps) => toNumber(keeps) === 1),
    messageBytes: toNumber(messageBytes),
    lastCommittedAt: Number(lastCommittedAt),
  };
  return {
    summary,
    content: asBytes(content),
    lastBlock: asOptionalBytes(lastBlock),
    firstCommittedAt: asBytes(first).toString(),
    lastCommittedAt,
  };
}

function toNumber(text: unknown): number {
  return Number(asBytes(text).toString());
}
