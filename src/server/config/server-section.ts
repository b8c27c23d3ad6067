import { z } from 'zod';
import {
  flag,
  isSet,
  type SectionRule,
  text,
  textMatching,
  wholeNumber,
  wholeNumberOrAuto,
  withRules,
} from './constraints';

const fields = z.strictObject({
  host: textMatching('must be a host name or an IP address', (value) => /^[\w.:%-]{1,253}$/.test(value)),
  port: wholeNumber(0, 65_535),
  workers: wholeNumberOrAuto(1, 256),
  reflection: flag(),
  tls_cert_file: text(0, 4_096),
  tls_key_file: text(0, 4_096),
  tls_client_ca_file: text(0, 4_096),
  tls_require_client_certificate: flag(),
  tls_terminated_in_front: flag(),
  reload_interval_ms: wholeNumber(100, 3_600_000),
  max_message_bytes: wholeNumber(1_024, 64 * 1_024 * 1_024),
  max_request_bytes_in_flight: wholeNumber(1_024, 1_024 * 1_024 * 1_024 * 1_024),
  max_request_bytes_in_flight_per_tenant: wholeNumber(1_024, 1_024 * 1_024 * 1_024 * 1_024),
  max_response_bytes: wholeNumber(1_024 * 1_024, 64 * 1_024 * 1_024),
  max_metadata_bytes: wholeNumber(1_024, 64 * 1_024),
  max_calls_in_flight: wholeNumber(1, 100_000),
  max_calls_in_flight_per_tenant: wholeNumber(1, 100_000),
  max_streams: wholeNumber(1, 1_000_000),
  max_streams_per_tenant: wholeNumber(1, 1_000_000),
  turns_in_flight_per_stream: wholeNumber(1, 10_000),
  least_time_ms: wholeNumber(0, 1_000),
  turn_timeout_ms: wholeNumber(100, 600_000),
  watch_stall_timeout_ms: wholeNumber(100, 600_000),
  watch_poll_interval_ms: wholeNumber(100, 600_000),
  keepalive_interval_ms: wholeNumber(100, 7_200_000),
  keepalive_timeout_ms: wholeNumber(100, 600_000),
  max_connection_age_ms: wholeNumber(0, 86_400_000),
  max_connection_age_grace_ms: wholeNumber(0, 3_600_000),
  warm_up_turns: wholeNumber(0, 100_000),
  warm_up_timeout_ms: wholeNumber(100, 600_000),
  probe_interval_ms: wholeNumber(100, 60_000),
  probe_timeout_ms: wholeNumber(100, 60_000),
  drain_grace_ms: wholeNumber(0, 300_000),
  drain_timeout_ms: wholeNumber(0, 600_000),
  allow_insecure: flag(),
});

type Fields = z.infer<typeof fields>;

const rules: readonly SectionRule<Fields>[] = [
  {
    key: 'tls_key_file',
    error: 'and server.tls_cert_file must be set together; set both or neither',
    holds: ({ tls_cert_file, tls_key_file }) => isSet(tls_cert_file) === isSet(tls_key_file),
  },
  {
    key: 'tls_client_ca_file',
    error: 'requires TLS; set server.tls_cert_file and server.tls_key_file',
    holds: ({ tls_client_ca_file, tls_cert_file }) => !isSet(tls_client_ca_file) || isSet(tls_cert_file),
  },
  {
    key: 'tls_require_client_certificate',
    error: 'requires the CA certificates that client certificates are verified with; set server.tls_client_ca_file',
    holds: ({ tls_require_client_certificate, tls_client_ca_file }) =>
      tls_require_client_certificate !== true || isSet(tls_client_ca_file),
  },
];

/** Schema of the section [server]. */
export const server = withRules(fields, rules);
