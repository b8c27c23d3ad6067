import type { OpenContribution } from '../model/session';
import type { TurnTrigger } from '../model/turn';
import type { PhaseResults } from './phase-results';

/**
 * What is open after the turn, in plan order, the source of the focus (0.3): a MESSAGE turn's plan replaces everything; later turns
 * replace the contributions of the instances that moved. NONE, deferred ones and a CHOICE are left out.
 */
export function updateOpenContributions(
  before: readonly OpenContribution[],
  { plan, transitions }: PhaseResults,
  trigger: TurnTrigger,
): readonly OpenContribution[] {
  const made = plan.contributions
    .filter(({ type, deferred, instanceId }) => type !== 'NONE' && !deferred && instanceId !== '')
    .map(({ instanceId, type }) => ({ instanceId, type }));
  if (trigger === 'MESSAGE') return made;
  const after: OpenContribution[] = [];
  for (const open of before) {
    const replacement = made.find(({ instanceId }) => instanceId === open.instanceId);
    if (replacement) after.push(replacement);
    else if (!transitions.walks.has(open.instanceId)) after.push(open);
  }
  for (const open of made) if (!before.some(({ instanceId }) => instanceId === open.instanceId)) after.push(open);
  return after;
}
