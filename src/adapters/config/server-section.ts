import { z } from 'zod';
import { flag, text, textThat, whole } from './constraints';
import { isGiven, type Rule, withRules } from './rules';

const fields = z.strictObject({
  host: textThat('must be a host name or an IP address', (value) => /^[\w.:%-]{1,253}$/.test(value)),
  port: whole(0, 65_535),
  reflection: flag(),
  tls_cert_file: text(0, 4_096),
  tls_key_file: text(0, 4_096),
  tls_client_ca_file: text(0, 4_096),
  tls_require_client_certificate: flag(),
  tls_terminated_in_front: flag(),
  reload_interval_ms: whole(100, 3_600_000),
  max_message_bytes: whole(1_024, 64 * 1_024 * 1_024),
  max_metadata_bytes: whole(1_024, 64 * 1_024),
  max_calls_in_flight: whole(1, 100_000),
  max_calls_in_flight_per_tenant: whole(1, 100_000),
  max_streams: whole(1, 1_000_000),
  max_streams_per_tenant: whole(1, 1_000_000),
  turns_in_flight_per_stream: whole(1, 10_000),
  least_time_ms: whole(0, 1_000),
  turn_timeout_ms: whole(100, 600_000),
  watch_stall_timeout_ms: whole(100, 600_000),
  watch_poll_interval_ms: whole(100, 600_000),
  keepalive_interval_ms: whole(100, 7_200_000),
  keepalive_timeout_ms: whole(100, 600_000),
  probe_interval_ms: whole(100, 60_000),
  probe_timeout_ms: whole(100, 60_000),
  drain_grace_ms: whole(0, 300_000),
  drain_timeout_ms: whole(0, 600_000),
  allow_insecure: flag(),
});

type Fields = z.infer<typeof fields>;

const rules: readonly Rule<Fields>[] = [
  {
    key: 'tls_key_file',
    error: 'belongs to a certificate: set server.tls_cert_file and server.tls_key_file, or neither',
    holds: ({ tls_cert_file, tls_key_file }) => isGiven(tls_cert_file) === isGiven(tls_key_file),
  },
  {
    key: 'tls_client_ca_file',
    error: 'has no effect without TLS; set server.tls_cert_file and server.tls_key_file',
    holds: ({ tls_client_ca_file, tls_cert_file }) => !isGiven(tls_client_ca_file) || isGiven(tls_cert_file),
  },
  {
    key: 'tls_require_client_certificate',
    error: 'needs the authorities that sign client certificates; set server.tls_client_ca_file',
    holds: ({ tls_require_client_certificate, tls_client_ca_file }) =>
      tls_require_client_certificate !== true || isGiven(tls_client_ca_file),
  },
];

/** The section [server]. */
export const server = withRules(fields, rules);
