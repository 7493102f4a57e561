// Whether the process of this container answers at HEALTH_URL. Any answer below 500 counts: the bundled object store refuses strangers.
const url = process.env['HEALTH_URL'] ?? 'http://127.0.0.1:9090/readyz';
const status = await fetch(url, { signal: AbortSignal.timeout(2_500) }).then(
  (response) => response.status,
  () => 599,
);
process.exit(status < 500 ? 0 : 1);
