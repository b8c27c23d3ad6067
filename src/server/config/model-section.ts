import { z } from 'zod';
import {
  always,
  boundedNumber,
  fileContent,
  flag,
  isPlainTextUrl,
  readableFile,
  text,
  textMatching,
  wholeNumber,
} from './constraints';

const fields = z.strictObject({
  enabled: flag(),
  use_llm: flag(),
  model: text(1, 200),
  base_url: textMatching(
    'must be empty or an http:// or https:// URL without user, password, query or fragment',
    (value) => value === '' || isBaseUrl(value),
  ),
  allow_insecure: flag(),
  api_key: text(0, 1_000),
  api_key_file: readableFile(),
  template: fileContent(),
  timeout_ms: wholeNumber(10, 600_000),
  reserve_ms: wholeNumber(0, 60_000),
  max_tokens: wholeNumber(1, 1_000_000),
  temperature: boundedNumber(0, 2),
  concurrency: wholeNumber(1, 10_000),
  retries: wholeNumber(0, 10),
  message_length: wholeNumber(100, 100_000),
  texts_length: wholeNumber(1_000, 10_000_000),
  breaker_failures: wholeNumber(1, 1_000),
  breaker_open_ms: wholeNumber(10, 3_600_000),
  input_price: boundedNumber(0, 1_000_000),
  output_price: boundedNumber(0, 1_000_000),
});

type Fields = z.infer<typeof fields>;

const missingUrl =
  'is required if pipeline.scenario_filtering.use_llm is true; set the URL of an OpenAI-compatible API, for example "https://host/v1"';

const plainTextUrl =
  'is an http:// URL on another machine, so the API key and customer messages would be sent in plain text; use https://, or set ' +
  'pipeline.scenario_filtering.allow_insecure = true if the connection is protected by other means';

/** Schema of the section [pipeline.scenario_filtering]. */
export const scenarioFiltering = fields
  .refine(({ use_llm, base_url }: Fields) => use_llm !== true || base_url !== '', {
    when: always,
    path: ['base_url'],
    error: missingUrl,
  })
  .refine(({ base_url, allow_insecure }: Fields) => allow_insecure === true || !isInsecureBaseUrl(base_url), {
    when: always,
    path: ['base_url'],
    error: plainTextUrl,
  })
  .refine(({ api_key, api_key_file }: Fields) => api_key === '' || api_key_file === '', {
    when: always,
    path: ['api_key_file'],
    error: 'is already set by pipeline.scenario_filtering.api_key; set only one of them',
  });

/**
 * Whether a base URL is in plain text to another machine. False for a value that is not a base URL, which is reported separately.
 */
function isInsecureBaseUrl(value: unknown): boolean {
  return isBaseUrl(value) && isPlainTextUrl(value);
}

function isBaseUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !/^https?:\/\//.test(value) || !URL.canParse(value)) return false;
  const { username, password, search, hash } = new URL(value);
  return username + password + search + hash === '';
}

/** Returns the options of the model that proposes lifecycle actions (section 9), except the API key. */
export function toModelOptions(filtering: Fields) {
  return {
    baseUrl: filtering.base_url,
    model: filtering.model,
    template: filtering.template,
    timeoutMs: filtering.timeout_ms,
    reserveMs: filtering.reserve_ms,
    maxTokens: filtering.max_tokens,
    temperature: filtering.temperature,
    concurrency: filtering.concurrency,
    retries: filtering.retries,
    maxMessageLength: filtering.message_length,
    maxTextsLength: filtering.texts_length,
    breakerFailures: filtering.breaker_failures,
    breakerOpenMs: filtering.breaker_open_ms,
    inputPrice: filtering.input_price,
    outputPrice: filtering.output_price,
  };
}
