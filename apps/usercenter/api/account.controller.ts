import { AccountServiceDefinition, SessionServiceDefinition } from '@doul/contracts';
import { Endpoint, markRevoked, signToken, type AnswerOf, type Call, type InputOf } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Controller } from '@nestjs/common';
import { login, logout, register } from './account.schema.js';

/** A password hash may have to wait for its turn, in ms. */
const PASSWORD_DEADLINE_MS = 10_000;

const deviceOf = ({ userAgent, address }: Call): { userAgent: string; address: string } => ({ userAgent, address });

const answerOf = (opened: { userId: number; sessionId: number }): AnswerOf<typeof login> => ({
  user_id: opened.userId,
  token: signToken(opened).token,
});

@Controller()
export class AccountController {
  constructor(
    @InjectRpc(AccountServiceDefinition) private readonly accounts: ApiClient<typeof AccountServiceDefinition>,
    @InjectRpc(SessionServiceDefinition) private readonly sessions: ApiClient<typeof SessionServiceDefinition>,
  ) {}

  @Endpoint(register)
  async register(input: InputOf<typeof register>, call: Call): Promise<AnswerOf<typeof register>> {
    const request = { ...input, device: deviceOf(call), requestKey: call.requestKey };
    return answerOf(await this.accounts.register(request, { context: call, deadlineMs: PASSWORD_DEADLINE_MS }));
  }

  @Endpoint(login)
  async login(input: InputOf<typeof login>, call: Call): Promise<AnswerOf<typeof login>> {
    const request = { ...input, device: deviceOf(call) };
    return answerOf(await this.accounts.login(request, { context: call, deadlineMs: PASSWORD_DEADLINE_MS }));
  }

  @Endpoint(logout)
  async logout(_input: InputOf<typeof logout>, call: Call): Promise<AnswerOf<typeof logout>> {
    await this.sessions.revokeSession({ userId: call.viewerId, sessionId: call.sessionId }, { context: call });
    markRevoked(call.sessionId);
    return {};
  }
}
