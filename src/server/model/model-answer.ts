import { z } from 'zod';
import type { ModelProposal } from '../../core/model/model-proposal';
import { ChatError } from './chat-error';
import type { RequestIds } from './prompt-template';

const answerSchema = z.strictObject({
  instances: z.array(z.strictObject({ id: z.string(), action: z.enum(['CONTINUE', 'PAUSE', 'COMPLETE', 'CANCEL']) })),
  candidates: z.array(z.strictObject({ id: z.string(), fits: z.boolean() })),
  conditions: z.array(z.strictObject({ id: z.string(), verdict: z.enum(['TRUE', 'FALSE', 'UNKNOWN']) })),
});

const { $schema: _, ...schema } = z.toJSONSchema(answerSchema);

/** The `response_format` of every request. */
export const responseFormat = {
  type: 'json_schema',
  json_schema: { name: 'scenario_filter', strict: true, schema },
} as const;

const maxModelNameLength = 200;

/**
 * Parses the answer of the model. The rules decide about items that the answer omits.
 *
 * @throws ChatError OFF_SCHEMA if the answer is not JSON that matches the schema, or has an unknown or a duplicate id.
 */
export function parseProposal(content: string, model: string, ids: RequestIds): ModelProposal {
  const result = answerSchema.safeParse(tryParseJson(content));
  if (!result.success) throw new ChatError('OFF_SCHEMA', 'the answer does not match the schema');
  const { instances, candidates, conditions } = result.data;
  return {
    outcome: 'PROPOSED',
    model: model.slice(0, maxModelNameLength),
    actions: new Map(matchById(ids.instances, instances).map(([{ instanceId }, { action }]) => [instanceId, action])),
    fits: new Map(matchById(ids.candidates, candidates).map(([{ scenarioId }, { fits }]) => [scenarioId, fits])),
    verdicts: matchById(ids.conditions, conditions).map(
      ([{ scenarioId, scenarioVersion, transitionId }, { verdict: truth }]) => ({
        scenarioId,
        scenarioVersion,
        transitionId,
        truth,
      }),
    ),
  };
}

function tryParseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** Pairs the requested items with the answered ones, in the order of the request, so that the order of the answer has no effect. */
function matchById<Requested, Answered extends { readonly id: string }>(
  requested: ReadonlyMap<string, Requested>,
  answered: readonly Answered[],
): readonly (readonly [Requested, Answered])[] {
  const byId = new Map(answered.map((item) => [item.id, item]));
  if (byId.size < answered.length) throw new ChatError('OFF_SCHEMA', 'the answer has a duplicate id');
  if ([...byId.keys()].some((id) => !requested.has(id))) {
    throw new ChatError('OFF_SCHEMA', 'the answer has an id that is not in the request');
  }
  return [...requested].flatMap(([id, item]) => {
    const match = byId.get(id);
    return match ? [[item, match] as const] : [];
  });
}
