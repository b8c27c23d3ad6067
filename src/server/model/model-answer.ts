import { z } from 'zod';
import type { ModelProposal } from '../../core/model/model-proposal';
import { ChatError } from './chat-error';
import type { QuestionIds } from './question-ids';

const answer = z.strictObject({
  instances: z.array(z.strictObject({ id: z.string(), action: z.enum(['CONTINUE', 'PAUSE', 'COMPLETE', 'CANCEL']) })),
  candidates: z.array(z.strictObject({ id: z.string(), fits: z.boolean() })),
  conditions: z.array(z.strictObject({ id: z.string(), verdict: z.enum(['TRUE', 'FALSE', 'UNKNOWN']) })),
});

const { $schema: _, ...schema } = z.toJSONSchema(answer);

/** The `response_format` of a request: what the endpoint lets the model answer. It is the same for every question. */
export const responseFormat = {
  type: 'json_schema',
  json_schema: { name: 'scenario_filter', strict: true, schema },
} as const;

/** Longer is no name of a model. */
const longestModelName = 200;

/**
 * What the model says, of what it was asked. An answer may leave something out, which is then left to the rules.
 *
 * @throws ChatFailure OFF_SCHEMA for anything but JSON of the schema, for an id that was not asked about and for one that comes
 * twice.
 */
export function parseProposal(content: string, model: string, ids: QuestionIds): ModelProposal {
  const said = answer.safeParse(parsed(content));
  if (!said.success) throw new ChatError('OFF_SCHEMA', 'the answer is not JSON of the schema');
  const { instances, candidates, conditions } = said.data;
  return {
    outcome: 'PROPOSED',
    model: model.slice(0, longestModelName),
    actions: new Map(about(instances, ids.instances).map(([{ instanceId }, { action }]) => [instanceId, action])),
    fits: new Map(about(candidates, ids.candidates).map(([{ scenarioId }, { fits }]) => [scenarioId, fits])),
    verdicts: about(conditions, ids.conditions).map(
      ([{ scenarioId, scenarioVersion, transitionId }, { verdict: truth }]) => ({
        scenarioId,
        scenarioVersion,
        transitionId,
        truth,
      }),
    ),
  };
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** What was asked about with what was said about it, in the order of the question, so that the same words are the same proposal. */
function about<Asked, Said extends { readonly id: string }>(
  said: readonly Said[],
  asked: ReadonlyMap<string, Asked>,
): readonly (readonly [Asked, Said])[] {
  const byId = new Map(said.map((each) => [each.id, each]));
  if (byId.size < said.length) throw new ChatError('OFF_SCHEMA', 'the answer speaks twice of the same');
  if ([...byId.keys()].some((id) => !asked.has(id))) {
    throw new ChatError('OFF_SCHEMA', 'the answer speaks of what was not asked');
  }
  return [...asked].flatMap(([id, each]) => {
    const found = byId.get(id);
    return found ? [[each, found] as const] : [];
  });
}
