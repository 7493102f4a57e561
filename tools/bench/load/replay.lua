-- The script that wrk runs: replays prepared requests and says what came of them.
-- Arguments after `--`: FILES SLICES START PERIOD_MS BEGIN_MS WARM_UP_MS SUCCESS ECHO
--   FILES, SLICES  FILES.0 … FILES.(SLICES-1) hold the requests; each thread reads one of them
--   START          how many requests of its file a thread skips
--   PERIOD_MS      0 = closed loop. Otherwise every thread has one connection, and in each period of this length it sends one
--                  request at a random moment, whether the server keeps up or not; a latency counts from that moment.
--   ECHO           1 = the server repeats the header X-Request-Id. One thread can then tell whose answer it sees, so it has all
--                  connections, and PERIOD_MS is the mean of its pauses (exponential: requests come as from independent people).
--   BEGIN_MS       open loop: when it begins, on the monotonic clock; by then all threads have been made and are connected
--   WARM_UP_MS     open loop: requests due before are sent and not counted
--   SUCCESS        text that every successful answer contains, near its beginning; - = any answer with HTTP 2xx
local ffi = require('ffi')
ffi.cdef [[
  typedef struct { long sec; long nsec; } doul_time;
  int clock_gettime(int clock, doul_time *time);
]]
local CLOCK_MONOTONIC = 1
local clock = ffi.new('doul_time')

-- In µs.
local function now()
  ffi.C.clock_gettime(CLOCK_MONOTONIC, clock)
  return tonumber(clock.sec) * 1e6 + tonumber(clock.nsec) / 1e3
end

-- Buckets of a logarithmic histogram, 64 for each power of two, so that a value is known to 1.6 %; histogram.ts reads them.
local function bucket(us)
  local mantissa, exponent = math.frexp(math.max(1, us))
  return exponent * 64 + math.floor((mantissa * 2 - 1) * 64)
end

local function count(histogram, us)
  local at = bucket(us)
  histogram[at] = (histogram[at] or 0) + 1
end

-- One length in bytes on a line, then that many bytes.
local function read(path)
  local file = assert(io.open(path, 'rb'))
  local found = {}
  for length in function() return file:read('*n') end do
    file:read(1)
    found[#found + 1] = file:read(length)
  end
  file:close()
  return found
end

local threads = {}

function setup(thread)
  thread:set('id', #threads)
  threads[#threads + 1] = thread
end

-- Requests become due one after another; whichever connection is free sends the one that is due next.
function openWithEcho(next, note, begin, period)
  local nextDue, dues, made, taken, asked = nil, {}, 0, 1, 0
  local under = {}

  function delay()
    first = first or math.max(begin, now())
    nextDue = (nextDue or first) - math.log(1 - math.random()) * period
    made = made + 1
    dues[made] = nextDue
    return math.max(0, math.floor((nextDue - now()) / 1e3))
  end

  function request()
    local due = dues[taken]
    -- wrk looks at one request before it begins.
    if not due then return next() end
    dues[taken] = nil
    taken = taken + 1
    asked = asked + 1
    -- LuaJIT hashes eight bytes here and there of a long text, at places that are random in each process: a few digits that differ may be
    -- missed, and then every request joins one chain of all that were ever made. Repeated, they are seen wherever it looks.
    local name = string.rep(string.format('%06d', asked % 1e6), 10)
    under[name] = { due, now() }
    if due - first >= warmUp then sent = sent + 1 end
    local text = next()
    local line = string.find(text, '\n', 1, true)
    return string.sub(text, 1, line) .. 'X-Request-Id: ' .. name .. '\r\n' .. string.sub(text, line + 1)
  end

  function response(status, headers, body)
    local name = headers['X-Request-Id'] or headers['x-request-id'] or ''
    local own = under[name]
    under[name] = nil
    if not own then failed = failed + 1
    elseif own[1] - first >= warmUp then note(own[1], own[2], status, body) end
  end
end

function init(args)
  local files, slices, start, success = args[1], tonumber(args[2]), tonumber(args[3]), args[7]
  local period, begin = tonumber(args[4]) * 1e3, tonumber(args[5]) * 1e3
  warmUp = tonumber(args[6]) * 1e3
  local requests = read(files .. '.' .. id % slices)
  local at = start + math.floor(id / slices) * 97
  failed, sent, answered, good = 0, 0, 0, 0
  -- By due time and by the time of sending; refused = HTTP 503.
  goodLate, goodTook, refusedTook = {}, {}, {}

  function request()
    at = at % #requests + 1
    return requests[at]
  end

  local function succeeded(status, body)
    return status >= 200 and status < 300 and (success == '-' or string.find(body, success, 1, true) ~= nil)
  end

  if period == 0 then
    function response(status, _, body)
      if not succeeded(status, body) then failed = failed + 1 end
    end
    return
  end

  math.randomseed(id + 1)
  local next = request
  local function note(due, left, status, body)
    local time = now()
    answered = answered + 1
    if succeeded(status, body) then
      good = good + 1
      -- A timer of whole ms may fire before the moment; nobody waited then.
      count(goodLate, time - math.min(due, left))
      count(goodTook, time - left)
    elseif status == 503 then
      count(refusedTook, time - left)
    else
      failed = failed + 1
    end
  end
  if args[8] == '1' then return openWithEcho(next, note, begin, period) end

  local due, left, slot = nil, 0, 0
  first = nil

  function delay()
    first = first or math.max(begin, now())
    due = first + (slot + math.random()) * period
    slot = slot + 1
    return math.max(0, math.floor((due - now()) / 1e3))
  end

  function request()
    left = now()
    if due and due - first >= warmUp then sent = sent + 1 end
    return next()
  end

  function response(status, _, body)
    if due - first < warmUp then return end
    note(due, left, status, body)
  end
end

local function sum(name)
  local all = 0
  for _, thread in ipairs(threads) do all = all + (thread:get(name) or 0) end
  return all
end

local function merged(name)
  local all, pairsOfAll = {}, {}
  for _, thread in ipairs(threads) do
    for at, times in pairs(thread:get(name) or {}) do all[at] = (all[at] or 0) + times end
  end
  for at, times in pairs(all) do pairsOfAll[#pairsOfAll + 1] = string.format('[%d,%d]', at, times) end
  return '[' .. table.concat(pairsOfAll, ',') .. ']'
end

-- The time that an open loop was measured, in s, on average: a thread may have begun late.
local function span()
  local all, ended = 0, now()
  for _, thread in ipairs(threads) do all = all + math.max(0, ended - (thread:get('first') or ended) - thread:get('warmUp')) end
  return all / #threads / 1e6
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"seconds":%.6f,"span":%.6f,"cpuMs":%.0f,"requests":%d,"bytes":%d,"transport":%d,"refusedStatus":%d,"late":%d,"p50":%d,"p95":%d,"p99":%d,' ..
    '"failed":%d,"sent":%d,"answered":%d,"good":%d,"goodLate":%s,"goodTook":%s,"refusedTook":%s}\n',
    summary.duration / 1e6, span(), os.clock() * 1e3, summary.requests, summary.bytes, errors.connect + errors.read + errors.write, errors.status, errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99),
    sum('failed'), sum('sent'), sum('answered'), sum('good'), merged('goodLate'), merged('goodTook'), merged('refusedTook')))
end
