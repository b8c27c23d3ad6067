import type { TransitionTrigger } from '../../model/scenario';
import type { CompiledScenario, CompiledTransition } from '../compiled-scenario';
import type { SessionPath } from './session-path';

/** The transitions from one step to another with the same trigger, drawn as one edge. */
export interface DrawnEdge {
  /** A step id; "" for global transitions, which can be taken from every step (3.2). */
  readonly from: string;
  readonly to: string;
  /** The rule of each transition; empty for the only transition of a step if it has no rule. */
  readonly labels: readonly string[];
  /** The transitions can be taken before the step is finished. */
  readonly isAnytime: boolean;
  /** The session took one of the transitions. */
  readonly isTaken: boolean;
}

/** Maximum length of a label, in characters. */
const maxLabelLength = 44;
const maxLabels = 3;

/** Builds the edges of all transitions: by step, then in the order of evaluation; global transitions last. */
export function buildEdges(
  { steps, globalTransitions }: CompiledScenario,
  path: SessionPath | undefined,
): readonly DrawnEdge[] {
  const own = [...steps.values()].flatMap(({ stepId, anytimeTransitions, completionTransitions }) => [
    ...mergeByTarget(stepId, anytimeTransitions, path),
    ...mergeByTarget(stepId, completionTransitions, path),
  ]);
  return [...own, ...mergeByTarget('', globalTransitions, path)];
}

const isAnytime: Readonly<Record<TransitionTrigger, boolean>> = { ANYTIME: true, ON_COMPLETION: false };

function mergeByTarget(
  from: string,
  transitions: readonly CompiledTransition[],
  path: SessionPath | undefined,
): readonly DrawnEdge[] {
  const byTarget = new Map<string, CompiledTransition[]>();
  for (const transition of transitions) {
    const merged = byTarget.get(transition.targetStepId);
    if (merged) merged.push(transition);
    else byTarget.set(transition.targetStepId, [transition]);
  }
  return [...byTarget].map(([to, merged]) => ({
    from,
    to,
    labels: createLabels(merged, transitions.length > merged.length),
    isAnytime: merged.every(({ isGlobal, definition }) => isGlobal || isAnytime[definition.trigger]),
    isTaken: merged.some(({ id }) => path?.takenTransitions.has(id) === true),
  }));
}

function createLabels(transitions: readonly CompiledTransition[], hasOtherTargets: boolean): readonly string[] {
  const defaultLabel = hasOtherTargets ? 'else' : '';
  const labels = transitions
    .map((transition) => (transition.isDefault ? defaultLabel : createLabel(transition)))
    .filter((label) => label !== '');
  const omitted = labels.length - maxLabels;
  return omitted > 0 ? [...labels.slice(0, maxLabels), `or ${omitted} more`] : labels;
}

/** Describes the rule of a transition: outcomes, intent, condition without `data.`, fields, natural-language condition. */
function createLabel({ definition }: CompiledTransition): string {
  const { outcomes, intentLabel, condition, conditionFields, conditionText } = definition;
  const parts = [
    outcomes.map((outcome) => outcome.toLowerCase().replace('action_', '')).join(' or '),
    intentLabel === '' ? '' : `intent ${intentLabel}`,
    condition.replaceAll(/\bdata\./g, ''),
    conditionFields.length === 0 ? '' : `knows ${conditionFields.join(', ')}`,
    conditionText === '' ? '' : `“${conditionText}”`,
  ];
  return truncate(parts.filter((part) => part !== '').join(' and '), maxLabelLength);
}

/** Puts a text on one line and shortens it to a number of characters. */
export function truncate(text: string, maxCharacters: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const characters = [...line];
  if (characters.length <= maxCharacters) return line;
  const kept = characters.slice(0, maxCharacters - 1).join('');
  return `${kept.trimEnd()}…`;
}
