import type { Generator } from './generator.js';

/** Where the instances of a layer start; scale them with `kubectl scale` or an overlay. Memory is the measured size plus room for a busy minute. */
interface Sizing {
  name: string;
  replicas: number;
  memory: string;
  cpu: string;
  /** What it is certain to have. */
  request: string;
  /** More of `limits`. */
  limits: string;
  /** More of its environment. */
  env: Readonly<Record<string, string>>;
}

const layer = (name: string, memory = '384Mi', cpu = '100m', replicas = 2): Sizing => ({
  ...{ name, replicas, memory, cpu },
  ...{ request: '192Mi', limits: '', env: {} },
});

/** Two cores, so that it works on one video at a time; one ffmpeg that goes astray ends before the container does (docs/media.md). */
const VIDEO_WORKER: Sizing = {
  ...layer('video-worker', '5Gi', '500m'),
  ...{ request: '1Gi', limits: "cpu: '2', ", env: { MEDIA_MEMORY_MEGABYTES: '4608' } },
};

const LAYERS: readonly Sizing[] = [
  layer('usercenter-rpc', '512Mi', '200m'),
  layer('friend-rpc'),
  layer('video-rpc', '512Mi', '200m'),
  layer('comment-rpc'),
  layer('chat-rpc'),
  VIDEO_WORKER,
  layer('search-worker', '512Mi'),
  layer('usercenter-api'),
  layer('friend-api'),
  layer('video-api', '512Mi', '200m'),
  layer('comment-api'),
  layer('chat-api'),
  layer('search-api', '512Mi'),
];

function ports(name: string): string {
  const own = name.endsWith('-api') ? [['http', 3000]] : name.endsWith('-rpc') ? [['rpc', 5000]] : [];
  return [...own, ['admin', 9090]].map(([label, port]) => `            - { name: ${label}, containerPort: ${port} }`).join('\n');
}

const probe = (path: string, rest: string): string => `{ httpGet: { path: ${path}, port: admin }, timeoutSeconds: 3, ${rest} }`;

const variables = (env: Sizing['env']): string =>
  Object.entries(env)
    .map(([name, value]) => `\n            - { name: ${name}, value: '${value}' }`)
    .join('');

const deployment = ({ name, replicas, memory, cpu, request, limits, env }: Sizing): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: { app.kubernetes.io/component: ${name} }
spec:
  replicas: ${replicas}
  strategy: { type: RollingUpdate, rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }
  selector: { matchLabels: { app.kubernetes.io/component: ${name} } }
  template:
    metadata:
      labels: { app.kubernetes.io/component: ${name}, doul/tier: layer }
      annotations: { prometheus.io/scrape: 'true', prometheus.io/port: '9090', prometheus.io/path: /metrics }
    spec:
      automountServiceAccountToken: false
      # A layer leaves the list of instances, serves until its callers know, and closes within 10 s.
      terminationGracePeriodSeconds: 20
      securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, seccompProfile: { type: RuntimeDefault } }
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: { matchLabels: { app.kubernetes.io/component: ${name} } }
      containers:
        - name: layer
          image: doul
          ports:
${ports(name)}
          envFrom:
            - configMapRef: { name: doul-config }
            - secretRef: { name: doul-secrets }
          env:
            - { name: SERVICES, value: ${name} }
            - { name: ADVERTISE_HOST, valueFrom: { fieldRef: { fieldPath: status.podIP } } }${variables(env)}
          startupProbe: ${probe('/readyz', 'periodSeconds: 1, failureThreshold: 120')}
          readinessProbe: ${probe('/readyz', 'periodSeconds: 5')}
          livenessProbe: ${probe('/healthz', 'periodSeconds: 10')}
          resources: { requests: { cpu: ${cpu}, memory: ${request} }, limits: { ${limits}memory: ${memory} } }
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
          volumeMounts:
            - { name: tmp, mountPath: /tmp }
      volumes:
        - { name: tmp, emptyDir: {} }
`;

const budget = ({ name }: Sizing): string => `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: ${name}
  labels: { app.kubernetes.io/component: ${name} }
spec:
  maxUnavailable: 1
  selector: { matchLabels: { app.kubernetes.io/component: ${name} } }
`;

const HEAD =
  '# One Deployment and one disruption budget per layer, from one image. Made by `npm run gen` from tools/gen/kubernetes.ts; do not edit.\n';

/** deploy/k8s/base/layers.yaml: thirteen times the same with another name, so it is made, not written. */
export const kubernetes: Generator = {
  name: 'kubernetes',
  generate: () =>
    Promise.resolve([
      { path: 'deploy/k8s/base/layers.yaml', text: `${HEAD}---\n${LAYERS.flatMap((one) => [deployment(one), budget(one)]).join('---\n')}` },
    ]),
};
