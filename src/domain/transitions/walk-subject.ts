import type { CompiledScenario, CompiledStep } from '../compiled-scenario';
import type { InstanceView } from '../context/instance-view';
import type { ReachedSignals } from '../context/reached-signals';
import type { KnownData } from '../known-data';
import type { ScenarioInstance } from '../session';

/** An instance that walks: one that the turn found, or one that starts (P6.3). */
export interface WalkSubject {
  /** For a start a draft that stands at the entry step and has had no visit. */
  readonly instance: ScenarioInstance;
  readonly scenario: CompiledScenario;
  /** The step where the turn found it; for a start the entry step. */
  readonly step: CompiledStep;
  readonly starts: boolean;
  readonly known: KnownData;
  readonly changed: readonly string[];
  readonly corrected: readonly string[];
  /** Fields given this turn: `clears` spares them (3.2). */
  readonly given: ReadonlySet<string>;
  readonly signals: ReachedSignals;
}

/** The instance of a view as one that walks; undefined where its scenario or step is gone (2.1, 2.2). */
export function subjectOf(view: InstanceView): WalkSubject | undefined {
  const { instance, scenario, step, known, changed, corrected, given, signals } = view;
  if (!scenario || !step) return undefined;
  return { instance, scenario, step, starts: false, known, changed, corrected, given, signals };
}
