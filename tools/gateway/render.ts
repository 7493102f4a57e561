import { errorLocations, errorMaps, errorPages } from './error-pages.js';

export interface EdgeSettings {
  dir: string;
  listen: string;
  accessLog: string;
  trustedProxies: readonly string[];
  rate: number;
  rateLimits: boolean;
  /** Requests that one API instance is sent at a time. */
  maxInFlight: number;
  modules: string;
  /** User of the workers; empty when nginx is not started as root. */
  user: string;
  publishMaxBytes: number;
  corsOrigins: readonly string[];
  ossEndpoint: string;
  ossBucket: string;
  /** Whether the bucket is in the path rather than in the host name. */
  ossInPath: boolean;
}

/** The parts of a multipart body around its files, in bytes. */
const FORM_OVERHEAD_BYTES = 1_048_576;
/** Two images of 10 MB each. */
const PROFILE_MAX_BYTES = 2 * 10 * 1_048_576 + FORM_OVERHEAD_BYTES;
/** A second's worth of requests may come at once, and as many again. */
const BURST_SECONDS = 2;

/** Where media come from: the bucket, named in the path or in the host name. */
function media({ ossEndpoint, ossBucket, ossInPath }: EdgeSettings): Record<'SCHEME' | 'HOST' | 'SERVER' | 'PATH', string> {
  const url = new URL(ossEndpoint);
  const scheme = url.protocol.slice(0, -1);
  const host = ossInPath ? url.hostname : `${ossBucket}.${url.hostname}`;
  const port = url.port || (scheme === 'https' ? '443' : '80');
  return { SCHEME: scheme, HOST: url.port ? `${host}:${port}` : host, SERVER: `${host}:${port}`, PATH: ossInPath ? `/${ossBucket}` : '' };
}

const corsMap = (origins: readonly string[]): string =>
  origins.includes('*') ? '    default "*";' : [...origins.map((origin) => `    "${origin}" $http_origin;`), '    default "";'].join('\n');

function values(settings: EdgeSettings): Record<string, string> {
  const from = media(settings);
  return {
    MODULES: settings.modules,
    USER: settings.user === '' ? '' : `user ${settings.user};`,
    ACCESS_LOG: settings.accessLog === 'off' ? 'off' : `${settings.accessLog} doul buffer=64k flush=1s`,
    TRUSTED_PROXIES: settings.trustedProxies.map((network) => `  set_real_ip_from ${network};`).join('\n'),
    CORS_ORIGINS: corsMap(settings.corsOrigins),
    LIMITED: settings.rateLimits ? '1' : '0',
    RATE: String(settings.rate),
    BURST: String(settings.rate * BURST_SECONDS),
    MAX_IN_FLIGHT: String(settings.maxInFlight),
    DIR: settings.dir,
    LISTEN: settings.listen,
    PUBLISH_MAX_BYTES: String(settings.publishMaxBytes + FORM_OVERHEAD_BYTES),
    PROFILE_MAX_BYTES: String(PROFILE_MAX_BYTES),
    MEDIA_SCHEME: from.SCHEME,
    MEDIA_HOST: from.HOST,
    MEDIA_SERVER: from.SERVER,
    MEDIA_PATH: from.PATH,
    ERROR_MAPS: errorMaps(),
    ERROR_PAGES: errorPages(),
    ERROR_LOCATIONS: errorLocations(),
  };
}

/**
 * Fills in nginx's configuration.
 *
 * @throws Error when the template names something that is not known
 */
export function render(template: string, settings: EdgeSettings): string {
  const known = values(settings);
  const code = template.replace(/^#.*\n/gm, '');
  return code.replace(/\$\{([A-Z_]+)\}/g, (_, name: string) => {
    const value = known[name];
    if (value === undefined) throw new Error(`the nginx template names \${${name}}, which is not known`);
    return value;
  });
}
