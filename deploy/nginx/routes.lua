-- Chooses the instance that serves a request. The gateway keeps one small file equal to what etcd says, and every
-- worker reads it again when it changed. Lines of the file:
--   route <prefix> <service>
--   peer <service> <address> <port>
local balancer = require("ngx.balancer")

local M = {}

-- How often a worker looks at the file, in seconds. Far below the time for which a leaving instance still serves.
local LOOK_S = 0.1
-- An instance that failed gets no request for this long, in seconds, while there are others.
local AVOID_S = 2
-- Further instances that one request may be sent to.
local MORE_TRIES = 2

-- Addresses whose service is remembered.
local MOST_KEPT = 1000

local path, text

local function empty()
  return { routes = {}, peers = {}, all = {}, named = {}, found = {}, kept = 0 }
end
local state = empty()
local turn = math.random(1000)

local function parse(source)
  local new = empty()
  for line in source:gmatch("[^\n]+") do
    local prefix, service = line:match("^route (%S+) (%S+)$")
    if prefix then
      new.routes[prefix] = service
    end
    local owner, address, port = line:match("^peer (%S+) (%S+) (%d+)$")
    if owner then
      local name = address .. ":" .. port
      local peer = new.named[name] or { name = name, address = address, port = tonumber(port), avoid_until = 0 }
      new.named[name] = peer
      new.peers[owner] = new.peers[owner] or {}
      table.insert(new.peers[owner], peer)
      table.insert(new.all, peer)
    end
  end
  return new
end

local function load()
  local file = io.open(path, "r")
  if not file then
    return
  end
  local read = file:read("*a")
  file:close()
  if read and read ~= text then
    text = read
    state = parse(read)
  end
end

function M.init(file)
  path = file
  load()
end

function M.watch()
  turn = ngx.worker.id() * 7
  ngx.timer.every(LOOK_S, load)
end

-- The longest registered prefix, by whole segments: /douyin/feed serves /douyin/feed/ and not /douyin/feedback.
local function find_service(uri)
  local at = uri
  while #at > 0 do
    local service = state.routes[at]
    if service then
      return service
    end
    at = at:match("^(.*)/[^/]*$") or ""
  end
end

-- Matching is what LuaJIT cannot compile, so the answers are kept: an app asks for a few dozen addresses.
local function service_of(uri)
  local known = state.found[uri]
  if known then
    return known
  end
  local service = find_service(uri)
  if service and state.kept < MOST_KEPT then
    state.found[uri] = service
    state.kept = state.kept + 1
  end
  return service
end

-- What an address is served by; the addresses that no service registered (documentation, health) by any.
local function peers_of(uri)
  local service = service_of(uri)
  return service and state.peers[service] or state.all
end

local NONE = {}

local function choose(peers, tried)
  local now = ngx.now()
  local second
  for _ = 1, #peers do
    turn = turn + 1
    local peer = peers[turn % #peers + 1]
    if not tried[peer] then
      if peer.avoid_until <= now then
        return peer
      end
      second = second or peer
    end
  end
  return second or peers[turn % #peers + 1]
end

-- For set_by_lua: the instance that a request goes to first, by its name. "404" when no service has the address, "503" when
-- it has no instance.
function M.peer()
  local service = service_of(ngx.var.uri)
  if not service then
    return "404"
  end
  local peers = state.peers[service]
  return peers and choose(peers, NONE).name or "503"
end

-- The same where every API layer answers alike.
function M.any()
  return #state.all > 0 and choose(state.all, NONE).name or "503"
end

-- The first try goes to the chosen instance, the further ones to those not tried yet.
local function next_peer(peers)
  local name = ngx.var.doul_peer
  if not balancer.get_last_failure() then
    if #peers > 1 then
      balancer.set_more_tries(math.min(#peers - 1, MORE_TRIES))
    end
    return state.named[name] or choose(peers, NONE)
  end
  local ctx = ngx.ctx
  ctx.tried = ctx.tried or {}
  local last = ctx.last or state.named[name]
  if last then
    last.avoid_until = ngx.now() + AVOID_S
    ctx.tried[last] = true
  end
  ctx.last = choose(peers, ctx.tried)
  return ctx.last
end

function M.balance()
  local peer = next_peer(peers_of(ngx.var.uri))
  local ok, problem = balancer.set_current_peer(peer.address, peer.port)
  if not ok then
    ngx.log(ngx.ERR, "cannot send to ", peer.name, ": ", problem)
    return ngx.exit(ngx.ERROR)
  end
end

return M
