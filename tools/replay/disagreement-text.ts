import type { Disagreement } from './dialogue-score';

/** A turn on which plan and recording differ, in one line. */
export function disagreementText(file: string, { dialogueId, turn, missing, extra }: Disagreement): string {
  const parts = [list('missing', missing), list('too much', extra)].filter((part) => part !== '');
  return `${file} ${dialogueId} turn ${turn}: ${parts.join('; ')}`;
}

function list(label: string, acts: readonly string[]): string {
  return acts.length === 0 ? '' : `${label} ${[...acts].sort().join(', ')}`;
}
