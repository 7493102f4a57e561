import {
  AccountServiceDefinition,
  type LoginRequest,
  type LoginResponse,
  type RegisterRequest,
  type RegisterResponse,
} from '@doul/contracts';
import { RpcController, type RpcHandlers } from '@doul/rpc';
import { AccountRepository, type Account } from '../model/account.repository.js';
import { Profiles } from '../model/profiles.js';
import { SessionRepository } from '../model/session.repository.js';
import { UsercenterErrors } from '../usercenter.errors.js';
import { Passwords } from './passwords.js';
import { Texts } from './texts.js';
import { displayUsername, usernameHash } from './username.js';

const NO_DEVICE = { userAgent: '', address: '' };

@RpcController(AccountServiceDefinition)
export class AccountService implements RpcHandlers<typeof AccountServiceDefinition> {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly sessions: SessionRepository,
    private readonly profiles: Profiles,
    private readonly passwords: Passwords,
    private readonly texts: Texts,
  ) {}

  /** @throws DoulError USERNAME_TAKEN, TEXT_REFUSED */
  async register(request: RegisterRequest): Promise<RegisterResponse> {
    this.texts.checkName('username', request.username);
    const name = usernameHash(request.username);
    const userId = (await this.repeated(request, await this.accounts.find(name))) ?? (await this.create(request, name));
    return { userId, sessionId: await this.sessions.open(userId, request.device ?? NO_DEVICE) };
  }

  /** @throws DoulError LOGIN_FAILED, whatever of the two is wrong */
  async login(request: LoginRequest): Promise<LoginResponse> {
    const account = await this.accounts.find(usernameHash(request.username));
    const right = await this.passwords.verify(account?.passwordHash, request.password);
    if (!account || !right) throw UsercenterErrors.LOGIN_FAILED();
    return { userId: account.id, sessionId: await this.sessions.open(account.id, request.device ?? NO_DEVICE) };
  }

  /** The account that an earlier try of this very request made; undefined when the name is free. @throws DoulError USERNAME_TAKEN */
  private async repeated(request: RegisterRequest, account: Account | undefined): Promise<number | undefined> {
    if (!account) return undefined;
    const sameRequest = request.requestKey !== '' && request.requestKey === account.requestKey;
    if (sameRequest && (await this.passwords.verify(account.passwordHash, request.password))) return account.id;
    throw UsercenterErrors.USERNAME_TAKEN();
  }

  private async create(request: RegisterRequest, name: Buffer): Promise<number> {
    // Of many who want one name at a time only the first pays for a hash: the others see it taken when their turn comes.
    const stillFree = async (): Promise<void> => {
      if (await this.accounts.find(name)) throw UsercenterErrors.USERNAME_TAKEN();
    };
    const passwordHash = await this.passwords.hash(request.password, stillFree);
    const { username, requestKey } = request;
    const userId = await this.accounts.create({ username: displayUsername(username), usernameHash: name, passwordHash, requestKey });
    if (userId === undefined) throw UsercenterErrors.USERNAME_TAKEN();
    await this.profiles.forget(userId);
    return userId;
  }
}
