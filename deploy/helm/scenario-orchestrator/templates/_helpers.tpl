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

{{- /* The time that the service takes to stop at most: before the signal, until no call is taken, for the calls in flight, for
       connections, stores and telemetry (4 s), and a second more. What is not in the values is as in config/default.toml. */ -}}
{{- define "orchestrator.terminationSeconds" -}}
{{- $server := include "orchestrator.server" . | fromYaml -}}
{{- $grace := hasKey $server "drain_grace_ms" | ternary $server.drain_grace_ms 200 | int -}}
{{- $timeout := hasKey $server "drain_timeout_ms" | ternary $server.drain_timeout_ms 5000 | int -}}
{{- add .Values.preStopSeconds (divf (add $grace $timeout) 1000 | ceil) 2 3 -}}
{{- end -}}

{{- /* Asks grpc.health.v1 for a name: `liveness`, which does not follow Redis, or `readiness`, which does. The kubelet speaks gRPC
       without TLS only. */ -}}
{{- define "orchestrator.probe" -}}
{{- if .root.Values.probes.exec -}}
exec: { command: [node, scripts/health.mjs, {{ .name }}] }
{{- else -}}
grpc: { port: {{ include "orchestrator.port" .root }}, service: {{ .name }} }
{{- end -}}
{{- end -}}

{{- /* What would only show as pods that do not start, or as sessions of which every pod has its own. */ -}}
{{- define "orchestrator.check" -}}
{{- $redis := default dict .Values.config.redis -}}
{{- if not (or .Values.redis.urlSecret.name $redis.url $redis.sentinels $redis.cluster) -}}
{{- fail "There is no Redis: set redis.urlSecret.name to a Secret that has its URL, or config.redis.sentinels or config.redis.cluster to host:port items." -}}
{{- end -}}
{{- if or $redis.password $redis.sentinel_password (contains "@" (default "" $redis.url)) -}}
{{- fail "config becomes a ConfigMap, and its section redis has a password: put the URL into the Secret of redis.urlSecret, or the password into one of secretFiles and its path into config.redis.password_file or config.redis.sentinel_password_file." -}}
{{- end -}}
{{- $filtering := default dict (default dict .Values.config.pipeline).scenario_filtering -}}
{{- if $filtering.api_key -}}
{{- fail "config becomes a ConfigMap, and its section pipeline.scenario_filtering has the model's api_key: put the key into one of secretFiles and its path into config.pipeline.scenario_filtering.api_key_file." -}}
{{- end -}}
{{- $server := include "orchestrator.server" . | fromYaml -}}
{{- if not (or $server.allow_insecure .Values.config.auth) -}}
{{- fail "Pods listen for other pods, and nobody would have to say who they are: set up authentication in config.auth, or set config.server.allow_insecure to true where the network keeps strangers out." -}}
{{- end -}}
{{- end -}}
