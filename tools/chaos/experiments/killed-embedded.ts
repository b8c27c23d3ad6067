import { underLoad } from '../callers';
import type { Conditions, Outcome } from '../experiment';
import { withInstallation } from '../installation';
import { outcomeOf } from '../outcome-of';
import { SeededRandom } from '../seeded-random';
import { untilAcknowledged } from '../until-acknowledged';

const turnsBetween = { least: 5, most: 40 };

/** One node on the embedded store, killed again and again while turns come in; it must open its folder again each time. */
export async function killedEmbedded(
  { seed, progress }: Conditions,
  { kills }: { readonly kills: number },
): Promise<Outcome> {
  return withInstallation({ nodes: 1, store: { kind: 'embedded' } }, async (installation) => {
    const random = new SeededRandom(seed);
    let opened = 0;
    await underLoad(installation, random.fork(), async () => {
      for (const [node] = installation.nodes; node !== undefined && opened < kills; opened += 1) {
        await untilAcknowledged(installation.ledger, turnsBetween.least + random.below(turnsBetween.most));
        await node.kill();
        await node.start(); // rejects where the folder cannot be opened
        progress(`${opened + 1} of ${kills} kills`);
      }
    });
    return outcomeOf(installation, { 'kill -9 of the server': opened, 'opened again': opened });
  });
}
