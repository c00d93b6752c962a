{{- define "tasrih.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "tasrih.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains (include "tasrih.name" .) .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "tasrih.name" .) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "tasrih.selector" -}}
app.kubernetes.io/name: {{ include "tasrih.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "tasrih.labels" -}}
{{ include "tasrih.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "tasrih.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "tasrih.protocol" -}}
{{- default "PLAINTEXT" .Values.settings.security_protocol -}}
{{- end -}}

{{/* The secret with the worker's password: the one named, else the one that Strimzi makes for its user. */}}
{{- define "tasrih.saslSecret" -}}
{{- if .Values.sasl.secret -}}
{{- .Values.sasl.secret -}}
{{- else if .Values.strimzi.users -}}
{{- include "tasrih.fullname" . -}}
{{- end -}}
{{- end -}}

{{- define "tasrih.saslUsername" -}}
{{- if .Values.sasl.username -}}
{{- .Values.sasl.username -}}
{{- else if and .Values.strimzi.users (not .Values.sasl.secret) -}}
{{- include "tasrih.fullname" . -}}
{{- end -}}
{{- end -}}

{{- define "tasrih.strimziNamespace" -}}
{{- default .Release.Namespace .Values.strimzi.namespace -}}
{{- end -}}

{{/* What cannot work is refused before anything is applied. */}}
{{- define "tasrih.check" -}}
{{- $protocol := include "tasrih.protocol" . -}}
{{- if le (int .Values.terminationGracePeriodSeconds) (int .Values.settings.drain_seconds) -}}
{{- fail "terminationGracePeriodSeconds must be above settings.drain_seconds, or a worker is killed while it drains" -}}
{{- end -}}
{{- if and (hasPrefix "SASL" $protocol) (not (include "tasrih.saslSecret" .)) -}}
{{- fail (printf "settings.security_protocol %s needs sasl.secret (or strimzi.users)" $protocol) -}}
{{- end -}}
{{- if and (hasPrefix "SASL" $protocol) (not .Values.settings.sasl_mechanism) -}}
{{- fail (printf "settings.security_protocol %s needs settings.sasl_mechanism" $protocol) -}}
{{- end -}}
{{- if and .Values.sasl.secret (not (hasPrefix "SASL" $protocol)) -}}
{{- fail (printf "sasl.secret is set, but settings.security_protocol %s does not use it" $protocol) -}}
{{- end -}}
{{- if and (or .Values.tls.caSecret .Values.tls.clientSecret) (not (hasSuffix "SSL" $protocol)) -}}
{{- fail (printf "tls is set, but settings.security_protocol %s does not use it" $protocol) -}}
{{- end -}}
{{- if and .Values.persistence.enabled (ne .Values.kind "StatefulSet") -}}
{{- fail "persistence needs kind: StatefulSet" -}}
{{- end -}}
{{- if and .Values.keda.enabled (gt (int .Values.keda.maxReplicas) (int .Values.keda.partitions)) -}}
{{- fail "keda.maxReplicas is above keda.partitions: the workers above it would have nothing to read" -}}
{{- end -}}
{{- if and .Values.keda.enabled (gt (int .Values.keda.minReplicas) (int .Values.keda.maxReplicas)) -}}
{{- fail "keda.minReplicas is above keda.maxReplicas" -}}
{{- end -}}
{{- if and (or .Values.strimzi.topics .Values.strimzi.users) (not .Values.strimzi.cluster) -}}
{{- fail "strimzi.cluster must name the Kafka cluster" -}}
{{- end -}}
{{- if and .Values.strimzi.users (ne (default "" .Values.settings.sasl_mechanism) "SCRAM-SHA-512") -}}
{{- fail "strimzi.users makes SCRAM-SHA-512 users: settings.sasl_mechanism must say so" -}}
{{- end -}}
{{- end -}}
