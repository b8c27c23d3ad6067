import {
  CallError,
  ChoiceReason,
  type CommittedTurn,
  connect,
  GetSessionRequest,
  insecure,
  type OrchestratorClient,
  ProcessTurnRequest,
  type ProcessTurnResult,
  ProcessTurnsRequest,
  type ReplyPart,
  ScenarioContributionPlan,
  StreamTurnRequest,
  toReplyParts,
  WatchSessionRequest,
  WatchTurnsRequest,
} from 'scenario-orchestrator-client';
import { Value } from '../../../gen/google/protobuf/struct';
import type { Step } from './script';

/** What a client reports about a step. */
export interface Row {
  readonly step: string;
  readonly status: string;
  readonly reason: string;
  /** The metadata of the reason, without what differs between calls. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The invalid fields. */
  readonly violations: readonly string[];
  /** A summary of each received message. */
  readonly items: readonly unknown[];
}

/** Runs the script with the TypeScript client. */
export async function runScript(address: string, steps: readonly Step[]): Promise<readonly Row[]> {
  const client = connect(address, { credentials: insecure() });
  const rows: Row[] = [];
  let cursor = '';
  try {
    for (const step of steps) {
      const items: unknown[] = [];
      let error: CallError | undefined;
      try {
        for await (const item of runStep(client, step, cursor)) {
          cursor = item.cursor ?? cursor;
          items.push(...item.items);
          if (step.takes > 0 && items.length >= step.takes) break;
        }
      } catch (caught) {
        if (!(caught instanceof CallError)) throw caught;
        error = caught;
      }
      rows.push({ step: step.name, ...toStatus(error), items });
    }
  } finally {
    client.close();
  }
  return rows;
}

/** The status of a call, without what differs between calls. */
export function toStatus(error: CallError | undefined): Pick<Row, 'status' | 'reason' | 'metadata' | 'violations'> {
  const { trace_id, ...metadata } = error?.metadata ?? {};
  return {
    status: error?.status ?? 'OK',
    reason: error?.reason ?? '',
    metadata,
    violations: (error?.violations ?? []).map(({ field }) => field),
  };
}

interface Items {
  readonly items: readonly unknown[];
  readonly cursor?: string;
}

async function* runStep(client: OrchestratorClient, step: Step, cursor: string): AsyncGenerator<Items, void> {
  const bytes = step.messages.map((text) => Buffer.from(text, 'base64'));
  const [first = Buffer.alloc(0)] = bytes;
  const settings = { timeoutMs: step.timeout_ms, metadata: { 'x-conformance-step': step.name } };
  const runs: Readonly<Record<string, () => AsyncIterable<Items> | Promise<Items>>> = {
    ProcessTurn: async () => ({
      items: [summarizeResult(await client.processTurn(ProcessTurnRequest.decode(first), settings))],
    }),
    GetSession: async () => ({ items: [(await client.getSession(GetSessionRequest.decode(first), settings)).session] }),
    StreamTurn: async function* () {
      for await (const { event } of client.streamTurn(StreamTurnRequest.decode(first), settings)) {
        yield { items: [event?.$case ?? 'none'] };
      }
    },
    ProcessTurns: async function* () {
      const turns = bytes.map((each) => ProcessTurnsRequest.decode(each));
      for await (const { turnId, outcome } of client.processTurns(turns, settings)) {
        const turn = turns.findIndex((each) => each.turn?.turnId === turnId);
        yield { items: [{ turn, ...(outcome instanceof CallError ? toStatus(outcome) : summarizeResult(outcome)) }] };
      }
    },
    WatchSession: async function* () {
      for await (const { revision } of client.watchSession(WatchSessionRequest.decode(first), settings)) {
        yield { items: [revision] };
      }
    },
    WatchTurns: async function* () {
      const request = { ...WatchTurnsRequest.decode(first), ...(step.resumes ? { cursor } : {}) };
      for await (const response of client.watchTurns(request, settings)) {
        const turns = response.events.flatMap(({ event }) => (event?.$case === 'turn' ? [event.value] : []));
        yield { items: turns.map(({ revision }: CommittedTurn) => revision), cursor: response.cursor };
      }
    },
    value: async () => {
      const value: unknown = Value.unwrap(Value.decode(first));
      return { items: [value, Buffer.from(Value.encode(Value.wrap(value)).finish()).toString('base64')] };
    },
    plan: async () => ({ items: [...toReplyParts(ScenarioContributionPlan.decode(first))].map(summarizePart) }),
  };
  const run = runs[step.call]?.();
  if (run === undefined) throw new Error(`The runner cannot make the call ${step.call}.`);
  if (run instanceof Promise) yield await run;
  else yield* run;
}

function summarizeResult({ response, replayed }: ProcessTurnResult) {
  return {
    revision: response.revision,
    replayed,
    parts: [...toReplyParts(response.plan ?? ScenarioContributionPlan.fromPartial({}))].map(summarizePart),
  };
}

function summarizePart(part: ReplyPart): Readonly<Record<string, unknown>> {
  switch (part.kind) {
    case 'say':
      return { say: part.templateId };
    case 'reject':
      return { reject: part.field, text: part.text, value: part.rejected.value };
    case 'ask': {
      const fields = part.fields.map(({ name, prompt, examples, hasKnownValue, knownValue, sharedWith }) => {
        return { name, prompt, examples, known: hasKnownValue ? [knownValue] : [], sharedWith };
      });
      return { ask: fields, reprompt: part.isReprompt, reminder: part.isReminder };
    }
    case 'confirm':
      return { confirm: part.action, values: part.values, reprompt: part.isReprompt, reminder: part.isReminder };
    case 'choose':
      return { choose: part.choices.map(({ scenarioName }) => scenarioName), reason: ChoiceReason[part.reason] };
    case 'run':
      return { run: part.tools.map(({ toolId }) => toolId) };
    case 'offer':
      return { offer: part.offer.scenarioName };
  }
}
