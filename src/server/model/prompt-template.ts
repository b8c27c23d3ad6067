import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Environment, Template } from 'nunjucks';
import type {
  ModelRequest,
  ModelRequestCandidate,
  ModelRequestCondition,
  ModelRequestInstance,
} from '../../core/context/model-request';

const shippedTemplate = join(__dirname, 'scenario_filter.jinja2');

/** A request with every variable that a template can print. Used to validate templates. */
const exampleRequest: ModelRequest = {
  message: 'message',
  intent: 'intent',
  instances: [{ instanceId: 'id', name: 'name', description: 'text', step: 'step', stepDescription: 'text' }],
  candidates: [{ scenarioId: 'id', name: 'name', description: 'text', triggerDescription: 'text', score: 0.5 }],
  conditions: [{ scenarioId: 'id', scenarioVersion: 1, transitionId: 'id', scenarioName: 'name', text: 'text' }],
};

/**
 * The Jinja2 template of the prompt. All texts are passed as literals (`toTextLiteral`), so that a template that prints them
 * unchanged keeps each text on its line. A custom template can undo this and run code, so it must be as trusted as the
 * configuration.
 */
export class PromptTemplate {
  private readonly template: Template;

  /**
   * `text` "" selects the shipped template. `maxMessageLength` is in UTF-16 code units.
   *
   * @throws Error if the template is invalid or prints an unknown variable.
   */
  constructor(
    text: string,
    private readonly maxMessageLength: number,
  ) {
    // No loader, so that a template cannot read files. No HTML escaping, because texts are escaped as literals.
    const environment = new Environment(null, {
      autoescape: false,
      throwOnUndefined: true,
      trimBlocks: true,
      lstripBlocks: true,
    });
    try {
      this.template = new Template(text === '' ? readFileSync(shippedTemplate, 'utf8') : text, environment, '', true);
      this.render(exampleRequest, assignRequestIds(exampleRequest));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`pipeline.scenario_filtering.template is not a valid template: ${reason}`, { cause });
    }
  }

  /** Renders the prompt of a request with its items named by `ids`. */
  render({ message, intent }: ModelRequest, ids: RequestIds): string {
    return this.template.render({
      instances: [...ids.instances].map(([id, each]) => ({
        id,
        name: toTextLiteral(each.name),
        description: toOptionalLiteral(each.description),
        step: toTextLiteral(each.step),
        stepDescription: toOptionalLiteral(each.stepDescription),
      })),
      candidates: [...ids.candidates].map(([id, each]) => ({
        id,
        name: toTextLiteral(each.name),
        description: toOptionalLiteral(each.description),
        triggerDescription: toOptionalLiteral(each.triggerDescription),
        score: each.score,
      })),
      conditions: [...ids.conditions].map(([id, each]) => ({
        id,
        scenario: toTextLiteral(each.scenarioName),
        text: toTextLiteral(each.text),
      })),
      intent: toTextLiteral(intent),
      message: toTextLiteral(message.slice(0, this.maxMessageLength)),
    });
  }
}

/** Returns "" for an empty text, so that a template can omit it. */
function toOptionalLiteral(text: string): string {
  return text === '' ? '' : toTextLiteral(text);
}

/**
 * The items of a request by their short ids in prompt and answer: i1, i2 ... for instances, c1 ... for candidates, t1 ... for
 * conditions. Short ids cost few tokens, are hard to misspell, and are valid for one request only.
 */
export interface RequestIds {
  readonly instances: ReadonlyMap<string, ModelRequestInstance>;
  readonly candidates: ReadonlyMap<string, ModelRequestCandidate>;
  readonly conditions: ReadonlyMap<string, ModelRequestCondition>;
}

export function assignRequestIds({ instances, candidates, conditions }: ModelRequest): RequestIds {
  return {
    instances: assignIds('i', instances),
    candidates: assignIds('c', candidates),
    conditions: assignIds('t', conditions),
  };
}

function assignIds<Item>(prefix: string, items: readonly Item[]): ReadonlyMap<string, Item> {
  return new Map(items.map((item, index) => [`${prefix}${index + 1}`, item]));
}

/**
 * Limits the total length of texts in a request to `maxLength` UTF-16 code units, counted as literals. Instances come first, then
 * candidates, then conditions. The first item that exceeds the limit and all items after it are dropped, so the rules decide about
 * them. Message and intent do not count.
 */
export function limitRequestTexts(request: ModelRequest, maxLength: number): ModelRequest {
  let remaining = maxLength;
  const fits = (...texts: readonly string[]): boolean => {
    for (const text of texts) remaining -= toTextLiteral(text).length;
    return remaining >= 0;
  };
  return {
    ...request,
    instances: request.instances.filter((each) => fits(each.name, each.description, each.step, each.stepDescription)),
    candidates: request.candidates.filter((each) => fits(each.name, each.description, each.triggerDescription)),
    conditions: request.conditions.filter((each) => fits(each.scenarioName, each.text)),
  };
}

/**
 * Characters, in addition to those that JSON escapes, that could end a line or a section of a prompt or that are invisible: tags,
 * fences, separators, control and format characters.
 */
const unsafeCharacters = /[<>&`\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Encodes a text as a JSON string literal on one line. The text cannot end the literal or the section that contains it. */
export function toTextLiteral(text: string): string {
  return JSON.stringify(text).replace(unsafeCharacters, escapeCharacter);
}

/** Escapes every UTF-16 code unit, as JSON requires. */
function escapeCharacter(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }).join('');
}
