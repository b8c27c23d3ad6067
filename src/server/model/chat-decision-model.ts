import type { ModelRequest } from '../../core/context/model-request';
import type { ModelProposal } from '../../core/model/model-proposal';
import { createFailedProposal } from '../../core/model/model-proposal';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Call } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { DecisionModel } from '../ports/decision-model';
import type { Logger } from '../ports/logger';
import type { Metrics, ModelUsage } from '../ports/metrics';
import type { Telemetry, TurnSpan } from '../ports/telemetry';
import { type ChatAnswer, ChatEndpoint, type ChatEndpointOptions } from './chat-endpoint';
import { ChatError } from './chat-error';
import { limitQuestionTexts } from './limit-question-texts';
import { parseProposal } from './model-answer';
import { PromptTemplate } from './prompt-template';
import { assignQuestionIds, type QuestionIds } from './question-ids';
import { RequestPolicy, type RequestPolicyOptions } from './request-policy';
import { withTimeout } from './with-timeout';

/** How the model is asked. */
export interface ChatModelOptions extends ChatEndpointOptions, Omit<RequestPolicyOptions, 'onCircuitChange'> {
  /** Text of the prompt's template; "" is the one that is shipped. */
  readonly template: string;
  /** UTF-16 code units of the message that the model is shown. */
  readonly messageLength: number;
  /** UTF-16 code units of names, descriptions and conditions that it is shown. */
  readonly textsLength: number;
  /** Milliseconds that a turn waits at most. */
  readonly timeoutMs: number;
  /** Milliseconds of the call's deadline that are left for deciding and committing. */
  readonly reserveMs: number;
  /** Of a million tokens. */
  readonly inputPrice: number;
  readonly outputPrice: number;
}

export interface ChatModelDependencies {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** No model answers in less time, milliseconds. */
const leastTimeMs = 20;

/** A model behind an OpenAI-compatible API. Whatever becomes of the endpoint, a question is answered in time (section 9). */
export class ChatDecisionModel implements DecisionModel {
  private readonly endpoint: ChatEndpoint;
  private readonly requests: RequestPolicy;
  private readonly template: PromptTemplate;

  /** @throws Error where the template cannot be used. */
  constructor(
    private readonly options: ChatModelOptions,
    private readonly surroundings: ChatModelDependencies,
  ) {
    const { log } = surroundings;
    this.template = new PromptTemplate(options.template, options.messageLength);
    this.endpoint = new ChatEndpoint(options);
    this.requests = new RequestPolicy({
      ...options,
      onCircuitChange(state) {
        if (state === 'open') log.warn({ model: options.model }, 'the model failed too often and is left alone');
        else log.info({ model: options.model }, 'the model is asked again');
      },
    });
  }

  propose(question: ModelRequest, call: Call): Promise<ModelProposal> {
    const { telemetry, metrics } = this.surroundings;
    const ended = metrics.startModelRequest(this.options.model);
    const work = async (span: TurnSpan): Promise<ModelProposal> => {
      span.setAttributes(this.requestAttributes());
      let answer: ChatAnswer | undefined;
      const tellOutcome = (outcome: ModelProposal['outcome']): void => {
        span.setAttributes({ 'orchestrator.model.outcome': outcome });
        // An answer that cannot be used has its price all the same.
        ended(this.useOf(outcome, answer));
      };
      try {
        const asked = limitQuestionTexts(question, this.options.textsLength);
        const ids = assignQuestionIds(asked);
        answer = await this.answerTo(this.template.render(asked, ids), call);
        span.setAttributes(answerAttributes(answer));
        const proposal = readAnswer(answer, ids);
        tellOutcome('PROPOSED');
        return proposal;
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        this.tellFailure(span, error);
        tellOutcome(error.reason);
        return createFailedProposal(error.reason);
      }
    };
    return telemetry.withSpanAsync(`chat ${this.options.model}`, work, 'client');
  }

  private async answerTo(prompt: string, call: Call): Promise<ChatAnswer> {
    const timeMs = this.timeLeft(call);
    if (timeMs < leastTimeMs) throw new ChatError('TOO_LITTLE_TIME', 'too little is left of the deadline');
    const latest = performance.now() + timeMs - leastTimeMs;
    // A turn in a hurry says nothing about the endpoint.
    const outage = timeMs === this.options.timeoutMs;
    const traceparent = this.surroundings.telemetry.getTraceparent();
    const overtime = (): ChatError => new ChatError('TIMEOUT', 'the endpoint did not answer in time', { outage });
    try {
      const answer = await withTimeout({ signal: call.signal, timeMs, overtime }, (signal) =>
        this.requests.run(
          (bounded) => this.endpoint.complete(prompt, { signal: bounded, traceparent }),
          signal,
          latest,
        ),
      );
      // Values of customers: they are written where the operator lets them be, and redacted else.
      this.surroundings.log.debug({ request: prompt, response: answer.content }, 'the model answered');
      return answer;
    } catch (error) {
      throw call.signal.aborted ? cancelled(call.signal) : error;
    }
  }

  private timeLeft({ deadline }: Call): number {
    const { timeoutMs, reserveMs } = this.options;
    return Math.min(timeoutMs, deadline - this.surroundings.clock.now() - reserveMs);
  }

  private tellFailure(span: TurnSpan, { reason, message, cause }: ChatError): void {
    const { log } = this.surroundings;
    span.setError(new Error(message));
    span.setAttributes({ 'error.type': reason });
    const fields = { model: this.options.model, reason, error: cause };
    if (reason === 'REFUSED') log.warn(fields, `the model was not heard: ${message}`);
    else log.debug(fields, `the model was not heard: ${message}`);
  }

  private useOf(outcome: ModelProposal['outcome'], answer: ChatAnswer | undefined): ModelUsage {
    const { inputPrice, outputPrice } = this.options;
    const { inputTokens = 0, outputTokens = 0 } = answer ?? {};
    const cost = (inputTokens * inputPrice + outputTokens * outputPrice) / 1_000_000;
    return { outcome, inputTokens, outputTokens, cost };
  }

  /** Named by the conventions for generative AI (https://opentelemetry.io/docs/specs/semconv/gen-ai/). */
  private requestAttributes() {
    const { model, maxTokens, temperature, baseUrl } = this.options;
    const { hostname, port, protocol } = new URL(baseUrl);
    return {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.output.type': 'json',
      'gen_ai.request.model': model,
      'gen_ai.request.max_tokens': maxTokens,
      'gen_ai.request.temperature': temperature,
      'server.address': hostname,
      'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    };
  }
}

function readAnswer({ finishReason, content, model }: ChatAnswer, ids: QuestionIds): ModelProposal {
  if (finishReason === 'length') throw new ChatError('CUT_OFF', 'the answer has more than max_tokens tokens');
  return parseProposal(content, model, ids);
}

function answerAttributes({ model, finishReason, inputTokens, outputTokens }: ChatAnswer) {
  return {
    'gen_ai.response.model': model,
    'gen_ai.response.finish_reasons': [finishReason],
    'gen_ai.usage.input_tokens': inputTokens,
    'gen_ai.usage.output_tokens': outputTokens,
  };
}

function cancelled({ reason }: AbortSignal): OrchestratorError {
  return reason instanceof OrchestratorError ? reason : new OrchestratorError('CANCELLED', 'The caller gave up.');
}
