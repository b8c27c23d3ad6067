import type { ScenarioInstance } from '../model/session';
import type { ScenarioSignal, SignalAim } from '../model/turn';

/** The signals that reach one instance (0.2). */
export interface InstanceSignals {
  /** A START or CONTINUE is aimed at it. */
  readonly hasContinue: boolean;
  /** A START is among them. */
  readonly hasStart?: boolean;
  readonly hasPause: boolean;
  readonly hasComplete: boolean;
  readonly hasCancel: boolean;
}

/** Nothing reaches it; an instance that starts this turn sees no signal, as it did not exist before (0.2). */
export const noSignals: InstanceSignals = { hasContinue: false, hasPause: false, hasComplete: false, hasCancel: false };

/**
 * What of a turn's signals reaches an instance. A signal aimed at scenario ids counts before one aimed at all instances, so that
 * "cancel everything, but carry on with the booking" leaves the booking alone; an unaimed PAUSE, COMPLETE or CANCEL is taken by
 * the focus, and an unaimed START or CONTINUE means "go on as usual".
 */
export function resolveSignals(
  instance: ScenarioInstance,
  signals: readonly SignalAim[],
  focusInstanceId: string,
): InstanceSignals {
  if (signals.length === 0) return noSignals;
  const aimed = signals.filter(({ scenarioIds }) => scenarioIds.includes(instance.scenarioId));
  if (aimed.length > 0) return collect(aimed);
  const wide = signals.filter(({ scenarioIds, allInstances }) => scenarioIds.length === 0 && allInstances);
  const unaimed = signals.filter(({ scenarioIds, allInstances }) => scenarioIds.length === 0 && !allInstances);
  const reached = collect([...wide, ...(instance.instanceId === focusInstanceId ? unaimed : [])]);
  const { hasContinue: goOn, hasStart: start } = collect(wide);
  return { ...reached, hasContinue: goOn, hasStart: start };
}

/** The one that a condition sees as `signal`: the first in the order of the rules that take signals (2.3, 2.4, 2.6). */
export function getPrimarySignal({
  hasContinue: goOn,
  hasStart: start,
  hasPause: pause,
  hasComplete: complete,
  hasCancel: cancel,
}: InstanceSignals): '' | ScenarioSignal {
  if (complete) return 'COMPLETE';
  if (cancel) return 'CANCEL';
  if (pause) return 'PAUSE';
  if (start) return 'START';
  return goOn ? 'CONTINUE' : '';
}

const nothing: ReadonlySet<string> = new Set();

/** Scenarios that a START is aimed at, in request order, each once. */
export function getStartTargets(signals: readonly SignalAim[]): ReadonlySet<string> {
  if (signals.length === 0) return nothing;
  return new Set(signals.flatMap(({ signal, scenarioIds }) => (signal === 'START' ? scenarioIds : [])));
}

/**
 * Whether a CANCEL drops the pending start of a scenario: one aimed at it, or one aimed at all where nothing is aimed at it (2.14).
 * An unaimed one belongs to the focus.
 */
export function shouldDropPendingStart(signals: readonly SignalAim[], scenarioId: string): boolean {
  const aimed = signals.filter(({ scenarioIds }) => scenarioIds.includes(scenarioId));
  const wide = signals.filter(({ scenarioIds, allInstances }) => scenarioIds.length === 0 && allInstances);
  return (aimed.length > 0 ? aimed : wide).some(({ signal }) => signal === 'CANCEL');
}

function collect(signals: readonly SignalAim[]): InstanceSignals & { readonly hasStart: boolean } {
  const has = (wanted: ScenarioSignal): boolean => signals.some(({ signal }) => signal === wanted);
  return {
    hasContinue: has('START') || has('CONTINUE'),
    hasStart: has('START'),
    hasPause: has('PAUSE'),
    hasComplete: has('COMPLETE'),
    hasCancel: has('CANCEL'),
  };
}
