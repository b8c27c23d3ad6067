import fc from 'fast-check';
import { Scenario as ScenarioMessage } from '../../../../gen/focal/orchestration/v1/scenario';
import type { Scenario } from '../../../../src/core/model/scenario';
import {
  encodeCanonicalLegacySession,
  encodeCanonicalScenario,
} from '../../../../src/server/codec/stored/canonical-bytes';
import { scenarioFromProto } from '../../../../src/server/codec/wire/scenario-codec';
import { buildLegacySession } from '../../../support/legacy-session';
import { scenario } from '../arbitraries';
import { expectSameBytes } from '../bytes';
import { type DeepPartial, encodeAndDecode } from '../partial-message';
import { reverseEntries } from '../reverse-entries';

/** Converts a definition that sets only the given fields. */
function receive(fields: DeepPartial<ScenarioMessage>): Scenario {
  return scenarioFromProto(encodeAndDecode(ScenarioMessage, fields));
}

describe('the canonical bytes of a scenario', () => {
  it('are the same for every order of map entries', () => {
    fc.assert(
      fc.property(scenario, (value) => {
        expectSameBytes(encodeCanonicalScenario(reverseEntries(value)), encodeCanonicalScenario(value));
      }),
    );
  });

  it('are the same with explicit and with omitted defaults', () => {
    const omitted = receive({ scenarioId: 's', steps: [{ stepId: 'a', transitions: [{ targetStepId: 'a' }] }] });
    const explicit = receive({
      scenarioId: 's',
      enabled: true,
      idleAction: 1,
      whenNotAddressed: 1,
      migrationPolicy: 1,
      whenDisplaced: 1,
      resume: 1,
      steps: [{ stepId: 'a', speak: 1, ending: 1, maxReminders: 1, transitions: [{ targetStepId: 'a', trigger: 1 }] }],
    });
    expectSameBytes(encodeCanonicalScenario(explicit), encodeCanonicalScenario(omitted));
  });
});

describe('the canonical bytes of a legacy session', () => {
  it('are the same for every order of map entries and every agent', () => {
    const session = buildLegacySession({
      visitedSteps: new Map([
        ['a', 1],
        ['b', 2],
      ]),
      variables: new Map([
        ['x', 1],
        ['y', 2],
      ]),
    });
    const bytes = encodeCanonicalLegacySession(session);
    expectSameBytes(encodeCanonicalLegacySession({ ...reverseEntries(session), agentId: 'another agent' }), bytes);
  });

  it.each([
    { activeScenarioId: 'refund' },
    { activeScenarioVersion: 1 },
    { currentStepId: 'a' },
    { visitedSteps: new Map([['a', 1]]) },
    { variables: new Map([['a', null]]) },
    { lastAction: 'NONE' as const },
    { turnCount: 1 },
    { lastActiveAt: 1 },
  ])('differ with %o', (parts) => {
    const bytes = encodeCanonicalLegacySession(buildLegacySession(parts));
    expect(Buffer.compare(bytes, encodeCanonicalLegacySession(buildLegacySession()))).not.toBe(0);
  });
});
