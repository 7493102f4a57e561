/*
 * KEYS[1] is the feed's sorted set (member 'video:author', score = feed time), KEYS[2] its meta hash:
 * synced = every published video up to this feed time has been put in; floor = every one from this feed time on is in.
 */

/** ARGV: feed time (exclusive; '+inf' = from the head), count. Answers floor, then member and score of each; empty = no index. */
export const PAGE = `
local floor = redis.call('HGET', KEYS[2], 'floor')
if not floor then return {} end
local page = redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[1] == '+inf' and '+inf' or '(' .. ARGV[1], floor, 'WITHSCORES', 'LIMIT', 0, ARGV[2])
table.insert(page, 1, floor)
return page
`;

/**
 * ARGV: the synced time the rows were read after, the new synced time, most members kept, then score and member of each row.
 * Answers 1, or 0 when the index does not exist or somebody has already moved it: then the caller reads again.
 */
export const EXTEND = `
local synced = redis.call('HGET', KEYS[2], 'synced')
if not synced or tonumber(synced) ~= tonumber(ARGV[1]) then return 0 end
for i = 4, #ARGV, 1000 do redis.call('ZADD', KEYS[1], unpack(ARGV, i, math.min(i + 999, #ARGV))) end
redis.call('HSET', KEYS[2], 'synced', ARGV[2])
local excess = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[3])
if excess > 0 then
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, excess - 1)
  redis.call('HSET', KEYS[2], 'floor', redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2])
end
return 1
`;

/** ARGV: synced, floor, then score and member of each row, latest first. Builds the index unless somebody just has. */
export const BUILD = `
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('DEL', KEYS[1])
for i = 3, #ARGV, 1000 do redis.call('ZADD', KEYS[1], unpack(ARGV, i, math.min(i + 999, #ARGV))) end
redis.call('HSET', KEYS[2], 'synced', ARGV[1], 'floor', ARGV[2])
return 1
`;
