import { randomUUID } from 'node:crypto';
import { ContributionType } from '../../../gen/focal/orchestration/v1/contribution';
import {
  FieldDefinition,
  FieldSource,
  FieldType,
  ValueRejectionReason,
} from '../../../gen/focal/orchestration/v1/field';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { getCallError } from '../../support/grpc-under-test';
import { describeOnBothStores } from './describe-on-both-stores';

const { FIELD_TYPE_INTEGER, FIELD_TYPE_TEXT } = FieldType;
const guests = FieldDefinition.fromPartial({
  name: 'guests',
  type: FIELD_TYPE_INTEGER,
  prompt: { text: 'How many guests?', translations: { de: 'Wie viele Gäste?' } },
  valid: 'value <= 8.0',
  reason: { text: 'At most 8.', translations: { de: 'Höchstens 8.' } },
});

describeOnBothStores('field definitions', (_begin, client) => {
  let agent: { readonly tenantId: string; readonly agentId: string };
  beforeEach(() => {
    agent = { tenantId: randomUUID(), agentId: randomUUID() };
  });

  const put = (fields: FieldDefinition[], expectedVersion?: number) =>
    client().putFields({ ...agent, definitions: { fields }, expectedVersion });
  const get = async () => (await client().getFields(agent)).stored;
  const putTable = (condition = '') =>
    client().putScenario({
      ...agent,
      scenario: Scenario.fromPartial({
        scenarioId: table,
        name: 'Table',
        entryStepId: 'ask',
        steps: [
          {
            stepId: 'ask',
            collectsProfileFields: ['guests'],
            transitions: [{ targetStepId: 'done', condition }, { targetStepId: 'done' }],
          },
          { stepId: 'done', isTerminal: true, templateIds: ['bye'] },
        ],
      }),
      expectedVersion: undefined,
    });
  const table = randomUUID();

  test('10: are version 0 before any were stored', async () => {
    expect(await get()).toEqual({ definitions: { fields: [] }, version: 0, contentHash: '', storedAt: undefined });
  });

  test('10: are stored, read, and replaced as one object with a version', async () => {
    const first = await put([guests], 0);
    expect(first).toMatchObject({ created: true, findings: [], stored: { version: 1 } });
    expect(await get()).toEqual(first.stored);
    expect(await put([guests])).toMatchObject({ created: false, stored: { version: 1 } });
    expect(await put([], 1)).toMatchObject({ created: true, stored: { version: 2, definitions: { fields: [] } } });
    const stale = await getCallError(put([guests], 1));
    expect([stale.status, stale.reason, stale.metadata['current_version']]).toEqual([
      'ABORTED',
      'VERSION_MISMATCH',
      '2',
    ]);
  });

  test('10: definitions with an error are refused with every finding, and nothing is stored', async () => {
    const refused = await getCallError(put([guests, { ...guests, valid: 'value >' }]));
    expect([refused.status, refused.reason]).toEqual(['INVALID_ARGUMENT', 'FIELDS_REFUSED']);
    expect(refused.violations).toMatchObject([
      { field: 'definitions.fields[1].name', description: expect.stringMatching(/^ERROR DUPLICATE_FIELD: /) },
      {
        field: 'definitions.fields[1].valid',
        description: expect.stringMatching(/^ERROR CONDITION_SYNTAX: .* \(line 1, column \d+ of the rule\)$/),
      },
    ]);
    expect(await get()).toMatchObject({ version: 0 });
  });

  test('10: a request outside the contract is refused', async () => {
    const refused = await getCallError(put([{ ...guests, prompt: { text: 'x', translations: { 'not a tag': 'x' } } }]));
    expect([refused.status, refused.reason]).toEqual(['INVALID_ARGUMENT', 'INVALID_REQUEST']);
  });

  test('10: a condition that does not fit the types is a WARNING when its scenario is stored', async () => {
    await put([guests]);
    expect((await putTable('data.guests == "4"')).findings).toMatchObject([
      { code: 'FIELD_TYPE', fieldPath: 'steps[0].transitions[0].condition', line: 1 },
    ]);
    expect((await putTable('data.guests == 4')).findings).toEqual([]);
  });

  test('10: the next turn is decided with them: a rejected value, its ASK and its texts', async () => {
    await putTable();
    await put([guests, FieldDefinition.fromPartial({ name: 'secret', type: FIELD_TYPE_TEXT, sensitive: true })]);
    const sessionId = randomUUID();
    const decide = async (values: Readonly<Record<string, unknown>>, sessionVariables = {}) => {
      const { response } = await client().processTurn(
        ProcessTurnRequest.fromPartial({
          turn: {
            ...agent,
            sessionId,
            turnId: randomUUID(),
            occurredAt: new Date(1_000),
            candidates: [{ scenarioId: table, score: 0.9 }],
            situation: {
              language: 'de-AT',
              candidateVariables: Object.entries(values).map(([name, value]) => ({ name, value })),
            },
            sessionVariables,
          },
        }),
      );
      return response.plan;
    };
    const rejected = {
      fieldName: 'guests',
      reason: ValueRejectionReason.VALUE_REJECTION_REASON_RULE,
      source: FieldSource.FIELD_SOURCE_CUSTOMER,
      text: 'Höchstens 8.',
      value: '12',
    };
    const secret = {
      fieldName: 'secret',
      reason: ValueRejectionReason.VALUE_REJECTION_REASON_TYPE,
      source: FieldSource.FIELD_SOURCE_CALLER,
      text: '',
      value: undefined,
    };
    const plan = await decide({ guests: '12' }, { secret: true });
    expect(plan?.rejectedValues).toEqual([secret, rejected]);
    expect(plan?.contributions).toMatchObject([
      {
        type: ContributionType.CONTRIBUTION_TYPE_ASK,
        isReprompt: true,
        fieldsToAsk: ['guests'],
        fieldTexts: [{ fieldName: 'guests', description: '', prompt: 'Wie viele Gäste?', examples: [] }],
        rejectedValues: [rejected],
      },
    ]);
    await decide({ guests: '4' });
    const { session } = await client().getSession({ tenantId: agent.tenantId, sessionId });
    expect(session?.variables).toMatchObject([{ name: 'guests', value: 4, storedAt: new Date(1_000) }]);
  });
});
