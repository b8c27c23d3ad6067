import { ChatDecisionModel, type ChatModelOptions } from '../../src/server/model/chat-decision-model';
import type { ModelUsage } from '../../src/server/ports/metrics';
import { SystemClock } from '../../src/server/runtime/system';
import { noopMetrics, noopTelemetry } from '../../src/server/telemetry';
import type { ModelEndpoint } from './model-endpoint';
import { silentLog } from './silent-log';

/** What a model under test told of itself. */
export interface ModelUnderTest {
  readonly model: ChatDecisionModel;
  readonly used: readonly ModelUsage[];
  /** Lines of its log, without those at debug. */
  readonly told: readonly string[];
}

/** The adapter on an endpoint; patient, and without retries, unless the test wants it otherwise. */
export function aChatModel(
  { baseUrl }: Pick<ModelEndpoint, 'baseUrl'>,
  options: Partial<ChatModelOptions> = {},
): ModelUnderTest {
  const used: ModelUsage[] = [];
  const told: string[] = [];
  const tell = (_fields: object, message: string) => told.push(message);
  const model = new ChatDecisionModel(
    {
      baseUrl,
      apiKey: '',
      model: 'a-model',
      template: '',
      timeoutMs: 15_000,
      reserveMs: 0,
      maxTokens: 100,
      temperature: 0,
      concurrency: 10,
      retries: 0,
      maxMessageLength: 8_000,
      maxTextsLength: 60_000,
      breakerFailures: 1_000,
      breakerOpenMs: 60_000,
      inputPrice: 0,
      outputPrice: 0,
      ...options,
    },
    {
      clock: new SystemClock(),
      telemetry: noopTelemetry,
      metrics: { ...noopMetrics, startModelRequest: () => (use) => used.push(use) },
      log: { ...silentLog, info: tell, warn: tell, error: tell },
    },
  );
  return { model, used, told };
}
