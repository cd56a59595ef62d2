{{- define "stream-lag-exporter.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Shorter than 63: StatefulSets and what is made of the name put something behind it. */}}
{{- define "stream-lag-exporter.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 48 | trimSuffix "-" }}
{{- else if contains (include "stream-lag-exporter.name" .) .Release.Name }}
{{- .Release.Name | trunc 48 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "stream-lag-exporter.name" .) | trunc 48 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "stream-lag-exporter.selector" -}}
app.kubernetes.io/name: {{ include "stream-lag-exporter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "stream-lag-exporter.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "stream-lag-exporter.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "stream-lag-exporter.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "stream-lag-exporter.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "stream-lag-exporter.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{ end }}
{{- end }}
{{- end }}

{{- define "stream-lag-exporter.isSharded" -}}
{{- if gt (int .Values.sharding.count) 1 }}true{{ end }}
{{- end }}

{{/* How many pods there are. */}}
{{- define "stream-lag-exporter.pods" -}}
{{- mul (int .Values.replicas) (int .Values.sharding.count) }}
{{- end }}

{{/* The volume that has the configuration file; nothing where the environment is the configuration. */}}
{{- define "stream-lag-exporter.configVolume" -}}
{{- if .Values.existingSecret -}}
secret:
  secretName: {{ .Values.existingSecret }}
  defaultMode: 0440
{{- else if .Values.existingConfigMap -}}
configMap:
  name: {{ .Values.existingConfigMap }}
{{- else if .Values.config -}}
configMap:
  name: {{ include "stream-lag-exporter.fullname" . }}
{{- end }}
{{- end }}

{{/* Refuses values that contradict each other. */}}
{{- define "stream-lag-exporter.check" -}}
{{- $sources := list }}
{{- range list "config" "existingConfigMap" "existingSecret" }}
{{- if get $.Values . }}{{ $sources = append $sources . }}{{ end }}
{{- end }}
{{- if gt (len $sources) 1 }}
{{- fail (printf "%s: only one of them can be the configuration" (join " and " $sources)) }}
{{- end }}
{{- if not (or $sources .Values.extraEnv .Values.extraEnvFrom) }}
{{- fail "nothing to poll: set config.targets, existingConfigMap or existingSecret, or KAFKA_BROKERS, REDIS_URL or NATS_URL by extraEnv" }}
{{- end }}
{{- include "stream-lag-exporter.refuseSecrets" (dict "path" "config" "value" .Values.config) }}
{{- end }}

{{/* Walks through the configuration. What stands in a ConfigMap is read by many: a secret is refused. */}}
{{- define "stream-lag-exporter.refuseSecrets" -}}
{{- $path := .path }}
{{- if kindIs "map" .value }}
{{- range $key, $value := .value }}
{{- $at := printf "%s.%s" $path $key }}
{{- if and (has $key (list "password" "token" "client_secret")) (not (regexMatch `^\$\{\w+(:\?[^}]*)?\}$` (toString $value))) }}
{{- fail (printf "%s: it would stand in a ConfigMap: write %s_file with secretMounts, or ${VARIABLE} with extraEnv" $at $at) }}
{{- end }}
{{- include "stream-lag-exporter.refuseSecrets" (dict "path" $at "value" $value) }}
{{- end }}
{{- else if kindIs "slice" .value }}
{{- range $index, $value := .value }}
{{- include "stream-lag-exporter.refuseSecrets" (dict "path" (printf "%s[%d]" $path $index) "value" $value) }}
{{- end }}
{{- else if kindIs "string" .value }}
{{- $open := regexReplaceAll `\$\{\w+(:\?[^}]*)?\}` .value "" }}
{{- if or (regexMatch `://[^/\s@:]*:[^/\s@]+@` $open) (regexMatch `^(nats|tls|wss?)://[^/\s@:]+@` $open) }}
{{- fail (printf "%s: its login would stand in a ConfigMap: take it out of the address, or write ${VARIABLE} there, with extraEnv" $path) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Puts a site's addresses into rules and dashboards, where it gives some. */}}
{{- define "stream-lag-exporter.linked" -}}
{{- $text := .text }}
{{- with .links.runbooks }}{{ $text = replace "https://example.com/stream-lag-exporter/docs/runbooks" (trimSuffix "/" .) $text }}{{ end }}
{{- with .links.grafana }}{{ $text = replace "https://grafana.example.com" (trimSuffix "/" .) $text }}{{ end }}
{{- $text }}
{{- end }}
