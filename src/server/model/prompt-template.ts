import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Environment, Template } from 'nunjucks';
import type { ModelRequest } from '../../core/context/model-request';
import { assignQuestionIds, type QuestionIds } from './question-ids';
import { toTextLiteral } from './text-literal';

const shippedTemplate = join(__dirname, 'scenario_filter.jinja2');

/** A question that has everything a template can print. */
const example: ModelRequest = {
  message: 'message',
  intent: 'intent',
  instances: [{ instanceId: 'id', name: 'name', description: 'text', step: 'step', stepDescription: 'text' }],
  candidates: [{ scenarioId: 'id', name: 'name', description: 'text', triggerDescription: 'text', score: 0.5 }],
  conditions: [{ scenarioId: 'id', scenarioVersion: 1, transitionId: 'id', scenarioName: 'name', text: 'text' }],
};

/**
 * The Jinja2 template of the prompt. It is given texts as literals only (`textLiteral`): what prints them as they are keeps them in
 * their lines. An own one can undo that, and run code: it is the operator's as the configuration is.
 */
export class PromptTemplate {
  private readonly template: Template;

  /**
   * `text` "" is the template that is shipped.
   *
   * @throws Error where the text is no template, or prints what there is not.
   */
  constructor(
    text: string,
    private readonly messageLength: number,
  ) {
    // Without a loader a template reaches no file. Texts are escaped before, and as literals; HTML's escaping would spoil them.
    const environment = new Environment(null, {
      autoescape: false,
      throwOnUndefined: true,
      trimBlocks: true,
      lstripBlocks: true,
    });
    try {
      this.template = new Template(text === '' ? readFileSync(shippedTemplate, 'utf8') : text, environment, '', true);
      this.render(example, assignQuestionIds(example));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`The template of pipeline.scenario_filtering.template cannot be used: ${why}`, { cause });
    }
  }

  /** The prompt of a question whose parts are called as `ids` says. */
  render({ message, intent }: ModelRequest, ids: QuestionIds): string {
    return this.template.render({
      instances: [...ids.instances].map(([id, each]) => ({
        id,
        name: toTextLiteral(each.name),
        description: given(each.description),
        step: toTextLiteral(each.step),
        stepDescription: given(each.stepDescription),
      })),
      candidates: [...ids.candidates].map(([id, each]) => ({
        id,
        name: toTextLiteral(each.name),
        description: given(each.description),
        triggerDescription: given(each.triggerDescription),
        score: each.score,
      })),
      conditions: [...ids.conditions].map(([id, each]) => ({
        id,
        scenario: toTextLiteral(each.scenarioName),
        text: toTextLiteral(each.text),
      })),
      intent: toTextLiteral(intent),
      message: toTextLiteral(message.slice(0, this.messageLength)),
    });
  }
}

/** "" where there is nothing to say, so that a template can leave it out. */
function given(text: string): string {
  return text === '' ? '' : toTextLiteral(text);
}
