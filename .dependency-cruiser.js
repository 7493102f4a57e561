/**
 * The architecture as rules. Layers of a service: api -> (RPC clients) and rpc, worker -> model. Libraries: arrows only downwards.
 * A dependency that none of these allows is an error, not a matter of taste.
 */
const libs = ['contracts', 'runtime', 'rpc', 'http', 'data', 'events', 'storage', 'text', 'cards', 'testing'];

/** What each library may import of the others. */
const below = {
  contracts: [],
  runtime: ['contracts'],
  rpc: ['runtime', 'contracts'],
  data: ['runtime', 'contracts'],
  storage: ['runtime', 'contracts'],
  http: ['rpc', 'data', 'runtime', 'contracts'],
  events: ['data', 'runtime', 'contracts'],
  text: ['rpc', 'runtime', 'contracts'],
  cards: ['http', 'rpc', 'data', 'runtime', 'contracts'],
  testing: ['cards', 'http', 'rpc', 'events', 'data', 'storage', 'text', 'runtime', 'contracts'],
};

const SPECS = '(spec|fixture)\\.(ts|js)$';

/** @param {string} lib */
const libRule = (lib) => ({
  name: `lib-${lib}-below`,
  comment: `libs/${lib} may import only ${below[/** @type {keyof typeof below} */ (lib)].join(', ') || 'npm packages'}.`,
  severity: 'error',
  from: { path: `^libs/${lib}/`, pathNot: SPECS },
  to: {
    path: `^libs/(${libs.filter((other) => other !== lib && !below[/** @type {keyof typeof below} */ (lib)].includes(/** @type {never} */ (other))).join('|')})/`,
  },
});

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'apps-stay-apart',
      comment: 'Services talk through RPC and events. Only apps/main.ts, which composes a process, sees several.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'api-asks-by-rpc',
      comment:
        "An API layer reaches its service's data through RPC clients only, so that it can run in a process of its own. Search has no RPC layer: its API asks the engine.",
      severity: 'error',
      from: { path: '^apps/[^/]+/api/' },
      to: { path: '^apps/[^/]+/(rpc|worker|model)/', pathNot: '^apps/search/model/' },
    },
    {
      name: 'rpc-and-worker-stay-apart',
      comment: 'What both need is a rule or a repository in model/.',
      severity: 'error',
      from: { path: '^apps/[^/]+/(rpc|worker)/' },
      to: { path: '^apps/[^/]+/(api|rpc|worker)/', pathNot: '^apps/[^/]+/$1/' },
    },
    {
      name: 'model-is-the-bottom',
      severity: 'error',
      from: { path: '^apps/[^/]+/model/' },
      to: { path: '^apps/[^/]+/(api|rpc|worker)/' },
    },
    {
      name: 'only-model-stores',
      comment: 'SQL and Redis commands are in model/, nowhere else in a service.',
      severity: 'error',
      from: { path: '^apps/', pathNot: ['^apps/[^/]+/model/', '^apps/[^/]+/test/', SPECS] },
      to: { path: 'node_modules/(typeorm|mysql2|ioredis)/' },
    },
    {
      name: 'libs-do-not-know-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(apps|tools)/' },
    },
    {
      name: 'products-do-not-know-tools',
      severity: 'error',
      from: { path: '^(apps|clients|libs)/' },
      to: { path: '^tools/' },
    },
    {
      name: 'clients-need-nothing',
      comment: 'They run in browsers and are copied into other projects.',
      severity: 'error',
      from: { path: '^clients/([^/]+)/', pathNot: SPECS },
      to: { pathNot: '^clients/$1/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'libs-by-their-entry',
      comment: 'Everything a library offers is in its index.ts.',
      severity: 'error',
      from: { path: '^(apps|tools)/' },
      to: { path: '^libs/[^/]+/', pathNot: ['^libs/[^/]+/index\\.ts$', '^libs/testing/'] },
    },
    {
      name: 'libs-see-entries-of-others',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/[^/]+/', pathNot: ['^libs/$1/', '^libs/[^/]+/index\\.ts$'] },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: ['^libs/testing/', '^apps/[^/]+/test/', SPECS] },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'launcher-needs-nothing',
      comment: 'The launcher runs before npm ci.',
      severity: 'error',
      from: { path: '^tools/launcher/', pathNot: SPECS },
      to: { dependencyTypesNot: ['core', 'local'] },
    },
    ...libs.map(libRule),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.doul)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
