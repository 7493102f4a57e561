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

local path, text
local state = { routes = {}, peers = {}, all = {} }
local turn = math.random(1000)

local function parse(source)
  local new = { routes = {}, peers = {}, all = {} }
  for line in source:gmatch("[^\n]+") do
    local prefix, service = line:match("^route (%S+) (%S+)$")
    if prefix then
      new.routes[prefix] = service
    end
    local owner, address, port = line:match("^peer (%S+) (%S+) (%d+)$")
    if owner then
      local peer = { address = address, port = tonumber(port), avoid_until = 0 }
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
local function service_of(uri)
  local at = uri
  while #at > 0 do
    local service = state.routes[at]
    if service then
      return service
    end
    at = at:match("^(.*)/[^/]*$") or ""
  end
end

local function send_to(peers)
  if not peers or #peers == 0 then
    return ngx.exit(503)
  end
  ngx.ctx.peers = peers
end

function M.route()
  local service = service_of(ngx.var.uri)
  if not service then
    return ngx.exit(404)
  end
  return send_to(state.peers[service])
end

-- What every API layer answers alike.
function M.any()
  return send_to(state.all)
end

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

function M.balance()
  local ctx = ngx.ctx
  local peers = ctx.peers
  if ctx.last then
    ctx.last.avoid_until = ngx.now() + AVOID_S
    ctx.tried[ctx.last] = true
  else
    ctx.tried = {}
    if #peers > 1 then
      balancer.set_more_tries(math.min(#peers - 1, MORE_TRIES))
    end
  end
  local peer = choose(peers, ctx.tried)
  ctx.last = peer
  local ok, problem = balancer.set_current_peer(peer.address, peer.port)
  if not ok then
    ngx.log(ngx.ERR, "cannot send to ", peer.address, ":", peer.port, ": ", problem)
    return ngx.exit(ngx.ERROR)
  end
end

return M
