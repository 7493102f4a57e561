import {
  SessionServiceDefinition,
  type ListRevokedRequest,
  type ListRevokedResponse,
  type ListSessionsRequest,
  type ListSessionsResponse,
  type RevokeSessionRequest,
  type RevokeSessionResponse,
  type TouchSessionsRequest,
  type TouchSessionsResponse,
} from '@doul/contracts';
import { RpcController, type RpcHandlers } from '@doul/rpc';
import { SessionRepository } from '../model/session.repository.js';
import { UsercenterErrors } from '../usercenter.errors.js';

/** Sessions in one answer. */
const MAX_PAGE = 5_000;

@RpcController(SessionServiceDefinition)
export class SessionService implements RpcHandlers<typeof SessionServiceDefinition> {
  constructor(private readonly sessions: SessionRepository) {}

  async listSessions(request: ListSessionsRequest): Promise<ListSessionsResponse> {
    return { sessions: await this.sessions.list(request.userId) };
  }

  /** @throws DoulError NO_SUCH_SESSION also for somebody else's */
  async revokeSession(request: RevokeSessionRequest): Promise<RevokeSessionResponse> {
    if (!(await this.sessions.revoke(request.userId, request.sessionId))) throw UsercenterErrors.NO_SUCH_SESSION();
    return {};
  }

  async listRevoked({ sinceMs, afterSessionId, limit }: ListRevokedRequest): Promise<ListRevokedResponse> {
    const size = Math.min(Math.max(limit, 1), MAX_PAGE);
    const rows = await this.sessions.revokedSince(sinceMs, afterSessionId, size + 1);
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      sessionIds: page.map((row) => row.id),
      lastRevokedAtMs: last?.revokedAtMs ?? sinceMs,
      lastSessionId: last?.id ?? afterSessionId,
      hasMore: rows.length > size,
    };
  }

  async touchSessions(request: TouchSessionsRequest): Promise<TouchSessionsResponse> {
    await this.sessions.touch(request.uses);
    return {};
  }
}
