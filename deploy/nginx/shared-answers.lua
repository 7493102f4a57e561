-- An answer that everybody gets alike is given to others for as long as the layer that made it allows: its header
-- X-Doul-Shared-Ms. So those who look without an account cost hardly more than a file would, however many they are.
-- Each worker keeps its own: one look at a table, and no copy out of shared memory.
local M = {}

-- Answers kept by a worker, and the largest, in bytes: 16 MB in all.
local MOST = 64
local LARGEST = 256 * 1024
-- While one request asks anew the others get the old answer, for at most this long, in seconds.
local RENEWAL_S = 0.1

local ALLOWED = "x-doul-shared-ms"

local kept, count = {}, 0

-- Whoever says who they are, where they come from or more than the position of a page gets an answer of their own.
local function is_for_everybody()
  local var = ngx.var
  local args = var.args
  if args and not args:find("^latest_time=%d*$") then
    return false
  end
  return ngx.req.get_method() == "GET"
    and not (var.http_authorization or var.http_origin or var.http_content_length or var.http_transfer_encoding)
end

local function give(answer)
  if answer.truncated then
    return ngx.exit(ngx.HTTP_SERVICE_UNAVAILABLE)
  end
  ngx.status = answer.status
  for name, value in pairs(answer.header) do
    ngx.header[name] = value
  end
  ngx.print(answer.body)
  return ngx.exit(ngx.HTTP_OK)
end

-- The header is for us; its name is as the layer has written it.
local function take_allowed_ms(header)
  for name, value in pairs(header) do
    if name:lower() == ALLOWED then
      header[name] = nil
      return tonumber(value)
    end
  end
end

local function keep(key, answer)
  local allowed_ms = take_allowed_ms(answer.header)
  if not allowed_ms or answer.status ~= ngx.HTTP_OK or answer.truncated or #answer.body > LARGEST then
    return
  end
  if not kept[key] then
    if count == MOST then
      kept, count = {}, 0
    end
    count = count + 1
  end
  answer.fresh_until = ngx.now() + allowed_ms / 1000
  kept[key] = answer
end

-- For access_by_lua, after the limits and before a proxy_pass: answers the request when it can. The question to the layer is a
-- subrequest, which has no access phase.
function M.answer()
  if not is_for_everybody() then
    return
  end
  local key = (ngx.var.http_accept_language or "") .. "\n" .. (ngx.var.args or "")
  local known = kept[key]
  if known then
    local age = ngx.now() - known.fresh_until
    if age < 0 or (known.renewing and age < RENEWAL_S) then
      return give(known)
    end
    known.renewing = true
  end
  local answer = ngx.location.capture(ngx.var.uri, { args = ngx.var.args })
  if known then
    known.renewing = false
  end
  keep(key, answer)
  return give(answer)
end

return M
