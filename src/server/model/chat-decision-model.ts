import type { ModelRequest } from '../../core/context/model-request';
import { createFailedProposal, type ModelFailureReason, type ModelProposal } from '../../core/model/model-proposal';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import { type Call, runInSpan } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { DecisionModel } from '../ports/decision-model';
import type { Logger } from '../ports/logger';
import type { Metrics, ModelUsage } from '../ports/metrics';
import { getTraceFields, type Span } from '../ports/span';
import { type ChatAnswer, ChatEndpoint, type ChatEndpointOptions } from './chat-endpoint';
import { ChatError } from './chat-error';
import { parseProposal } from './model-answer';
import { assignRequestIds, limitRequestTexts, PromptTemplate, type RequestIds } from './prompt-template';
import { RequestPolicy, type RequestPolicyOptions, withTimeout } from './request-policy';

export interface ChatModelOptions extends ChatEndpointOptions, Omit<RequestPolicyOptions, 'onCircuitChange'> {
  /** Text of the prompt template; "" selects the shipped template. */
  readonly template: string;
  /** Maximum length of the customer's message in the prompt, in UTF-16 code units. */
  readonly maxMessageLength: number;
  /** Maximum total length of names, descriptions and conditions in the prompt, in UTF-16 code units. */
  readonly maxTextsLength: number;
  /** Maximum time in milliseconds that a turn waits for the model, including retries. */
  readonly timeoutMs: number;
  /** Time in milliseconds before the call's deadline that is reserved for deciding and committing. */
  readonly reserveMs: number;
  /** Price of a million prompt tokens, in any currency. */
  readonly inputPrice: number;
  /** Price of a million completion tokens, in the currency of `inputPrice`. */
  readonly outputPrice: number;
}

export interface ChatModelDependencies {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Minimum time for a request in milliseconds. If less time is left, the model is not asked. */
const minRequestMs = 20;

/** A language model behind an OpenAI-compatible API. Responds in time even if the endpoint fails (section 9). */
export class ChatDecisionModel implements DecisionModel {
  private readonly endpoint: ChatEndpoint;
  private readonly policy: RequestPolicy;
  private readonly template: PromptTemplate;

  /** @throws Error if the template is invalid. */
  constructor(
    private readonly options: ChatModelOptions,
    private readonly deps: ChatModelDependencies,
  ) {
    const { log } = deps;
    const fields = { model: options.model };
    this.template = new PromptTemplate(options.template, options.maxMessageLength);
    this.endpoint = new ChatEndpoint(options);
    this.policy = new RequestPolicy({
      ...options,
      onCircuitChange(state) {
        if (state === 'open') log.warn(fields, 'circuit breaker opened: requests to the model are paused');
        else log.info(fields, 'circuit breaker closed: requests to the model resume');
      },
    });
  }

  propose(request: ModelRequest, call: Call): Promise<ModelProposal> {
    const endRequest = this.deps.metrics.startModelRequest(this.options.model);
    const work = async (spanCall: Call): Promise<ModelProposal> => {
      const { span } = spanCall;
      span.setAttributes(this.getRequestAttributes());
      let answer: ChatAnswer | undefined;
      const reportOutcome = (outcome: ModelProposal['outcome']): void => {
        span.setAttributes({ 'orchestrator.model.outcome': outcome });
        // An invalid answer has a cost too.
        endRequest(this.toUsage(outcome, answer));
      };
      try {
        const limitedRequest = limitRequestTexts(request, this.options.maxTextsLength);
        const ids = assignRequestIds(limitedRequest);
        answer = await this.ask(this.template.render(limitedRequest, ids), spanCall);
        span.setAttributes(getAnswerAttributes(answer));
        const proposal = readProposal(answer, ids);
        reportOutcome('PROPOSED');
        return proposal;
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        this.reportFailure(span, error);
        reportOutcome(error.reason);
        return createFailedProposal(error.reason);
      }
    };
    return runInSpan(call, `chat ${this.options.model}`, work, 'client');
  }

  private async ask(prompt: string, call: Call): Promise<ChatAnswer> {
    const timeoutMs = this.getTimeoutMs(call);
    if (timeoutMs < minRequestMs) throw new ChatError('TOO_LITTLE_TIME', 'the deadline of the call is too close');
    const retryUntil = performance.now() + timeoutMs - minRequestMs;
    // A timeout shortened by the caller's deadline does not show that the endpoint is slow.
    const isOutage = timeoutMs === this.options.timeoutMs;
    const traceContext = call.span.getTraceContext();
    const createTimeoutError = () => new ChatError('TIMEOUT', 'the endpoint did not respond in time', { isOutage });
    try {
      const answer = await withTimeout({ signal: call.signal, timeoutMs, createTimeoutError }, (signal) => {
        const attempt = (attemptSignal: AbortSignal) =>
          this.endpoint.complete(prompt, { signal: attemptSignal, traceContext });
        return this.policy.run(attempt, signal, retryUntil);
      });
      // The fields are customer data. The logger redacts them unless telemetry.customer_data is on.
      this.deps.log.debug(
        { ...getTraceFields(call.span), request: prompt, response: answer.content },
        'the model answered',
      );
      return answer;
    } catch (error) {
      throw call.signal.aborted ? toCancellation(call.signal) : error;
    }
  }

  private getTimeoutMs({ deadline }: Call): number {
    const { timeoutMs, reserveMs } = this.options;
    return Math.min(timeoutMs, deadline - this.deps.clock.now() - reserveMs);
  }

  private reportFailure(span: Span, { reason, message, cause }: ChatError): void {
    span.setError(new Error(message));
    span.setAttributes({ 'error.type': reason });
    const fields = { ...getTraceFields(span), model: this.options.model, reason, error: cause };
    this.deps.log[failureLogLevels[reason]](fields, `no proposal from the model: ${message}`);
  }

  private toUsage(outcome: ModelProposal['outcome'], answer: ChatAnswer | undefined): ModelUsage {
    const { inputPrice, outputPrice } = this.options;
    const { inputTokens = 0, outputTokens = 0 } = answer ?? {};
    const cost = (inputTokens * inputPrice + outputTokens * outputPrice) / 1_000_000;
    return { outcome, inputTokens, outputTokens, cost };
  }

  /**
   * Returns span attributes with the names of the semantic conventions for generative AI
   * (https://opentelemetry.io/docs/specs/semconv/gen-ai/).
   */
  private getRequestAttributes() {
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

/**
 * The log level of every failure. REFUSED requires action by an operator, for example fixing the API key. The circuit breaker logs
 * an outage once, at warn.
 */
const failureLogLevels: Readonly<Record<ModelFailureReason, 'warn' | 'debug'>> = {
  TIMEOUT: 'debug',
  TOO_LITTLE_TIME: 'debug',
  OFF_SCHEMA: 'debug',
  CUT_OFF: 'debug',
  RATE_LIMITED: 'debug',
  REFUSED: 'warn',
  UNAVAILABLE: 'debug',
  CIRCUIT_OPEN: 'debug',
  BUSY: 'debug',
};

function readProposal({ finishReason, content, model }: ChatAnswer, ids: RequestIds): ModelProposal {
  if (finishReason === 'length') throw new ChatError('CUT_OFF', 'the answer exceeds max_tokens');
  return parseProposal(content, model, ids);
}

function getAnswerAttributes({ model, finishReason, inputTokens, outputTokens }: ChatAnswer) {
  return {
    'gen_ai.response.model': model,
    'gen_ai.response.finish_reasons': [finishReason],
    'gen_ai.usage.input_tokens': inputTokens,
    'gen_ai.usage.output_tokens': outputTokens,
  };
}

function toCancellation({ reason }: AbortSignal): OrchestratorError {
  return reason instanceof OrchestratorError ? reason : new OrchestratorError('CANCELLED', 'The call was canceled.');
}
