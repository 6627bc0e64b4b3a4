{{- define "duizhang.name" -}}
{{- printf "%s" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "duizhang.labels" -}}
app.kubernetes.io/name: duizhang
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* Of one part: a dict with root and part. */}}
{{- define "duizhang.selector" -}}
app.kubernetes.io/name: duizhang
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end -}}

{{- define "duizhang.addresses" -}}
- { name: DUIZHANG_CONFIG, value: /etc/duizhang/duizhang.config.yaml }
- { name: DUIZHANG_DATA, value: /data }
- { name: DUIZHANG_HOST, value: 0.0.0.0 }
- { name: DUIZHANG_SIGNING_KEY, value: /etc/duizhang-keys/signing-key.pem }
- { name: DUIZHANG_SESSION_KEY, value: /etc/duizhang-keys/session-key }
{{- if .Values.configSecretsName }}
- { name: DUIZHANG_SECRETS_DIR, value: /etc/duizhang-secrets }
{{- end }}
{{- range $name, $key := dict "DUIZHANG_LOG_URL" "logUrl" "DUIZHANG_WINDOW_URL" "windowUrl" "DUIZHANG_CLICKHOUSE_URL" "clickhouseUrl" }}
- name: {{ $name }}
  valueFrom: { secretKeyRef: { name: {{ $.Values.secretName }}, key: {{ $key }} } }
{{- end }}
{{- if .Values.clickhouseCluster }}
- { name: DUIZHANG_CLICKHOUSE_CLUSTER, value: {{ .Values.clickhouseCluster | quote }} }
{{- end }}
- name: DUIZHANG_AUDIT_URL
  valueFrom: { secretKeyRef: { name: {{ .Values.secretName }}, key: auditUrl, optional: true } }
{{- end -}}

{{/* What every pod of ours is like, but its containers. */}}
{{- define "duizhang.pod" -}}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: config
    configMap: { name: {{ include "duizhang.name" . }} }
  - name: keys
    secret:
      secretName: {{ .Values.secretName }}
      # A key that every user of a machine may read is refused.
      defaultMode: 0440
      items:
        - { key: signing-key.pem, path: signing-key.pem }
        - { key: session-key, path: session-key }
  - name: data
    persistentVolumeClaim: { claimName: {{ .Values.data.existingClaim | default (include "duizhang.name" .) }} }
  - name: tmp
    emptyDir: { sizeLimit: 2Gi }
{{- if .Values.configSecretsName }}
  - name: secrets
    secret: { secretName: {{ .Values.configSecretsName }}, defaultMode: 0440 }
{{- end }}
{{- end -}}

{{/* The schema, before a process of this version starts; those of the version before go on meanwhile. */}}
{{- define "duizhang.prepare" -}}
initContainers:
  - name: prepare
    {{- include "duizhang.container" . | nindent 4 }}
    command: [duizhang, prepare]
    env: {{- include "duizhang.addresses" . | nindent 6 }}
    resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 512Mi } }
{{- end -}}

{{- define "duizhang.container" -}}
image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
volumeMounts:
  - { name: config, mountPath: /etc/duizhang, readOnly: true }
  - { name: keys, mountPath: /etc/duizhang-keys, readOnly: true }
  - { name: data, mountPath: /data }
  - { name: tmp, mountPath: /tmp }
{{- if .Values.configSecretsName }}
  - { name: secrets, mountPath: /etc/duizhang-secrets, readOnly: true }
{{- end }}
{{- end -}}
