import { SessionServiceDefinition } from '@doul/contracts';
import { Endpoint, markRevoked, type AnswerOf, type Call, type InputOf } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Controller } from '@nestjs/common';
import { listSessions, revokeSession } from './session.schema.js';

@Controller()
export class SessionController {
  constructor(@InjectRpc(SessionServiceDefinition) private readonly sessions: ApiClient<typeof SessionServiceDefinition>) {}

  @Endpoint(listSessions)
  async list(_input: InputOf<typeof listSessions>, call: Call): Promise<AnswerOf<typeof listSessions>> {
    const { sessions } = await this.sessions.listSessions({ userId: call.viewerId }, { context: call });
    const session_list = sessions.map((session) => ({
      id: session.id,
      created_at: session.createdAtMs,
      last_seen_at: session.lastSeenAtMs,
      agent: session.userAgent,
      address: session.address,
      current: session.id === call.sessionId,
    }));
    return { session_list };
  }

  @Endpoint(revokeSession)
  async revoke(input: InputOf<typeof revokeSession>, call: Call): Promise<AnswerOf<typeof revokeSession>> {
    await this.sessions.revokeSession({ userId: call.viewerId, sessionId: input.session_id }, { context: call });
    markRevoked(input.session_id);
    return {};
  }
}
