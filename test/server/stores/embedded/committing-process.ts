import { openEmbedded } from '../../../../src/server/stores/embedded/open-embedded';
import { uuid } from '../../../support/session-builder';
import { applyTurn } from '../contract/turn-driver';

// Commits turns to a few sessions at once until it is killed, and tells of each one only once it was acknowledged.
const [path = '', sessions = '1', firstTurn = '1'] = process.argv.slice(2);
const { sessionStore } = openEmbedded({ path, sessionTtlMs: 60_000, recordedTurns: 100_000, clock: Date });

async function commitForEver(session: number): Promise<void> {
  for (let turn = Number(firstTurn); ; turn += 1) {
    await applyTurn(sessionStore, { tenantId: uuid(1), sessionId: uuid(session) }, uuid(turn));
    process.stdout.write(`${session} ${turn}\n`);
  }
}

for (let session = 1; session <= Number(sessions); session += 1) void commitForEver(session);
