import fc from 'fast-check';
import type { ProposedAction } from '../../../src/core/model/model-proposal';
import type { InstanceRequest } from '../../../src/core/model/request';
import type { CompiledScenario } from '../../../src/core/scenario/compiled-scenario';
import { Conversation, compileDraft, type ScenarioDraft } from '../../support/conversation';
import { aProposal } from '../../support/proposals';
import { randomSession } from '../../support/random-scenarios';

const compileAll = (scenarios: readonly ScenarioDraft[]): ReadonlyMap<string, CompiledScenario> =>
  new Map(scenarios.map((scenario) => [scenario.scenarioId, compileDraft(scenario)]));

test('9: the model never completes an instance at a checkpoint that this visit has not passed', () => {
  fc.assert(
    fc.property(randomSession, fc.constantFrom<ProposedAction[]>('COMPLETE', 'CANCEL'), (given, action) => {
      const conversation = new Conversation(given.scenarios, given);
      const compiled = compileAll(given.scenarios);
      for (const draft of given.turns) {
        const { instances } = conversation.session;
        const actions = Object.fromEntries(instances.map(({ instanceId }) => [instanceId, action]));
        // Decides the turn without storing the session, so that later turns can visit the checkpoint again.
        const { result, session } = conversation.decide({ ...draft, proposal: aProposal({ actions }) });
        for (const { instanceId, scenarioId } of result.lifecycleDecisions.filter(({ reason }) => reason === 'MODEL')) {
          const {
            currentStepId,
            visit,
            requests = [],
          } = instances.find((each) => each.instanceId === instanceId) ?? {};
          const step = compiled.get(scenarioId)?.steps.get(currentStepId ?? '');
          const ended = session.endedInstances.find((each) => each.instanceId === instanceId);
          const passed = ended?.irreversibleDone.some((done) => done.passed && done.visitNumber === visit?.number);
          if (action === 'COMPLETE' && step?.countsAsCheckpoint) expect(passed).toBe(true);
          const isActionPending =
            step?.isRequiredAction &&
            requests.some(({ kind, status, visitNumber }) => {
              return kind === 'ACTION' && status === 'OPEN' && visitNumber === visit?.number;
            });
          if (isActionPending) expect(draft.outcomes).not.toEqual([]);
        }
        conversation.turn(draft);
      }
    }),
    { numRuns: 200 },
  );
});

test('9: a scenario that the rules reject never starts', () => {
  fc.assert(
    fc.property(randomSession, ({ scenarios, relationships, settings, turns }) => {
      const conversation = new Conversation(scenarios, { relationships, settings });
      for (const draft of turns) {
        const { lifecycleDecisions, rejectedCandidates } = conversation.turn(draft).result;
        const started = lifecycleDecisions.filter(({ action }) => action === 'START');
        const rejected = new Set(rejectedCandidates.map(({ scenarioId }) => scenarioId));
        expect(started.filter(({ scenarioId }) => rejected.has(scenarioId))).toEqual([]);
      }
    }),
    { numRuns: 200 },
  );
});

/** Whether the customer agreed to the values that the CONFIRM showed. */
function isAgreement({ kind, status, outcome }: InstanceRequest): boolean {
  return kind === 'CONFIRM' && status === 'ANSWERED' && (outcome === 'CONFIRMED' || outcome === 'ACTION_SUCCEEDED');
}

test('9: an action that needs a confirmation is never hinted without one', () => {
  fc.assert(
    fc.property(randomSession, ({ scenarios, relationships, settings, turns }) => {
      const conversation = new Conversation(scenarios, { relationships, settings });
      const compiled = compileAll(scenarios);
      for (const draft of turns) {
        const { contributions } = conversation.turn(draft).result.plan;
        for (const contribution of contributions) {
          const { type, deferred, scenarioId, instanceId, stepId } = contribution;
          if (type !== 'ACTION_HINT' || deferred) continue;
          const { actionKey } = contribution;
          const confirms = compiled.get(scenarioId)?.steps.get(stepId)?.hasConfirmStage;
          const { requests = [] } = conversation.session.instances.find((each) => each.instanceId === instanceId) ?? {};
          if (confirms) expect(requests.filter(isAgreement).map(({ actionKey: key }) => key)).toContain(actionKey);
        }
      }
    }),
    { numRuns: 200 },
  );
});
