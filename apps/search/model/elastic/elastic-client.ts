import { Client, errors } from '@elastic/elasticsearch';
import { SearchErrors } from '../../search.errors.js';

/** How long Elasticsearch may take for one request, in ms. */
const REQUEST_MS = 5_000;

export const newElasticClient = (node: string): Client => new Client({ node, requestTimeout: REQUEST_MS, maxRetries: 1 });

const statusOf = (error: unknown): number | undefined => (error instanceof errors.ResponseError ? error.statusCode : undefined);

export const isMissingIndex = (error: unknown): boolean => statusOf(error) === 404;

/** Names an error for the caller: what may pass (no connection, timeout, overload) becomes UNAVAILABLE, the rest stays. */
export function fromElasticError(error: unknown): unknown {
  const status = statusOf(error);
  const mayPass = status === 429 || (status !== undefined && status >= 500);
  const noAnswer =
    error instanceof errors.ConnectionError || error instanceof errors.TimeoutError || error instanceof errors.NoLivingConnectionsError;
  return mayPass || noAnswer ? SearchErrors.UNAVAILABLE({}, error) : error;
}
