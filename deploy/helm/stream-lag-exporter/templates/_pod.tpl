{{/* The pods of the Deployment or StatefulSet. */}}
{{- define "stream-lag-exporter.pod" -}}
{{- $volume := include "stream-lag-exporter.configVolume" . }}
{{- $sharded := include "stream-lag-exporter.isSharded" . -}}
metadata:
  labels:
    {{- include "stream-lag-exporter.selector" . | nindent 4 }}
    {{- /* No versions: a new chart alone is no reason to restart. */}}
    {{- with merge (dict) .Values.podLabels .Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- $annotations := merge (dict) .Values.podAnnotations }}
  {{- if .Values.config }}
  {{- $_ := set $annotations "checksum/config" (.Values.config | toYaml | sha256sum) }}
  {{- end }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "stream-lag-exporter.serviceAccountName" . }}
  # It asks Kubernetes nothing.
  automountServiceAccountToken: false
  # Variables such as KAFKA_SERVICE_HOST for each Service would be there to be mistaken for its own.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: exporter
      image: {{ include "stream-lag-exporter.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        {{- if $volume }}
        - --config.file=/etc/stream-lag-exporter/config/{{ .Values.configKey }}
        {{- end }}
        {{- if .Values.webConfig.existingSecret }}
        - --web.config.file=/etc/stream-lag-exporter/web/{{ .Values.webConfig.key }}
        {{- end }}
        {{- if $sharded }}
        - --shard.count={{ .Values.sharding.count }}
        - --shard.index=$(POD_NAME)
        {{- end }}
        {{- range .Values.extraArgs }}
        - {{ . | quote }}
        {{- end }}
      {{- if or $sharded .Values.extraEnv }}
      env:
        {{- if $sharded }}
        - name: POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        {{- end }}
        {{- with .Values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
      {{- with .Values.extraEnvFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - name: http
          containerPort: 10977
      livenessProbe:
        {{- include "stream-lag-exporter.probe" (dict "webConfig" .Values.webConfig "path" "/-/healthy") | nindent 8 }}
        {{- toYaml .Values.livenessProbe | nindent 8 }}
      readinessProbe:
        {{- include "stream-lag-exporter.probe" (dict "webConfig" .Values.webConfig "path" "/-/ready") | nindent 8 }}
        {{- toYaml .Values.readinessProbe | nindent 8 }}
      {{- with .Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- if or $volume .Values.webConfig.existingSecret .Values.secretMounts .Values.extraVolumeMounts }}
      volumeMounts:
        {{- if $volume }}
        - name: config
          mountPath: /etc/stream-lag-exporter/config
          readOnly: true
        {{- end }}
        {{- if .Values.webConfig.existingSecret }}
        - name: web
          mountPath: /etc/stream-lag-exporter/web
          readOnly: true
        {{- end }}
        {{- range $index, $mount := .Values.secretMounts }}
        - name: secret-{{ $index }}
          mountPath: {{ $mount.mountPath }}
          readOnly: true
        {{- end }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
  {{- if or $volume .Values.webConfig.existingSecret .Values.secretMounts .Values.extraVolumes }}
  volumes:
    {{- if $volume }}
    - name: config
      {{- $volume | nindent 6 }}
    {{- end }}
    {{- with .Values.webConfig.existingSecret }}
    - name: web
      secret:
        secretName: {{ . }}
        defaultMode: 0440
    {{- end }}
    {{- range $index, $mount := .Values.secretMounts }}
    - name: secret-{{ $index }}
      secret:
        secretName: {{ $mount.secretName }}
        defaultMode: 0440
        {{- with $mount.items }}
        items:
          {{- toYaml . | nindent 10 }}
        {{- end }}
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- $own := dict "labelSelector" (dict "matchLabels" (include "stream-lag-exporter.selector" $ | fromYaml)) }}
    {{- range . }}
    - {{ toYaml (hasKey . "labelSelector" | ternary . (merge (dict) . $own)) | nindent 6 | trim }}
    {{- end }}
  {{- end }}
{{- end }}

{{/* How the kubelet looks. `health` finds port and scheme by the first process, and takes "who are you" for healthy. */}}
{{- define "stream-lag-exporter.probe" -}}
{{- if and .webConfig.existingSecret (eq .webConfig.probes "exec") -}}
exec:
  command: [/nodejs/bin/node, /app/dist/main.js, health]
{{- else if and .webConfig.existingSecret (eq .webConfig.probes "tcp") -}}
tcpSocket:
  port: http
{{- else -}}
httpGet:
  path: {{ .path }}
  port: http
  {{- if .webConfig.existingSecret }}
  scheme: HTTPS
  {{- end }}
{{- end }}
{{- end }}
