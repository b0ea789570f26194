"""The script that decides in Redis, at once for all limits and by its own clock: `quotas.decide` in Lua."""

from __future__ import annotations

import hashlib

TAKE, OWE, SPEND = "take", "owe", "spend"
"""Take if there is enough; take whatever there is; leave nothing."""

SCRIPT = """
-- KEYS[1]: a hash with two fields a limit. ARGV: what to do, then for each limit
--   'bucket' name cost leave capacity refill period_us
--   'window' name cost leave limit known_since known_used count midnight…
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local act, at, limits, names, wait, life = ARGV[1], 2, {}, {}, 0, 0

while ARGV[at] do
  local l = {kind = ARGV[at], name = ARGV[at + 1], cost = tonumber(ARGV[at + 2]), leave = tonumber(ARGV[at + 3])}
  if l.kind == 'bucket' then
    l.capacity, l.refill, l.period = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
    at = at + 7
  else
    l.limit, l.known, l.known_used = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
    l.midnights = {}
    local count = tonumber(ARGV[at + 7])
    for i = 1, count do l.midnights[i] = tonumber(ARGV[at + 7 + i]) end
    at = at + 8 + count
  end
  limits[#limits + 1] = l
  names[#names + 1] = l.name
  names[#names + 1] = l.name .. ':at'
end

local kept = redis.call('HMGET', KEYS[1], unpack(names))
for i, l in ipairs(limits) do
  local amount, since = tonumber(kept[2 * i - 1]), tonumber(kept[2 * i])
  if l.kind == 'bucket' then
    local full = l.capacity * l.period
    l.amount, l.at = amount or full, since or now
    if now > l.at then l.amount, l.at = math.min(full, l.amount + (now - l.at) * l.refill), now end
    local lacking = (l.cost + l.leave) * l.period - l.amount
    if lacking > 0 then wait = math.max(wait, math.ceil(lacking / l.refill)) end
    life = math.max(life, math.ceil((full - math.min(l.amount, 0) + l.cost * l.period) / l.refill / 1000) + 1000)
  else
    local today = l.midnights[1]
    for _, midnight in ipairs(l.midnights) do if midnight * 1000000 <= now then today = midnight end end
    if since and since >= today then l.amount, l.at = amount, since else l.amount, l.at = 0, today end
    if l.known == l.at then l.amount = math.max(l.amount, l.known_used) end
    local following = l.midnights[#l.midnights]
    for j = #l.midnights, 1, -1 do if l.midnights[j] > l.at then following = l.midnights[j] end end
    if l.amount + l.cost + l.leave > l.limit then wait = math.max(wait, following * 1000000 - now, 1) end
    life = math.max(life, math.ceil(following * 1000 - now / 1000) + 3600000)
  end
end

local granted = (wait == 0 or act ~= 'take') and 1 or 0
local answer, write = {granted, string.format('%.0f', wait), string.format('%.0f', now)}, {}
for i, l in ipairs(limits) do
  if act == 'spend' then
    if l.kind == 'bucket' then l.amount = math.min(l.amount, 0) else l.amount = math.max(l.amount, l.limit) end
  elseif granted == 1 then
    if l.kind == 'bucket' then l.amount = l.amount - l.cost * l.period else l.amount = l.amount + l.cost end
  end
  local amount, since = string.format('%.0f', l.amount), string.format('%.0f', l.at)
  write[4 * i - 3], write[4 * i - 2], write[4 * i - 1], write[4 * i] = l.name, amount, l.name .. ':at', since
  answer[#answer + 1] = amount
  answer[#answer + 1] = since
end
if granted == 1 then
  redis.call('HSET', KEYS[1], unpack(write))
  redis.call('PEXPIRE', KEYS[1], life)
end
return answer
"""

SHA = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()
