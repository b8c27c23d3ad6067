import { ChatDecisionModel, type ChatModelOptions } from '../../src/server/model/chat-decision-model';
import type { ModelUsage } from '../../src/server/ports/metrics';
import { SystemClock } from '../../src/server/runtime/system';
import { noopMetrics } from '../../src/server/telemetry';
import type { ModelEndpoint } from './model-endpoint';
import { silentLog } from './silent-log';

export interface ModelUnderTest {
  readonly model: ChatDecisionModel;
  readonly usages: readonly ModelUsage[];
  /** Log messages above debug level. */
  readonly logged: readonly string[];
}

/** Creates the model adapter for an endpoint. By default it has a long timeout and no retries. */
export function createChatModel(
  { baseUrl }: Pick<ModelEndpoint, 'baseUrl'>,
  options: Partial<ChatModelOptions> = {},
): ModelUnderTest {
  const usages: ModelUsage[] = [];
  const logged: string[] = [];
  const capture = (_fields: object, message: string) => logged.push(message);
  const model = new ChatDecisionModel(
    {
      baseUrl,
      getApiKey: () => '',
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
      metrics: { ...noopMetrics, startModelRequest: () => (usage) => usages.push(usage) },
      log: { ...silentLog, info: capture, warn: capture, error: capture },
    },
  );
  return { model, usages, logged };
}
