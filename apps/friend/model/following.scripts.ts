import { FOLLOWS_CHANGED } from '@doul/contracts';

/**
 * KEYS set, version; ARGV version, ttl in s, members. Puts a set read from MySQL at (or after) that version, unless a newer one is there, or
 * a change from after it was made meanwhile.
 * Members go in by the thousand, since Lua cannot unpack more than some 8,000 values at once.
 */
export const INSTALL = `
local now = tonumber(redis.call('GET', KEYS[2]) or '-1')
if now > tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
for at = 3, #ARGV, 1000 do redis.call('SADD', KEYS[1], unpack(ARGV, at, math.min(at + 999, #ARGV))) end
redis.call('SADD', KEYS[1], 0)
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
return 1`;

/** For so long no set is kept that was read before a change of a set that was not there, in s: longer than any such reading takes. */
const UNLOADED_SECONDS = 60;

/**
 * KEYS set, version; ARGV version that the change made, ttl in s, SADD or SREM, member, viewer. Applies a committed change to a loaded set.
 * A set that already has it stays, one that lacks an earlier change is dropped, to be read again. Those who keep
 * the viewer's follows elsewhere are told in every case.
 */
export const APPLY = `
redis.call('PUBLISH', '${FOLLOWS_CHANGED}', ARGV[5])
local now = tonumber(redis.call('GET', KEYS[2]) or '-1')
local new = tonumber(ARGV[1])
if now >= new then return 0 end
if now ~= new - 1 or redis.call('SISMEMBER', KEYS[1], 0) == 0 then
  redis.call('DEL', KEYS[1])
  redis.call('SET', KEYS[2], ARGV[1], 'EX', ${UNLOADED_SECONDS})
  return -1
end
redis.call(ARGV[3], KEYS[1], ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
return 1`;
