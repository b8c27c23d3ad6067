import type { Config } from './schema';

/** How the model of P6.2 is asked; undefined where none is (section 9). */
export function toModelOptions({ pipeline: { scenario_filtering: filtering } }: Config) {
  if (!filtering.use_llm) return undefined;
  return {
    baseUrl: filtering.base_url,
    apiKey: filtering.api_key || filtering.api_key_file,
    model: filtering.model,
    template: filtering.template,
    timeoutMs: filtering.timeout_ms,
    reserveMs: filtering.reserve_ms,
    maxTokens: filtering.max_tokens,
    temperature: filtering.temperature,
    concurrency: filtering.concurrency,
    retries: filtering.retries,
    messageLength: filtering.message_length,
    textsLength: filtering.texts_length,
    breakerFailures: filtering.breaker_failures,
    breakerOpenMs: filtering.breaker_open_ms,
    inputPrice: filtering.input_price,
    outputPrice: filtering.output_price,
  };
}
