import type { TransitionTrigger } from '../../model/scenario';
import type { CompiledScenario, CompiledTransition } from '../compiled-scenario';
import type { SessionPath } from './session-path';

/** The transitions from one step to another with the same trigger, drawn as one edge. */
export interface DrawnEdge {
  /** A step id; "" for global transitions, which can be taken from every step (3.2). */
  readonly from: string;
  /** A step id; "" for transitions that go back to the step that a global transition left (3.2). */
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
    .map((transition) => (transition.isDefault && !transition.returns ? defaultLabel : createLabel(transition)))
    .filter((label) => label !== '');
  const omitted = labels.length - maxLabels;
  return omitted > 0 ? [...labels.slice(0, maxLabels), `or ${omitted} more`] : labels;
}

/** Describes the rule of a transition: outcomes, time, intent, condition without `data.`, fields, natural-language condition. */
function createLabel({ definition, returns, afterMs }: CompiledTransition): string {
  const { outcomes, intentLabel, condition, conditionFields, conditionText } = definition;
  const parts = [
    outcomes.map((outcome) => outcome.toLowerCase().replace('action_', '').replace('_', ' ')).join(' or '),
    afterMs === undefined ? '' : `after ${formatDuration(afterMs)}`,
    intentLabel === '' ? '' : `intent ${intentLabel}`,
    condition.replaceAll(/\bdata\./g, ''),
    conditionFields.length === 0 ? '' : `knows ${conditionFields.join(', ')}`,
    conditionText === '' ? '' : `“${conditionText}”`,
  ];
  const rule = parts.filter((part) => part !== '').join(' and ');
  const label = returns ? ['return', rule].filter((part) => part !== '').join(' if ') : rule;
  return truncate(label, maxLabelLength);
}

/** Formats a duration as scenario files write it, for example "1h30m". */
export function formatDuration(milliseconds: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
  ] as const;
  let rest = milliseconds;
  const parts = units.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? '' : `${count}${unit}`;
  });
  const seconds = rest === 0 && milliseconds > 0 ? '' : `${rest / 1_000}s`;
  return `${parts.join('')}${seconds}`;
}

/** Puts a text on one line and shortens it to a number of characters. */
export function truncate(text: string, maxCharacters: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const characters = [...line];
  if (characters.length <= maxCharacters) return line;
  const kept = characters.slice(0, maxCharacters - 1).join('');
  return `${kept.trimEnd()}…`;
}
