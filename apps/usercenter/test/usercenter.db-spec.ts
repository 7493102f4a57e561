import { newContext, runInContext } from '@doul/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registration, startUsercenter, type Usercenter } from './fixture.js';

let uc: Usercenter;
beforeAll(async () => {
  uc = await startUsercenter();
});
afterAll(() => uc.stop());

describe('login', () => {
  it('works with the name in any case and only with the password', async () => {
    const { userId } = await uc.accounts.register(registration('Login'));
    expect((await uc.accounts.login({ username: 'lOGIN', password: 'secret-1', device: undefined })).userId).toBe(userId);
    for (const [username, password] of [
      ['login', 'secret-2'],
      ['nobody', 'secret-1'],
    ] as const) {
      await expect(uc.accounts.login({ username, password, device: undefined })).rejects.toMatchObject({ name: 'LOGIN_FAILED' });
    }
  });
  it('takes as long for a name that does not exist as for a wrong password', async () => {
    await uc.accounts.register(registration('timed'));
    // The shortest of many, taken in turns: whatever else the machine does makes times longer, never shorter.
    const shortest = { timed: Infinity, 'not there': Infinity };
    for (let round = 0; round < 12; round++) {
      for (const username of ['timed', 'not there'] as const) {
        const before = performance.now();
        await uc.accounts.login({ username, password: 'wrong-one', device: undefined }).catch(() => undefined);
        shortest[username] = Math.min(shortest[username], performance.now() - before);
      }
    }
    const [known, unknown] = [shortest.timed, shortest['not there']];
    expect(Math.max(known, unknown) / Math.min(known, unknown)).toBeLessThan(1.5);
  });
});

describe('sessions', () => {
  it('are listed, revoked, and found by those who poll', async () => {
    const { userId, sessionId } = await uc.accounts.register(registration('sessions'));
    const other = await uc.accounts.login({ username: 'sessions', password: 'secret-1', device: { userAgent: 'phone', address: '::1' } });
    const stranger = await uc.accounts.register(registration('stranger'));
    expect((await uc.sessions.listSessions({ userId })).sessions.map((session) => session.id)).toEqual([other.sessionId, sessionId]);
    await expect(uc.sessions.revokeSession({ userId: stranger.userId, sessionId })).rejects.toMatchObject({ name: 'NO_SUCH_SESSION' });
    await uc.sessions.revokeSession({ userId, sessionId });
    const revoked = await uc.sessions.listRevoked({ sinceMs: 0, afterSessionId: 0, limit: 10 });
    await uc.sessions.revokeSession({ userId, sessionId });
    expect(revoked).toMatchObject({ sessionIds: [sessionId], lastSessionId: sessionId, hasMore: false });
    expect(await uc.sessions.listRevoked({ sinceMs: 0, afterSessionId: 0, limit: 10 })).toEqual(revoked);
    expect((await uc.sessions.listSessions({ userId })).sessions.map((session) => session.id)).toEqual([other.sessionId]);
  });
  it('page through revocations of one millisecond', async () => {
    const { userId } = await uc.accounts.register(registration('paged'));
    const ids = await Promise.all(
      [1, 2, 3, 4, 5].map(() =>
        uc.accounts.login({ username: 'paged', password: 'secret-1', device: undefined }).then((opened) => opened.sessionId),
      ),
    );
    const at = Date.now() + 60_000;
    await uc.database.execute('UPDATE sessions SET revoked_at = ? WHERE id IN (?) AND user_id = ?', [at, ids, userId]);
    const seen: number[] = [];
    for (let page = { lastRevokedAtMs: at, lastSessionId: 0, hasMore: true }; page.hasMore;) {
      const next = await uc.sessions.listRevoked({ sinceMs: page.lastRevokedAtMs, afterSessionId: page.lastSessionId, limit: 2 });
      seen.push(...next.sessionIds);
      page = next;
    }
    expect(seen).toEqual(ids.sort((a, b) => a - b));
  });
  it('remember when they were last used', async () => {
    const { userId, sessionId } = await uc.accounts.register(registration('touched'));
    const seenAtMs = Date.now() + 5_000;
    await uc.sessions.touchSessions({
      uses: [
        { sessionId, seenAtMs, address: '10.0.0.1' },
        { sessionId: 999_999, seenAtMs, address: '' },
      ],
    });
    await uc.sessions.touchSessions({ uses: [{ sessionId, seenAtMs: seenAtMs - 1, address: '10.0.0.2' }] });
    const { sessions } = await uc.sessions.listSessions({ userId });
    expect(sessions[0]).toMatchObject({ lastSeenAtMs: seenAtMs, address: '10.0.0.1' });
  });
});

describe('profiles', () => {
  it('have defaults, keep the order asked, leave out who does not exist', async () => {
    const one = await uc.accounts.register(registration('🌊 one'));
    const two = await uc.accounts.register(registration('two'));
    const { profiles } = await uc.profiles.getProfiles({ ids: [two.userId, 999_999, one.userId, two.userId], viewerId: 0 });
    expect(profiles.map((profile) => profile.name)).toEqual(['two', '🌊 one']);
    for (const profile of profiles) {
      expect(profile.avatar).toMatch(/^https?:\/\/.*\/defaults\/avatar\.png$/);
      expect(profile.backgroundImage).toMatch(/defaults\/background\.png$/);
      expect(profile.signature).not.toBe('');
    }
    expect((await uc.profiles.exists({ ids: [one.userId, 999_999] })).ids).toEqual([one.userId]);
  });
  it('need no SQL when warm, and show an edit at once', async () => {
    const { userId } = await uc.accounts.register(registration('warm'));
    const read = () => uc.profiles.getProfiles({ ids: [userId], viewerId: 0 });
    await read();
    const context = newContext('warm read');
    await runInContext(context, read);
    expect(context.calls).toMatchObject({ sql: 0, redis: 1 });
    const { cursor } = await uc.profiles.listProfileChanges({ cursor: '' });
    await uc.profiles.updateProfile({ userId, name: 'cold', avatarKey: 'avatars/a.png' });
    expect((await uc.profiles.listProfileChanges({ cursor })).userIds).toContain(userId);
    const [edited] = (await read()).profiles;
    expect(edited?.name).toBe('cold');
    expect(edited?.avatar).toContain('avatars/a.png');
    expect(await uc.profiles.updateProfile({ userId, avatarKey: 'avatars/b.png' })).toEqual({ replacedKeys: ['avatars/a.png'] });
  });
  it('are found right after they were asked for too early', async () => {
    const { userId } = await uc.accounts.register(registration('early'));
    expect((await uc.profiles.exists({ ids: [userId + 1] })).ids).toEqual([]);
    const next = await uc.accounts.register(registration('next'));
    expect(next.userId).toBe(userId + 1);
    expect((await uc.profiles.exists({ ids: [next.userId] })).ids).toEqual([next.userId]);
  });
  it('pass the word lists', async () => {
    await expect(uc.accounts.register(registration('a badword'))).rejects.toMatchObject({ name: 'TEXT_REFUSED' });
    const { userId } = await uc.accounts.register(registration('polite'));
    await expect(uc.profiles.updateProfile({ userId, signature: 'badword' })).rejects.toMatchObject({ name: 'TEXT_REFUSED' });
    await uc.profiles.updateProfile({ userId, signature: 'oh meh' });
    expect((await uc.profiles.getProfiles({ ids: [userId], viewerId: 0 })).profiles[0]?.signature).toBe('oh ***');
  });
  it('are scanned by id', async () => {
    const first = await uc.profiles.scanUsers({ ids: [], afterId: 0, limit: 2 });
    expect(first).toMatchObject({ hasMore: true, users: [{ id: 1 }, { id: 2 }] });
    expect((await uc.profiles.scanUsers({ ids: [], afterId: 2, limit: 1_000 })).hasMore).toBe(false);
  });
});
