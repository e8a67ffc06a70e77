#!lua
-- The generic cell rate algorithm: the key holds the moment at which its bucket would be full again, and expires then.
-- Now, the time that a permit takes to come back, and how far ahead the moment may lie, in microseconds.
local now, interval, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + interval
local wait = full_at - now - tolerance
if wait > 0 then return string.format('%.0f', wait) end
redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', string.format('%.0f', math.ceil((full_at - now) / 1000)))
return '0'
