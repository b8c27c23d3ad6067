import { compactEmbedded } from '../../../../src/server/stores/embedded/compact-embedded';

// Compacts a folder again and again until the process is killed. Prints a line before each compaction.
const [path = ''] = process.argv.slice(2);
const options = {
  path,
  sessionTtlMs: 3_600_000,
  turnLimits: { recordedTurns: 10 },
  clock: Date,
  monotonicClock: performance,
};

async function compact(): Promise<void> {
  for (;;) {
    process.stdout.write('compacting\n');
    await compactEmbedded(options);
  }
}

void compact();
