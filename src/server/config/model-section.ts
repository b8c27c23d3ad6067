import { z } from 'zod';
import { boundedNumber, fileContent, flag, text, textMatching, wholeNumber } from './constraints';
import { isLoopback } from './loopback';

const fields = z.strictObject({
  enabled: flag(),
  use_llm: flag(),
  model: text(1, 200),
  base_url: textMatching(
    'must be empty or an http:// or https:// URL without user, password, query and fragment',
    (value) => value === '' || isBaseUrl(value),
  ),
  allow_insecure: flag(),
  api_key: text(0, 1_000),
  api_key_file: fileContent(),
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

const wanted = 'is needed while use_llm is true: the URL of an OpenAI-compatible API, for example "https://host/v1"';

const plainText =
  'is http:// and not on this machine: the key and what customers say would cross the network in plain text for anybody to take; ' +
  'use https://, or set pipeline.scenario_filtering.allow_insecure = true where something else protects the way';

/** The section [pipeline.scenario_filtering]. */
export const scenarioFiltering = fields
  .refine(({ use_llm, base_url }: Fields) => use_llm !== true || base_url !== '', {
    when: () => true,
    path: ['base_url'],
    error: wanted,
  })
  .refine(({ base_url, allow_insecure }: Fields) => allow_insecure === true || !isPlainText(base_url), {
    when: () => true,
    path: ['base_url'],
    error: plainText,
  })
  .refine(({ api_key, api_key_file }: Fields) => api_key === '' || api_key_file === '', {
    when: () => true,
    path: ['api_key_file'],
    error: 'is given already by pipeline.scenario_filtering.api_key; set one of the two',
  });

/** Whether what is sent there could be read on the way. The value may be of the wrong type or none: that is told beside. */
function isPlainText(value: unknown): boolean {
  if (typeof value !== 'string' || !isBaseUrl(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'http:' && !isLoopback(hostname.replace(/^\[|\]$/g, ''));
}

function isBaseUrl(value: string): boolean {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return false;
  const { username, password, search, hash } = new URL(value);
  return username + password + search + hash === '';
}
