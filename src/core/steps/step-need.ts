import type { FieldValues } from '../model/json';
import type { CompiledTool } from '../scenario/compiled-scenario';

/**
 * What the first unfinished stage of a step needs (3.1), and therefore what the instance contributes (section 4). After all stages, a step can
 * need data that a transition is missing (3.3).
 */
export type StepNeed =
  | {
      readonly kind: 'ask';
      /** `condition`: the fields are missing for a transition (3.3). */
      readonly stage: 'collect' | 'condition';
      /** In the order of the step, or sorted for a condition. */
      readonly fields: readonly string[];
      /** Known values of the fields. */
      readonly knownValues: FieldValues;
      readonly isReprompt: boolean;
    }
  | { readonly kind: 'call'; readonly scenarioId: string }
  | {
      readonly kind: 'confirm';
      readonly actionKey: string;
      readonly values: FieldValues;
      readonly isReprompt: boolean;
    }
  | {
      readonly kind: 'act';
      readonly actionKey: string;
      /** In `dependsOn` order. A retry lists only the tools that must run again (0.6). */
      readonly tools: readonly CompiledTool[];
      readonly isReprompt: boolean;
      /** The instance waits for the outcome; a hint that only precedes the other stages does not (0.8). */
      readonly isAwaited: boolean;
    }
  | {
      readonly kind: 'inform';
      readonly templateIds: readonly string[];
      /** The templates are those of steps with `speak: WITH_NEXT`. They do not finish the inform stage (3.1). */
      readonly areLeadIns: boolean;
    }
  /** Data that neither the customer nor a tool of the scenario gives (3.3). */
  | { readonly kind: 'event' }
  | { readonly kind: 'none' };

export const noNeed: StepNeed = { kind: 'none' };
