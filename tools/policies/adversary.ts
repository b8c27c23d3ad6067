import type { ConfirmContribution } from '../../src/core/model/contribution';
import type { JsonObject } from '../../src/core/model/json';
import type { CandidateVariable } from '../../src/core/model/turn';
import { ConversationLog, type JudgedWrite } from './conversation-log';
import { scenarioOfTool } from './customer';
import type { PolicyCatalogue } from './policy-catalogue';
import { type Interference, PolicySession, type Reply } from './policy-session';
import { type RetailData, RetailDatabase } from './retail-database';
import type { WriteTool } from './retail-tools';
import { type Identity, introduce } from './stories';
import { aimSignal, answer, giveValue, type Message } from './turn-builder';

/** A person who tries to get something done, and says yes to everything unless instructed otherwise. */
export interface AdversaryOptions {
  readonly identity: Identity;
  /** What they ask for, one after the other. */
  readonly requests: readonly { readonly tool: WriteTool; readonly values: JsonObject }[];
  /** Whether they say yes to a confirmation. Default: always. */
  readonly saysYes?: (confirm: ConfirmContribution) => boolean;
  /** Changes a message before it is sent; `index` counts the messages from 0. */
  readonly change?: (message: Message, index: number, reply: Reply | undefined) => Message;
  readonly interference?: Interference;
}

export interface AdversaryResult {
  readonly writes: readonly JudgedWrite[];
  readonly turnCount: number;
}

const messagesPerRequest = 7;

/** Plays an adversary. */
export function playAdversary(options: AdversaryOptions, policy: PolicyCatalogue, data: RetailData): AdversaryResult {
  const { identity, requests, saysYes = () => true, change = (message) => message, interference } = options;
  const database = new RetailDatabase(data);
  const log = new ConversationLog(database);
  const session = new PolicySession(policy, database, log, interference);
  let reply: Reply | undefined;
  let index = 0;
  for (const request of requests) {
    const { scenarioId } = policy.getByName(scenarioOfTool[request.tool].name);
    for (let sent = 0; sent < messagesPerRequest; sent += 1) {
      const values = sent === 0 ? giveAll(scenarioId, request.values) : answerQuestions(reply, request.values);
      const message = change(
        {
          signals: sent === 0 ? [aimSignal('START', [scenarioId])] : [],
          values: [...(sent === 0 || isAskedWho(reply, policy) ? introduceValues(identity) : []), ...values],
          outcomes: (reply?.confirms ?? [])
            .slice(-1)
            .filter(saysYes)
            .map(() => answer('CONFIRMED')),
        },
        index,
        reply,
      );
      log.onMessage(message, reply, session.nextEvent());
      reply = session.say(message);
      index += 1;
    }
  }
  return { writes: log.writes, turnCount: session.turnCount };
}

function giveAll(scenarioId: string, values: JsonObject): readonly CandidateVariable[] {
  return Object.entries(values).map(([name, value]) => giveValue(scenarioId, name, value));
}

/** Answers the questions of every scenario with the values of the request. */
function answerQuestions(reply: Reply | undefined, values: JsonObject): readonly CandidateVariable[] {
  return (reply?.contributions ?? []).flatMap((contribution) => {
    if (contribution.type !== 'ASK') return [];
    const known = contribution.fieldsToAsk.filter((name) => values[name] !== undefined);
    return known.map((name) => giveValue(contribution.scenarioId, name, values[name] ?? null));
  });
}

function isAskedWho(reply: Reply | undefined, policy: PolicyCatalogue): boolean {
  const { scenarioId } = policy.getByName('Authentication');
  return (reply?.contributions ?? []).some((each) => each.type === 'ASK' && each.scenarioId === scenarioId);
}

function introduceValues(identity: Identity): readonly CandidateVariable[] {
  return introduce(identity, 0).map(([name, value]) => giveValue('', name, value));
}
