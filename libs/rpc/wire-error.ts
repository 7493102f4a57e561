import { CommonErrors, DoulError, type ErrorDetails, type GrpcStatusName } from '@doul/contracts';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';

const ERROR_KEY = 'doul-error-bin';

interface WireError {
  code: number;
  name: string;
  message: string;
  messageZh: string;
  details: ErrorDetails;
}

/** What a handler's failure looks like to grpc-js: our own errors whole, anything else as INTERNAL without its text. */
export function toWire(error: unknown): { code: status; details: string; metadata: Metadata } {
  const known = error instanceof DoulError ? error : CommonErrors.INTERNAL({}, error);
  const wire: WireError = {
    code: known.code,
    name: known.name,
    message: known.message,
    messageZh: known.messageZh,
    details: known.details,
  };
  const metadata = new Metadata();
  metadata.set(ERROR_KEY, Buffer.from(JSON.stringify(wire)));
  return { code: status[known.grpc], details: known.message, metadata };
}

function transportError(error: ServiceError): DoulError {
  if (error.code === status.DEADLINE_EXCEEDED) return CommonErrors.DEADLINE({}, error);
  if (error.code === status.UNAVAILABLE || error.code === status.CANCELLED) return CommonErrors.UNAVAILABLE({}, error);
  return CommonErrors.INTERNAL({}, error);
}

/** The error class of the other side again, or the common one for a failure of the transport. */
export function fromWire(error: ServiceError): DoulError {
  const [raw] = error.metadata?.get(ERROR_KEY) ?? [];
  if (!Buffer.isBuffer(raw)) return transportError(error);
  const wire = JSON.parse(raw.toString()) as WireError;
  const grpc = (status[error.code] ?? 'INTERNAL') as GrpcStatusName;
  return DoulError.revive(wire.code, wire.name, grpc, wire.message, wire.messageZh, wire.details);
}

/** Whether the request certainly did not reach a handler, so that even an unsafe method may be sent again. */
export const neverArrived = (error: ServiceError): boolean =>
  error.code === status.UNAVAILABLE && /No connection established|ECONNREFUSED|Name resolution failed/.test(error.details);
