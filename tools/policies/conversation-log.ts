import type { ConfirmContribution } from '../../src/core/model/contribution';
import type { JsonValue } from '../../src/core/model/json';
import { type Evidence, findViolations, type PolicyRule } from './policy-rules';
import type { Reply, SessionObserver, WriteAttempt } from './policy-session';
import type { RetailDatabase } from './retail-database';
import type { ToolName } from './retail-tools';
import type { Message } from './turn-builder';

/** An action with the rules that it breaks. */
export interface JudgedWrite extends WriteAttempt {
  readonly violations: readonly PolicyRule[];
}

/** Records what happens in a conversation, and judges each action before it runs. */
export class ConversationLog implements SessionObserver {
  readonly writes: JudgedWrite[] = [];
  readonly #foundUserIds: string[] = [];
  readonly #shown: Evidence['shown'][number][] = [];
  readonly #yes: Evidence['yes'][number][] = [];
  #isOutOfScope = false;

  constructor(private readonly database: RetailDatabase) {}

  /** Notes what the customer says. A yes without a key means the confirmation that was put last. */
  onMessage({ outcomes = [], intent }: Message, reply: Reply | undefined, at: number): void {
    this.#isOutOfScope ||= intent === 'out_of_scope';
    for (const { kind, actionKey } of outcomes) {
      if (kind === 'CONFIRMED')
        this.#yes.push({ actionKey: actionKey || (reply?.confirms.at(-1)?.actionKey ?? ''), at });
    }
  }

  onConfirmShown({ actionKey, valuesToConfirm }: ConfirmContribution, at: number): void {
    this.#shown.push({ actionKey, values: valuesToConfirm, at });
  }

  onWrite(attempt: WriteAttempt): void {
    const evidence = {
      foundUserIds: this.#foundUserIds,
      shown: this.#shown,
      yes: this.#yes,
      isOutOfScope: this.#isOutOfScope,
    };
    this.writes.push({ ...attempt, violations: findViolations(attempt, evidence, this.database) });
  }

  onResult(tool: ToolName, result: JsonValue): void {
    const isSearch = tool === 'find_user_id_by_email' || tool === 'find_user_id_by_name_zip';
    if (isSearch && typeof result === 'string') this.#foundUserIds.push(result);
  }
}
