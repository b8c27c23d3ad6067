import { openEmbedded } from '../../../../src/server/stores/embedded/open-embedded';
import { uuid } from '../../../support/session-builder';
import { applyTurn } from '../contract/turn-driver';

// Commits turns to several sessions concurrently until the process is killed. Prints each turn after its commit is acknowledged.
const [path = '', sessions = '1', firstTurn = '1'] = process.argv.slice(2);
const { sessionStore } = openEmbedded({
  path,
  sessionTtlMs: 60_000,
  turnLimits: { recordedTurns: 100_000 },
  clock: Date,
  monotonicClock: performance,
});

async function commitTurns(session: number): Promise<void> {
  for (let turn = Number(firstTurn); ; turn += 1) {
    await applyTurn(sessionStore, { tenantId: uuid(1), sessionId: uuid(session) }, uuid(turn));
    process.stdout.write(`${session} ${turn}\n`);
  }
}

for (let session = 1; session <= Number(sessions); session += 1) void commitTurns(session);
