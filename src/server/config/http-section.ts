import { z } from 'zod';
import { flag, wholeNumber } from './constraints';

const originError =
  'must be a list of origins such as "https://console.example.com": scheme, host and, if it is not the default, port; or "*"';

/** Schema of the section [http]. */
export const http = z.strictObject({
  enabled: flag(),
  port: wholeNumber(0, 65_535),
  reference: flag(),
  cors_allowed_origins: z
    .array(z.string({ error: originError }).refine(isOrigin, { error: originError }), { error: originError })
    .max(100, { error: 'must be a list of at most 100 origins' }),
  heartbeat_interval_ms: wholeNumber(100, 600_000),
});

/** Whether a text is an origin as browsers send it. */
function isOrigin(text: string): boolean {
  return text === '*' || (URL.canParse(text) && new URL(text).origin === text);
}
