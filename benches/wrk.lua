-- Sends one prepared POST per token in turn, and reports in one line of JSON.
--   wrk ... -s wrk.lua URL -- TOKENS HEADERS BODY [IDS]     files: tokens and headers by line
-- With IDS, so many requests are prepared, each with an id of its own.

local requests, turn = {}, 0

local function content(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

function init(args)
  if not args[1] then
    return -- a plain GET
  end
  local headers = {}
  for name, value in content(args[2]):gmatch("([^:\n]+): ([^\n]+)") do
    headers[name] = value
  end
  local body = content(args[3])
  local tokens, ids = {}, tonumber(args[4] or "0")
  for token in content(args[1]):gmatch("[^\n]+") do
    tokens[#tokens + 1] = token
  end
  for number = 1, math.max(#tokens, ids) do
    headers["Authorization"] = "Bearer " .. tokens[(number - 1) % #tokens + 1]
    local text = ids > 0 and body:gsub('"id":1,', '"id":' .. number .. ",") or body
    requests[number] = wrk.format("POST", nil, headers, text)
  end
  request = function()
    turn = turn % #requests + 1
    return requests[turn]
  end
end

function done(summary, latency)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  print(string.format(
    '{"requests": %d, "seconds": %.6f, "refused": %d, "broken": %d, "p50": %.1f, "p99": %.1f}',
    summary.requests, summary.duration / 1e6, errors.status, broken,
    latency:percentile(50), latency:percentile(99)))
end
