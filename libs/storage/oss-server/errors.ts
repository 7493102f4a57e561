/** Status and default message of the errors this server answers, as OSS documents them. */
const TABLE = {
  AccessDenied: [403, 'You have no right to access this object.'],
  AccessForbidden: [403, 'CORSResponse: This CORS request is not allowed.'],
  BadDigest: [400, 'The Content-MD5 you specified did not match what we received.'],
  EntityTooLarge: [400, 'Your proposed upload exceeds the maximum allowed size.'],
  EntityTooSmall: [400, 'Your proposed upload is smaller than the minimum allowed size.'],
  FileAlreadyExists: [409, 'The object you specified already exists and can not be overwritten.'],
  IncompleteBody: [400, 'The request body is incomplete.'],
  InternalError: [500, 'We encountered an internal error. Please try again.'],
  InvalidAccessKeyId: [403, 'The OSS Access Key Id you provided does not exist in our records.'],
  InvalidArgument: [400, 'Invalid argument.'],
  InvalidDigest: [400, 'The Content-MD5 you specified is invalid.'],
  InvalidObjectName: [400, 'The specified object is not valid.'],
  InvalidPart: [400, 'One or more of the specified parts could not be found or the specified entity tag might not have matched.'],
  InvalidPartOrder: [400, 'The list of parts was not in ascending order.'],
  InvalidPolicyDocument: [400, 'The content of the form does not meet the conditions specified in the policy document.'],
  InvalidRange: [416, 'The requested range cannot be satisfied.'],
  InvalidURI: [400, 'Could not parse the specified URI.'],
  MalformedPOSTRequest: [400, 'The body of your POST request is not well-formed multipart/form-data.'],
  MalformedXML: [400, 'The XML you provided was not well-formed.'],
  MethodNotAllowed: [405, 'The specified method is not allowed against this resource.'],
  NoSuchBucket: [404, 'The specified bucket does not exist.'],
  NoSuchCORSConfiguration: [404, 'The CORS configuration does not exist.'],
  NoSuchKey: [404, 'The specified key does not exist.'],
  NoSuchUpload: [404, 'The specified upload does not exist. The upload ID might be invalid, or the upload was aborted or completed.'],
  NotImplemented: [501, 'A header or parameter you provided implies functionality that is not implemented.'],
  NotModified: [304, 'Not modified.'],
  PreconditionFailed: [412, 'At least one of the pre-conditions you specified did not hold.'],
  RequestTimeTooSkewed: [403, 'The difference between the request time and the current time is too large.'],
  SignatureDoesNotMatch: [
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  ],
} as const satisfies Record<string, readonly [number, string]>;

export type OssErrorCode = keyof typeof TABLE;

/** An answer other than success; its code, status and message are those of OSS. */
export class OssError extends Error {
  readonly status: number;

  constructor(
    readonly code: OssErrorCode,
    message?: string,
    /** More elements of the error document, for example what was signed. */
    readonly details: Record<string, string> = {},
  ) {
    super(message ?? TABLE[code][1]);
    this.name = code;
    this.status = TABLE[code][0];
  }
}

/** What a failure looks like to a client: unexpected ones keep their text to themselves. */
export const asOssError = (error: unknown): OssError => (error instanceof OssError ? error : new OssError('InternalError'));
