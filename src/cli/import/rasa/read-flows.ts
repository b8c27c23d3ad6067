import {
  endOfFlow,
  type RasaBranch,
  type RasaCollect,
  type RasaFlow,
  type RasaStep,
  type RasaWork,
  unknownTarget,
} from './project';
import { readCondition, readRejections, readSlotValue } from './read-parts';
import type { ImportReport, RasaPosition } from './report';
import type { YamlEntry, YamlValue } from './yaml-value';

// Reads flows. The steps of branches are appended to the steps of the flow, so that every step has a unique id and explicit next steps.

/** Keys of a flow that have no place here, with the reason and what to do by hand. */
const ignoredFlowKeys: ReadonlyMap<string, readonly [reason: string, action: string]> = new Map([
  [
    'nlu_trigger',
    ['the caller decides which intents are candidates', 'send the scenario as a candidate when the intent is found'],
  ],
  [
    'always_include_in_prompt',
    ['it selects flows for the prompt of Rasa', 'nothing, unless your retrieval of candidates needs it'],
  ],
  ['run_pattern_completed', ['it runs a pattern of Rasa', 'let the reply offer more help when the plan is empty']],
  ['file_path', ['it is a location in the project of Rasa', 'nothing']],
]);

/** Reads the flows under the key `flows`. Skips the patterns of Rasa, which it reports. */
export function readFlows(flows: YamlValue, report: ImportReport): readonly RasaFlow[] {
  return flows.entries.flatMap((entry) => {
    if (entry.key.startsWith('pattern_')) {
      report.addLoss(
        entry.at,
        `flow "${entry.key}"`,
        'patterns change how Rasa itself repairs a conversation; here the rules do that',
        'read docs/how-to/import-from-rasa.md for the rule that replaces the pattern',
      );
      return [];
    }
    return [new FlowReader(entry, report).read()];
  });
}

/** Keys of a step that state what it does, in the order in which Rasa looks for them. */
const workKeys = ['collect', 'action', 'link', 'call', 'set_slots', 'noop'] as const;

const commonStepKeys: ReadonlySet<string> = new Set(['id', 'next', 'description', 'metadata']);
const collectKeys: ReadonlySet<string> = new Set([
  'utter',
  'ask_before_filling',
  'reset_after_flow_ends',
  'rejections',
]);

class FlowReader {
  readonly #id: string;
  readonly #flow: YamlEntry;
  readonly #report: ImportReport;
  readonly #usedIds = new Set<string>();
  readonly #createdIds = new Set<string>();
  readonly #steps: RasaStep[] = [];

  constructor(flow: YamlEntry, report: ImportReport) {
    this.#id = flow.key;
    this.#flow = flow;
    this.#report = report;
    for (const id of listExplicitIds(flow.value.get('steps'))) this.#usedIds.add(id);
  }

  read(): RasaFlow {
    const { value, at } = this.#flow;
    for (const { key, at: keyAt } of value.entries) {
      const [reason, action] = ignoredFlowKeys.get(key) ?? [
        'the import does not know the key',
        'decide what it means here',
      ];
      if (!['name', 'description', 'if', 'persisted_slots', 'steps'].includes(key)) {
        this.#report.addLoss(keyAt, `${this.#name}: ${key}`, reason, action);
      }
    }
    const steps = value.get('steps');
    if (steps === undefined || steps.items.length === 0) {
      this.#report.addLoss(at, this.#name, 'has no list of steps', 'write the scenario');
    } else this.#readSequence(steps.items, endOfFlow);
    return {
      id: this.#id,
      name: value.get('name')?.text ?? '',
      description: value.get('description')?.text.trim() ?? '',
      at,
      guard: readCondition(value.get('if')),
      persistedSlots: (value.get('persisted_slots')?.items ?? []).map(({ text }) => text),
      steps: this.#steps,
    };
  }

  get #name(): string {
    return `flow "${this.#id}"`;
  }

  /** Reads steps that follow each other. Returns the id of the first one. */
  #readSequence(items: readonly YamlValue[], after: typeof endOfFlow | typeof unknownTarget): string {
    const ids = items.map((item) => this.#createId(item));
    for (const [index, item] of items.entries()) {
      const id = ids[index] ?? '';
      const place = this.#steps.length;
      const step = { id, at: item.at, work: this.#readWork(item) };
      const next = this.#readNext(item, step.work, ids[index + 1] ?? after);
      // A step stands before the steps of its branches.
      this.#steps.splice(place, 0, { ...step, next });
    }
    return ids[0] ?? '';
  }

  #createId(step: YamlValue): string {
    const explicit = step.get('id')?.text ?? '';
    const isFirst = !this.#createdIds.has(explicit);
    this.#createdIds.add(explicit);
    if (explicit !== '' && isFirst) return explicit;
    if (explicit !== '')
      this.#report.addLoss(
        step.at,
        `${this.#name}: id`,
        `another step has the id "${explicit}"`,
        'check which step the transitions to it mean',
      );
    const key = workKeys.find((name) => step.get(name) !== undefined);
    const name =
      key === undefined || step.get(key)?.scalar === undefined ? (key ?? 'step') : (step.get(key)?.text ?? '');
    const prefixes: Readonly<Record<string, string>> = { collect: 'collect_', link: 'link_', call: 'call_' };
    const base = key === 'noop' ? 'branch' : `${prefixes[key ?? ''] ?? ''}${name}` || 'step';
    let id = base;
    for (let count = 2; this.#usedIds.has(id); count += 1) id = `${base}_${count}`;
    this.#usedIds.add(id);
    return id;
  }

  #readWork(step: YamlValue): RasaWork {
    const key = workKeys.find((name) => step.get(name) !== undefined);
    const value = key === undefined ? undefined : step.get(key);
    const isCollect = key === 'collect';
    for (const entry of step.entries) {
      if (commonStepKeys.has(entry.key) || entry.key === key || (isCollect && collectKeys.has(entry.key))) continue;
      if (key === undefined) break;
      this.#reportStepKey(entry);
    }
    switch (key) {
      case undefined:
        return { kind: 'unknown', key: step.entries.map((entry) => entry.key).join(', ') };
      case 'collect':
        return this.#readCollect(step, value?.text ?? '');
      case 'action': {
        const name = value?.text ?? '';
        return name.startsWith('utter_') ? { kind: 'utter', response: name } : { kind: 'action', action: name };
      }
      case 'link':
        return { kind: 'link', flow: value?.text ?? '' };
      case 'call':
        if (step.get('mcp_server') !== undefined || step.get('exit_if') !== undefined)
          return { kind: 'unknown', key: 'call of an agent or tool' };
        return { kind: 'call', flow: value?.text ?? '' };
      case 'set_slots':
        return {
          kind: 'set_slots',
          values: (value?.items.flatMap(({ entries }) => entries) ?? []).map((entry) => {
            return { slot: entry.key, value: readSlotValue(entry.value), at: entry.at };
          }),
        };
      case 'noop':
        return { kind: 'noop' };
    }
  }

  #reportStepKey({ key, at }: YamlEntry): void {
    const known: Readonly<Record<string, string>> = {
      force_slot_filling: 'the caller reads the values of a message; the rules do not restrict it to one slot',
      silence_timeout: 'the time for an answer is set by the caller here',
    };
    const reason = Object.hasOwn(known, key) ? known[key] : undefined;
    this.#report.addLoss(
      at,
      `${this.#name}: ${key}`,
      reason ?? 'the import does not know the key',
      key === 'silence_timeout' ? 'set `remind_after` of the step if it means a reminder' : 'decide what it means here',
    );
  }

  #readCollect(step: YamlValue, slot: string): RasaCollect {
    return {
      kind: 'collect',
      slot,
      utter: step.get('utter')?.text,
      description: step.get('description')?.text.trim() ?? '',
      asksBeforeFilling: step.get('ask_before_filling')?.scalar === true,
      resetsAfterFlowEnds: step.get('reset_after_flow_ends')?.scalar !== false,
      rejections: readRejections(step.get('rejections')),
    };
  }

  #readNext(step: YamlValue, work: RasaWork, following: RasaBranch['target']): readonly RasaBranch[] {
    const next = step.get('next');
    if (work.kind === 'link') return [{ condition: undefined, target: endOfFlow, at: step.at }];
    if (next === undefined) {
      if (following === unknownTarget) this.#reportBranch(step.at, 'the last step of a branch has no `next`');
      return [{ condition: undefined, target: following, at: step.at }];
    }
    if (!next.isList) return [{ condition: undefined, target: this.#readTarget(next), at: next.at }];
    const branches = next.items.map((item) => this.#readBranch(item));
    const end = branches.findIndex(({ condition }) => condition === undefined);
    if (end >= 0) return branches.slice(0, end + 1);
    this.#reportBranch(next.at, 'the branches have no `else`');
    return [...branches, { condition: undefined, target: unknownTarget, at: next.at }];
  }

  #readBranch(item: YamlValue): RasaBranch {
    const condition = readCondition(item.get('if'));
    const otherwise = item.get('else');
    const target = condition === undefined ? otherwise : item.get('then');
    for (const { key, at } of item.entries)
      if (!['if', 'then', 'else'].includes(key)) this.#reportStepKey({ key, at, value: item });
    if (condition === undefined && otherwise === undefined) {
      this.#reportBranch(item.at, 'a branch has neither `if` nor `else`');
      return { condition: undefined, target: unknownTarget, at: item.at };
    }
    return { condition, target: this.#readTarget(target ?? item), at: item.at };
  }

  #readTarget(target: YamlValue): RasaBranch['target'] {
    if (target.isList && target.items.length > 0) return this.#readSequence(target.items, unknownTarget);
    const { text, at } = target;
    if (text === 'END') return endOfFlow;
    if (this.#usedIds.has(text)) return text;
    this.#reportBranch(at, text === '' ? 'a branch leads to no step' : `the flow has no step "${text}"`);
    return unknownTarget;
  }

  #reportBranch(at: RasaPosition, reason: string): void {
    this.#report.addLoss(
      at,
      `${this.#name}: next`,
      reason,
      'replace the step `not_carried_over` as the target of the transition',
    );
  }
}

function listExplicitIds(steps: YamlValue | undefined): readonly string[] {
  return (steps?.items ?? []).flatMap((step) => {
    const next = step.get('next');
    const nested = (next?.items ?? []).flatMap((branch) => [
      ...listExplicitIds(branch.get('then')),
      ...listExplicitIds(branch.get('else')),
    ]);
    const id = step.get('id')?.text ?? '';
    return id === '' ? nested : [id, ...nested];
  });
}
