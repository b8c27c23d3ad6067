import type { CompiledScenario, CompiledTransition } from '../compiled-scenario';
import type { SessionPath } from './session-path';
import { truncate } from './text';

/** The transitions from a step to another that may be taken at the same time, drawn as one line. */
export interface DrawnEdge {
  /** The step's id; "" from anywhere (3.2). */
  readonly from: string;
  readonly to: string;
  /** When it is taken, an entry a transition; empty for one that states nothing and is the only one. */
  readonly labels: readonly string[];
  /** Taken at any time, not only once the step is done. */
  readonly isAnytime: boolean;
  /** The session took it. */
  readonly isTaken: boolean;
}

/** The longest label, in characters, and how many of them a way shows. */
const longestLabel = 44;
const mostLabels = 3;

/** Every transition of a scenario: by step, then in the order in which they are looked at; global ones last. */
export function buildEdges(
  { steps, globalTransitions: globals }: CompiledScenario,
  track: SessionPath | undefined,
): readonly DrawnEdge[] {
  const own = [...steps.values()].flatMap(
    ({ stepId, anytimeTransitions: anytime, completionTransitions: onCompletion }) => [
      ...merged(stepId, anytime, track),
      ...merged(stepId, onCompletion, track),
    ],
  );
  return [...own, ...merged('', globals, track)];
}

function merged(
  from: string,
  transitions: readonly CompiledTransition[],
  track: SessionPath | undefined,
): readonly DrawnEdge[] {
  const byTarget = new Map<string, CompiledTransition[]>();
  for (const transition of transitions) {
    const known = byTarget.get(transition.targetStepId);
    if (known) known.push(transition);
    else byTarget.set(transition.targetStepId, [transition]);
  }
  return [...byTarget].map(([to, joined]) => ({
    from,
    to,
    labels: labelsOf(joined, transitions.length > joined.length),
    isAnytime: joined.every(({ isGlobal, definition }) => isGlobal || definition.trigger === 'ANYTIME'),
    isTaken: joined.some(({ id }) => track?.takenTransitions.has(id) === true),
  }));
}

function labelsOf(transitions: readonly CompiledTransition[], hasOthers: boolean): readonly string[] {
  const labels = transitions
    .map((transition) => (transition.isDefault ? (hasOthers ? 'else' : '') : labelOf(transition)))
    .filter((label) => label !== '');
  const more = labels.length - mostLabels;
  return more > 0 ? [...labels.slice(0, mostLabels), `or ${more} more`] : labels;
}

/** What a transition states, in a few words: the outcome, the intent, the condition without `data.`, the fields, the text. */
function labelOf({ definition }: CompiledTransition): string {
  const { outcomes, intentLabel, condition, conditionFields, conditionText } = definition;
  const parts = [
    outcomes.map((outcome) => outcome.toLowerCase().replace('action_', '')).join(' or '),
    intentLabel === '' ? '' : `intent ${intentLabel}`,
    condition.replaceAll(/\bdata\./g, ''),
    conditionFields.length === 0 ? '' : `knows ${conditionFields.join(', ')}`,
    conditionText === '' ? '' : `“${conditionText}”`,
  ];
  return truncate(parts.filter((part) => part !== '').join(' and '), longestLabel);
}
