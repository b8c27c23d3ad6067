import type { ScenarioInstance } from '../model/session';
import type { ScenarioSignal, SignalAim } from '../model/turn';

/** The signals that reach an instance (0.2). */
export interface InstanceSignals {
  /** A START or CONTINUE is aimed at the instance. */
  readonly hasContinue: boolean;
  readonly hasStart: boolean;
  readonly hasPause: boolean;
  readonly hasComplete: boolean;
  readonly hasCancel: boolean;
  readonly hasBack: boolean;
}

/** The signals of an instance that starts this turn. Signals only reach instances that existed before the turn (0.2). */
export const noSignals: InstanceSignals = {
  hasContinue: false,
  hasStart: false,
  hasPause: false,
  hasComplete: false,
  hasCancel: false,
  hasBack: false,
};

/**
 * Resolves the signals that reach an instance. A signal aimed at scenarios takes precedence over one aimed at all instances, so that
 * "cancel everything, but continue the booking" keeps the booking. An unaimed PAUSE, COMPLETE, CANCEL or BACK goes to the focus; an unaimed START
 * or CONTINUE has no effect.
 */
export function resolveSignals(
  instance: ScenarioInstance,
  signals: readonly SignalAim[],
  focusInstanceId: string,
): InstanceSignals {
  if (signals.length === 0) return noSignals;
  const aimed = signals.filter(({ scenarioIds }) => scenarioIds.includes(instance.scenarioId));
  if (aimed.length > 0) return collectSignals(aimed);
  const forAll = selectAimedAtAll(signals);
  const { hasContinue, hasStart } = collectSignals(forAll);
  if (instance.instanceId !== focusInstanceId) return collectSignals(forAll);
  const unaimed = signals.filter(({ scenarioIds, allInstances }) => scenarioIds.length === 0 && !allInstances);
  return { ...collectSignals([...forAll, ...unaimed]), hasContinue, hasStart };
}

/**
 * Returns the value of `signal` in conditions: the first signal in the order of the rules that evaluate signals (2.4, 2.6, 3.10). A COMPLETE ends
 * the instance before a condition is evaluated (2.3).
 */
export function getPrimarySignal({
  hasContinue,
  hasStart,
  hasPause,
  hasCancel,
  hasBack,
}: InstanceSignals): '' | ScenarioSignal {
  if (hasCancel) return 'CANCEL';
  if (hasPause) return 'PAUSE';
  if (hasBack) return 'BACK';
  if (hasStart) return 'START';
  return hasContinue ? 'CONTINUE' : '';
}

const noTargets: ReadonlySet<string> = new Set();

/** Returns the scenarios that a START is aimed at, in request order. */
export function getStartTargets(signals: readonly SignalAim[]): ReadonlySet<string> {
  if (signals.length === 0) return noTargets;
  return new Set(signals.flatMap(({ signal, scenarioIds }) => (signal === 'START' ? scenarioIds : [])));
}

/**
 * Whether a CANCEL drops the pending start of a scenario. The CANCEL must be aimed at the scenario, or at all instances if no signal is
 * aimed at the scenario (2.14). An unaimed CANCEL goes to the focus.
 */
export function shouldDropPendingStart(signals: readonly SignalAim[], scenarioId: string): boolean {
  const aimed = signals.filter(({ scenarioIds }) => scenarioIds.includes(scenarioId));
  return collectSignals(aimed.length > 0 ? aimed : selectAimedAtAll(signals)).hasCancel;
}

function selectAimedAtAll(signals: readonly SignalAim[]): readonly SignalAim[] {
  return signals.filter(({ scenarioIds, allInstances }) => scenarioIds.length === 0 && allInstances);
}

function collectSignals(signals: readonly SignalAim[]): InstanceSignals {
  const has = (wanted: ScenarioSignal): boolean => signals.some(({ signal }) => signal === wanted);
  return {
    hasContinue: has('START') || has('CONTINUE'),
    hasStart: has('START'),
    hasPause: has('PAUSE'),
    hasComplete: has('COMPLETE'),
    hasCancel: has('CANCEL'),
    hasBack: has('BACK'),
  };
}
