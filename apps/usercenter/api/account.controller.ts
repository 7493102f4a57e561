import { AccountServiceDefinition, SessionServiceDefinition } from '@doul/contracts';
import { Endpoint, markRevoked, signToken, type AnswerOf, type Call, type InputOf } from '@doul/http';
import { InjectRpc, type RpcClient } from '@doul/rpc';
import { Controller } from '@nestjs/common';
import { login, logout, register } from './account.schema.js';

/** A password hash may have to wait for its turn, in ms. */
const PASSWORD_DEADLINE_MS = 10_000;
const options = { deadlineMs: PASSWORD_DEADLINE_MS };

const deviceOf = ({ userAgent, address }: Call): { userAgent: string; address: string } => ({ userAgent, address });

const answerOf = (opened: { userId: number; sessionId: number }): AnswerOf<typeof login> => ({
  user_id: opened.userId,
  token: signToken(opened).token,
});

@Controller()
export class AccountController {
  constructor(
    @InjectRpc(AccountServiceDefinition) private readonly accounts: RpcClient<typeof AccountServiceDefinition>,
    @InjectRpc(SessionServiceDefinition) private readonly sessions: RpcClient<typeof SessionServiceDefinition>,
  ) {}

  @Endpoint(register)
  async register(input: InputOf<typeof register>, call: Call): Promise<AnswerOf<typeof register>> {
    return answerOf(await this.accounts.register({ ...input, device: deviceOf(call), requestKey: call.requestKey }, options));
  }

  @Endpoint(login)
  async login(input: InputOf<typeof login>, call: Call): Promise<AnswerOf<typeof login>> {
    return answerOf(await this.accounts.login({ ...input, device: deviceOf(call) }, options));
  }

  @Endpoint(logout)
  async logout(_input: InputOf<typeof logout>, call: Call): Promise<AnswerOf<typeof logout>> {
    await this.sessions.revokeSession({ userId: call.viewerId, sessionId: call.sessionId });
    markRevoked(call.sessionId);
    return {};
  }
}
