import type { DialogueScore } from './dialogue-score';
import type { PlayedDialogue } from './played-dialogue';
import { referenceOf } from './reference';
import type { ReplayCatalogue } from './replay-catalogue';
import { scoreActs } from './score-acts';
import { scoreLifecycle } from './score-lifecycle';
import { scoreSafety } from './score-safety';

/** Scores a played dialogue against its record: the one place where the reference is read. */
export function scoreDialogue(played: PlayedDialogue, record: unknown, catalogue: ReplayCatalogue): DialogueScore {
  const reference = referenceOf(record);
  return {
    turns: played.turns.length,
    ...scoreActs(played, reference, catalogue),
    ...scoreSafety(played, catalogue),
    ...scoreLifecycle(played, reference, catalogue),
  };
}
