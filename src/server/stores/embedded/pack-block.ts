import {
  appendToTurnBlock,
  compressTurnBlock,
  encodeTurnBlockContent,
  summarizeTurns,
} from '../../codec/stored/turn-block';
import type { PackBlock } from '../recorded-turns/turn-packer';
import type { EmbeddedEnvironment } from './embedded-environment';
import type { TurnTable } from './turn-table';

/** Creates a function that packs turns in the tables. `getRevision` returns undefined if a session does not exist or has expired. */
export function createPackBlock(
  environment: EmbeddedEnvironment,
  turnTable: TurnTable,
  getRevision: (session: string) => number | undefined,
): PackBlock<string> {
  return async ({ key: session, committedAt }, range, call) => {
    const packable = environment.read(call, () => turnTable.readPackable(session, range));
    if (packable === undefined) return false;
    const { turns, lastBlock } = packable;
    const summary = summarizeTurns(turns);
    const content = encodeTurnBlockContent(turns);
    const block = await (lastBlock === undefined
      ? compressTurnBlock(summary, content)
      : appendToTurnBlock(lastBlock, summary, content));
    return environment.write(call, () => {
      const revision = getRevision(session);
      return revision !== undefined && turnTable.pack(session, packable, block, { revision, committedAt });
    });
  };
}
