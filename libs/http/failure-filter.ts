import { CommonErrors } from '@doul/contracts';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { methodsOf } from './decorator.js';
import { sendFailure } from './handle.js';

/** Answers what went wrong outside of an endpoint: unknown paths, wrong methods, unreadable bodies. */
@Catch()
export class FailureFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent) return;
    const methods = request.is404 ? methodsOf(request.url.split('?')[0] ?? '') : [];
    if (methods.length === 0) return sendFailure(error, request.exchange, reply);
    return sendFailure(CommonErrors.METHOD_NOT_ALLOWED(), request.exchange, reply, ['allow', [...methods, 'OPTIONS'].join(', ')]);
  }
}
