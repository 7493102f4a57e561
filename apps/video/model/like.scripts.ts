import { LIKES_CHANGED } from '@doul/contracts';

/*
 * Every script touches one shard: KEYS[1] is the shard's meta hash (generation, trimmed), KEYS[2] its log, further keys are
 * memberships. All carry the shard's hash tag, so each script runs on one Redis Cluster slot.
 *
 * A membership is a sorted set of video ids by Unix ms, and of these members, which sort below all videos:
 *   .      says that it is loaded, since an empty sorted set would not exist. Its score is the floor: likes from after it on are all in
 *          the set; those up to it are in MySQL only. A set that holds all likes has the floor 0, and no other mark.
 *   #      its score is a number of this loading of the set: what was read from MySQL in between is only believed under the same.
 *   $      its score is minus the number of all likes, those up to the floor included.
 *   x<id>  the video is not liked, whatever MySQL says, which may not know yet.
 * A set that has grown too large is deleted, which is always safe, and loaded with a higher floor when it is asked for next.
 */

const COMPARE = `
local function after(a, b)
  local ams, aseq = string.match(a, '^(%d+)-(%d+)$')
  local bms, bseq = string.match(b, '^(%d+)-(%d+)$')
  ams, aseq, bms, bseq = tonumber(ams), tonumber(aseq), tonumber(bms), tonumber(bseq)
  return ams > bms or (ams == bms and aseq > bseq)
end
`;

/** One change's outcome as the record script answers it; `unknown` = MySQL has to be asked whether it has such a like. */
export const RECORDED = { changed: 1, unchanged: 0, notLoaded: -1, unknown: -2 } as const;

/**
 * ARGV: seconds a membership is kept unused, seconds left below which that starts anew, most members of a set; then for each like:
 * index of its membership key (1 = KEYS[3]), viewer, video, and 1 or 0, for a like up to the floor with what MySQL said: + or -, and
 * the loading (#) it was asked under. Answers RECORDED numbers in order, or an empty list when the shard's store does not exist.
 * All changes of a call are one log entry, and one message on the channel LIKES_CHANGED; a call that changes nothing appends none. The
 * clock is Redis's, one for all writers, and a viewer's likes get strictly increasing times, so that a time is a cursor of the
 * favourite list.
 */
export const RECORD = `
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local renew, most = tonumber(ARGV[2]), tonumber(ARGV[3])
local loaded, outcomes, changes = {}, {}, {}
for i = 3, #KEYS do
  local left = redis.call('TTL', KEYS[i])
  loaded[i] = left ~= -2
  if loaded[i] and left < renew then redis.call('EXPIRE', KEYS[i], ARGV[1]) end
end

local function old(key, video, said)
  if redis.call('ZSCORE', key, 'x' .. video) then return false end
  if string.sub(said, 3) ~= redis.call('ZSCORE', key, '#') then return nil end
  return string.sub(said, 2, 2) == '+'
end

local function change(key, viewer, video, like, floored)
  local at = '0'
  if like then
    local latest = redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')
    at = string.format('%.0f', math.max(now, tonumber(latest[2]) + 1))
    redis.call('ZADD', key, at, video)
  else
    redis.call('ZREM', key, video)
  end
  if floored then
    if like then redis.call('ZREM', key, 'x' .. video) else redis.call('ZADD', key, -1, 'x' .. video) end
    redis.call('ZINCRBY', key, like and -1 or 1, '$')
  end
  changes[#changes + 1] = viewer .. ':' .. video .. ':' .. at
  if (like or floored) and redis.call('ZCARD', key) > most then
    redis.call('UNLINK', key)
    return false
  end
  return true
end

for i = 4, #ARGV, 4 do
  local slot = ARGV[i] + 2
  local key, video, said = KEYS[slot], ARGV[i + 2], ARGV[i + 3]
  local like = string.byte(said) == 49
  local outcome = 0
  if not loaded[slot] then
    outcome = -1
  else
    local scores = redis.call('ZMSCORE', key, video, '.')
    local liked, floored = scores[1] and true or false, scores[2] ~= '0'
    if floored and not liked then liked = old(key, video, said) end
    if liked == nil then
      outcome = -2
    elseif liked ~= like then
      loaded[slot] = change(key, ARGV[i + 1], video, like, floored)
      outcome = 1
    end
  end
  outcomes[#outcomes + 1] = outcome
end
if #changes > 0 then
  local text = table.concat(changes, ';')
  redis.call('XADD', KEYS[2], '*', 'c', text)
  redis.call('PUBLISH', '${LIKES_CHANGED}', text)
end
return outcomes
`;

export const LOADED = { loaded: 1, already: 0, noStore: -1, outdated: -2 } as const;

/**
 * KEYS[3]: a membership. ARGV: seconds it is kept unused, viewer, log position, rows of that position or a later one as
 * `video:likedAt;...` (one argument: a list of them would outgrow a call's), floor (all rows after it are here), number of all rows
 * exactly at the position (only with a floor). Rows, then the log's entries past the position, become the membership. Answers a
 * LOADED number; outdated = entries past the position have been trimmed, so newer rows must be read.
 */
export const LOAD = `${COMPARE}
if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
if redis.call('EXISTS', KEYS[3]) == 1 then return 0 end
if after(redis.call('HGET', KEYS[1], 'trimmed'), ARGV[3]) then return -2 end
local floor, all = tonumber(ARGV[5]), tonumber(ARGV[6])
redis.call('ZADD', KEYS[3], ARGV[5], '.')
local members = {}
local function add()
  if #members > 0 then redis.call('ZADD', KEYS[3], unpack(members)) end
  members = {}
end
for video, at in string.gmatch(ARGV[4], '(%d+):(%d+)') do
  members[#members + 1] = at
  members[#members + 1] = video
  if #members == 1000 then add() end
end
add()
local function replay(video, at)
  local like = at ~= '0'
  all = all + (like and 1 or -1)
  if like and tonumber(at) > floor then redis.call('ZADD', KEYS[3], at, video) end
  if not like then redis.call('ZREM', KEYS[3], video) end
  if floor > 0 then
    if like then redis.call('ZREM', KEYS[3], 'x' .. video) else redis.call('ZADD', KEYS[3], -1, 'x' .. video) end
  end
end
local from = '(' .. ARGV[3]
while true do
  local entries = redis.call('XRANGE', KEYS[2], from, '+', 'COUNT', 500)
  if #entries == 0 then break end
  for _, entry in ipairs(entries) do
    for viewer, video, at in string.gmatch(entry[2][2], '(%d+):(%d+):(%d+)') do
      if viewer == ARGV[2] then replay(video, at) end
    end
  end
  from = '(' .. entries[#entries][1]
end
if floor > 0 then
  local clock = redis.call('TIME')
  redis.call('ZADD', KEYS[3], -all, '$', '-' .. clock[1] .. string.format('%06d', clock[2]), '#')
end
redis.call('EXPIRE', KEYS[3], ARGV[1])
return 1
`;

/**
 * ARGV: generation, position MySQL is at, the position after it. Creates the shard's store unless it exists; the first
 * entry holds no change and makes sure that every later one is past MySQL's position, whatever Redis's clock says.
 * Answers the generation that is there now.
 */
export const CREATE = `
local present = redis.call('HGET', KEYS[1], 'generation')
if present then return tonumber(present) end
redis.call('DEL', KEYS[2])
redis.call('XADD', KEYS[2], ARGV[3], 'c', '')
redis.call('HSET', KEYS[1], 'generation', ARGV[1], 'trimmed', ARGV[2])
return tonumber(ARGV[1])
`;

/** ARGV: position (exclusive), count. Answers generation, then id and text of each entry; an empty list when there is no store. */
export const READ = `
local generation = redis.call('HGET', KEYS[1], 'generation')
if not generation then return {} end
local answer = { generation }
for _, entry in ipairs(redis.call('XRANGE', KEYS[2], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])) do
  answer[#answer + 1] = entry[1]
  answer[#answer + 1] = entry[2][2]
end
return answer
`;

/** ARGV: generation, position that MySQL has stored. Forgets what lies before it; a log of another generation is left alone. */
export const TRIM = `${COMPARE}
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return 0 end
if not after(ARGV[2], redis.call('HGET', KEYS[1], 'trimmed')) then return 0 end
redis.call('HSET', KEYS[1], 'trimmed', ARGV[2])
return redis.call('XTRIM', KEYS[2], 'MINID', '~', ARGV[2])
`;
