import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { parse } from 'yaml';
import { getContractRegistry } from '../../../src/cli/files';
import { type Fault, faultKinds } from './fault-proxy';

/** A step of script.yaml. */
interface ScriptStep {
  readonly name: string;
  readonly call: string;
  readonly request?: JsonValue;
  readonly requests?: readonly JsonValue[];
  readonly value?: JsonValue;
  readonly plan?: JsonValue;
  readonly takes?: number;
  readonly timeout_ms?: number;
  readonly resumes?: boolean;
  readonly faults?: readonly string[];
  readonly expect: Readonly<Record<string, unknown>>;
}

/** A step as a runner gets it. */
export interface Step {
  readonly name: string;
  /** A method of the contract, `value` or `plan`. */
  readonly call: string;
  /** The encoded messages in base64: the requests of the method, a google.protobuf.Value, or a ScenarioContributionPlan. */
  readonly messages: readonly string[];
  /** The number of messages after which the runner leaves a stream. 0 for a call that ends. */
  readonly takes: number;
  readonly timeout_ms: number;
  /** Whether the request starts from the last cursor of WatchTurns. */
  readonly resumes: boolean;
}

const script: { readonly steps: readonly ScriptStep[] } = parse(readFileSync(join(__dirname, 'script.yaml'), 'utf8'), {
  maxAliasCount: -1,
});
/** What a client must report about each step. */
export const expectations = script.steps.map(({ name, expect }) => {
  return { step: name, status: 'OK', reason: '', attempts: 1, ...expect };
});
/** The steps whose messages arrive in any order. */
export const unorderedSteps = new Set(
  script.steps.filter(({ call }) => call === 'ProcessTurns').map(({ name }) => name),
);
export const faults = new Map(script.steps.map((step) => [step.name, (step.faults ?? []).map(parseFault)]));

function parseFault(text: string): Fault {
  const [, name, after] = /^([a-z-]+)(?: after (\d+))?$/.exec(text) ?? [];
  const kind = faultKinds.find((each) => each === name);
  if (kind === undefined) throw new Error(`script.yaml has an unknown fault: ${text}`);
  return { kind, after: after === undefined ? undefined : Number(after) };
}

export interface ScriptIds {
  readonly tenant: string;
  readonly agent: string;
}

/** Returns the steps with ids of their own. */
export function createSteps({ tenant, agent }: ScriptIds): readonly Step[] {
  const ids = new Map([
    ['$tenant', tenant],
    ['$agent', agent],
  ]);
  const toId = (name: string): string => {
    const id = ids.get(name) ?? randomUUID();
    ids.set(name, id);
    return id;
  };
  return script.steps.map((step) => {
    const type = messageTypes[step.call] ?? `focal.orchestration.v1.${step.call}Request`;
    const contents = step.requests ?? [step.request ?? step.value ?? step.plan ?? {}];
    const texts = contents.map((content) =>
      JSON.stringify(content).replace(/\$(tenant|agent|session|turn-\d+)/g, toId),
    );
    return {
      name: step.name,
      call: step.call,
      messages: texts.map((text) => encode(type, withFullNames(JSON.parse(text)))),
      takes: step.takes ?? 0,
      timeout_ms: step.timeout_ms ?? 60_000,
      resumes: step.resumes ?? false,
    };
  });
}

const messageTypes: Readonly<Record<string, string>> = {
  value: 'google.protobuf.Value',
  plan: 'focal.orchestration.v1.ScenarioContributionPlan',
};

/** The prefixes of the enums in script.yaml, by field. */
const enumPrefixes: Readonly<Record<string, string>> = {
  kind: 'STEP_OUTCOME_KIND_',
  type: 'CONTRIBUTION_TYPE_',
  confirm_kind: 'CONFIRM_KIND_',
  choice_reason: 'CHOICE_REASON_',
  waits_for: 'WAITS_FOR_',
};

function withFullNames(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withFullNames);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([name, content]): [string, JsonValue] => {
    const prefix = enumPrefixes[name];
    return [name, prefix !== undefined && typeof content === 'string' ? prefix + content : withFullNames(content)];
  });
  return Object.fromEntries(entries);
}

function encode(type: string, json: JsonValue): string {
  const registry = getContractRegistry();
  const schema = registry.getMessage(type);
  if (schema === undefined) throw new Error(`The contract has no message ${type}`);
  return Buffer.from(toBinary(schema, fromJson(schema, json, { registry }))).toString('base64');
}
