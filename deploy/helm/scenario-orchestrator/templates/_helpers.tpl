{{- define "orchestrator.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "orchestrator.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "orchestrator.labels" -}}
{{ include "orchestrator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "orchestrator.serviceAccountName" -}}
{{- default (include "orchestrator.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{- define "orchestrator.server" -}}
{{- toYaml (default dict .Values.config.server) -}}
{{- end -}}

{{- define "orchestrator.port" -}}
{{- $server := include "orchestrator.server" . | fromYaml -}}
{{- default 50051 $server.port | int -}}
{{- end -}}

{{- /* The port of the HTTP listener; empty if it is not enabled. */ -}}
{{- define "orchestrator.httpPort" -}}
{{- $http := default dict .Values.config.http -}}
{{- if $http.enabled -}}
{{- default 8080 $http.port | int -}}
{{- end -}}
{{- end -}}

{{- /* Maximum shutdown time: pause before the signal, grace period, calls in flight, connections, stores and telemetry (4 s), and one
       more second. Settings that are not in the values have the defaults of config/default.toml. */ -}}
{{- define "orchestrator.terminationSeconds" -}}
{{- $server := include "orchestrator.server" . | fromYaml -}}
{{- $grace := hasKey $server "drain_grace_ms" | ternary $server.drain_grace_ms 200 | int -}}
{{- $timeout := hasKey $server "drain_timeout_ms" | ternary $server.drain_timeout_ms 5000 | int -}}
{{- add .Values.preStopSeconds (divf (add $grace $timeout) 1000 | ceil) 2 4 -}}
{{- end -}}

{{- /* Probes grpc.health.v1 for a service name: `liveness` is independent of Redis, `readiness` is not. The kubelet supports gRPC
       without TLS only. */ -}}
{{- define "orchestrator.probe" -}}
{{- if .root.Values.probes.exec -}}
exec: { command: [node, scripts/health.mjs, {{ .name }}] }
{{- else -}}
grpc: { port: {{ include "orchestrator.port" .root }}, service: {{ .name }} }
{{- end -}}
{{- end -}}

{{- /* Rejects values that would cause pods that do not start, or separate sessions in every pod. */ -}}
{{- define "orchestrator.check" -}}
{{- $redis := default dict .Values.config.redis -}}
{{- if not (or .Values.redis.urlSecret.name $redis.url $redis.sentinels $redis.cluster) -}}
{{- fail "Redis is not configured: set redis.urlSecret.name to a Secret with its URL, or set config.redis.sentinels or config.redis.cluster to a list of host:port." -}}
{{- end -}}
{{- if or $redis.password $redis.sentinel_password (contains "@" (default "" $redis.url)) -}}
{{- fail "config.redis contains a password, but config is stored in a ConfigMap: put the URL into the Secret of redis.urlSecret, or the password into a file of secretFiles and its path into config.redis.password_file or config.redis.sentinel_password_file." -}}
{{- end -}}
{{- $filtering := default dict (default dict .Values.config.pipeline).scenario_filtering -}}
{{- if $filtering.api_key -}}
{{- fail "config.pipeline.scenario_filtering contains api_key, but config is stored in a ConfigMap: put the key into a file of secretFiles and its path into config.pipeline.scenario_filtering.api_key_file." -}}
{{- end -}}
{{- $server := include "orchestrator.server" . | fromYaml -}}
{{- if not (or $server.allow_insecure .Values.config.auth) -}}
{{- fail "Authentication is not configured, but pods accept connections from other pods: set up config.auth, or set config.server.allow_insecure to true if the network restricts access." -}}
{{- end -}}
{{- end -}}
