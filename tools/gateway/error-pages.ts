import { CommonErrors, type ErrorRow } from '@doul/contracts';

interface ErrorPage {
  /** Statuses nginx makes itself, as its `error_page` names them. */
  from: string;
  row: ErrorRow;
  /** The page's name; several may have one HTTP status. */
  name: string;
}

/** nginx's own errors and the errors of ours they are. 494 is nginx's name for too large headers. */
const PAGES: readonly ErrorPage[] = [
  { from: '400', name: '400', row: CommonErrors.UNREADABLE_BODY.row },
  { from: '403 404', name: '404', row: CommonErrors.NOT_FOUND_PATH.row },
  { from: '405', name: '405', row: CommonErrors.METHOD_NOT_ALLOWED.row },
  { from: '413', name: '413', row: CommonErrors.BODY_TOO_LARGE.row },
  { from: '414', name: '414', row: CommonErrors.URI_TOO_LONG.row },
  { from: '415', name: '415', row: CommonErrors.UNSUPPORTED_MEDIA.row },
  { from: '494', name: '431', row: CommonErrors.HEADERS_TOO_LARGE.row },
  { from: '429', name: '429', row: CommonErrors.RATE_LIMITED.row },
  { from: '500 501 502 503 505', name: '503', row: CommonErrors.UNAVAILABLE.row },
  { from: '504', name: '504', row: CommonErrors.DEADLINE.row },
];

const body = (code: number, text: string): string => JSON.stringify({ status_code: code, status_msg: text }).replaceAll("'", '’');

/** One variable per page that holds its body in the client's language. */
export const errorMaps = (): string =>
  PAGES.map(
    ({ name, row }) => `  map $doul_language $doul_error_${name} {
    zh '${body(row.code, row.zh)}';
    default '${body(row.code, row.en)}';
  }`,
  ).join('\n');

export const errorPages = (): string =>
  PAGES.map(({ from, name, row }) => `    error_page ${from} =${row.http ?? 503} /_error/${name};`).join('\n');

/** The envelope for an error that no API layer saw, with the headers that let a browser read it. */
export const errorLocations = (): string =>
  PAGES.map(({ name, row }) => {
    const status = row.http ?? 503;
    const retry = status === 429 || status === 503 ? '\n      add_header Retry-After 1 always;' : '';
    return `    location = /_error/${name} {
      internal;
      include headers.conf;
      add_header Access-Control-Allow-Origin $doul_cors_origin always;
      add_header Access-Control-Expose-Headers "X-Request-Id, Retry-After" always;${retry}
      return ${status} $doul_error_${name};
    }`;
  }).join('\n');
