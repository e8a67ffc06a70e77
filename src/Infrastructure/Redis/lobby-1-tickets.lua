#!lua
-- The lobby of all nodes, first part: tickets, and what their nodes have to know about them.
--
-- One call is one operation, and Redis runs one call at a time: what it does is atomic. All keys begin with KEYS[1],
-- whose hash tag keeps them in one slot. Moments are microseconds since 1970, as exact in a double as a clock is; they
-- come from the caller. Ids are 32 hexadecimal digits. Lists of ids are text in which every entry follows a space, so
-- that looking for one is a plain search. An empty text means: none.
local BASE, OP, NODE, TOKEN = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local NOW = tonumber(ARGV[4])
local LEASE, TIMEOUT, PATIENCE, WINDOW, SHORTEST_WINDOW =
    tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local FIRST = 10 -- of the operation's own arguments

local META, NODES, DUE = BASE .. ':meta', BASE .. ':nodes', BASE .. ':due'

-- Every node touches what is its own and what is shared; what nobody touches for so long (ms) is forgotten by itself.
local KEPT = 3600000
-- How long (ms) a ticket that is over cannot be put back by a node that missed it.
local OVER = 60000

-- How long (µs) nobody is held for dead after the lobby began.
local YOUNG = 10000000

local TICKET = { 'visitor', 'id', 'asked', 'json', 'told', 'excluded', 'met', 'mode', 'language', 'any', 'interests', 'skipper', 'device' }
local STATE = { 'node', 'parked', 'timeout', 'retry', 'filed', 'claim', 'left', 'borrowed', 'reach' }

local function micros(moment) return string.format('%.0f', moment) end
local function earlier(a, b) return (not a or (b and b < a)) and b or a end
-- Moments of asking have a digit more, by which places are told apart.
local function asked_at(ticket) return tonumber(string.sub(ticket.asked, 1, 16)) end
local function ticket_key(visitor) return BASE .. ':t:' .. visitor end
local function claim_key(match) return BASE .. ':c:' .. match end
local function held_key(node) return BASE .. ':n:' .. node end
local function waiting_key(mode) return BASE .. ':waiting:' .. mode end

-- A number for every call, growing also when Redis comes back empty: what a node hears of one visitor on different ways
-- is put in order by it.
local sequence = 0
local effects = {}

local function load(visitor)
    local flat = redis.call('HGETALL', ticket_key(visitor))
    if #flat == 0 then return nil end
    local ticket = {}
    for i = 1, #flat, 2 do ticket[flat[i]] = flat[i + 1] end
    return ticket
end

local function write(ticket, names, values)
    for _, name in ipairs(names) do
        values[#values + 1] = name
        values[#values + 1] = ticket[name]
    end
    return values
end

local function save(ticket)
    local key = ticket_key(ticket.visitor)
    redis.call('HSET', key, unpack(write(ticket, STATE, {})))
    redis.call('PEXPIRE', key, KEPT)
end

local function save_whole(ticket)
    local key = ticket_key(ticket.visitor)
    redis.call('HSET', key, unpack(write(ticket, STATE, write(ticket, TICKET, {}))))
    redis.call('PEXPIRE', key, KEPT)
end

-- A ticket from the arguments, in the order of TICKET.
local function read(at)
    local ticket = { node = '', parked = '', timeout = '', retry = '', filed = '', claim = '', left = '0', borrowed = '0', reach = '' }
    for i, name in ipairs(TICKET) do ticket[name] = ARGV[at + i - 1] end
    return ticket
end

-- What a caller gets to know of a ticket.
local function view(ticket)
    return { ticket.visitor, ticket.id, ticket.asked, ticket.json, ticket.told, ticket.excluded, ticket.timeout, ticket.parked, ticket.left }
end

-- A node forgets what it missed nothing of: news wait until it says that it read them.
local function send(node, news)
    if node == '' then return end
    local key = BASE .. ':news:' .. node
    table.insert(news, 1, micros(sequence))
    redis.call('RPUSH', key, cjson.encode(news))
    redis.call('PEXPIRE', key, KEPT)
end

-- The ticket changed: the node that holds it remembers it as it is now.
local function tell_changed(ticket)
    if ticket.node == NODE then
        effects[#effects + 1] = { 'ticket', unpack(view(ticket)) }
    else
        send(ticket.node, { 'ticket', unpack(view(ticket)) })
    end
end

-- In a lobby that has just begun nodes have still to put back what they remember: whatever a visitor asked for before
-- this moment is over, though no ticket of it may be here.
local function close_past(visitor)
    if NOW - tonumber(redis.call('HGET', META, 'since')) < OVER * 1000 then
        redis.call('SET', BASE .. ':left:' .. visitor, micros(NOW), 'PX', OVER)
    end
end

-- The ticket is over: the node that held it forgets it, and so does the one that ended it.
local function tell_over(ticket)
    effects[#effects + 1] = { 'over', ticket.visitor, ticket.id }
    send(ticket.node, { 'over', ticket.visitor, ticket.id })
end

-- The visitor is where this call comes from.
local function hold(ticket)
    ticket.borrowed = '0'
    if ticket.node == NODE then return end
    if ticket.node ~= '' then
        redis.call('SREM', held_key(ticket.node), ticket.visitor)
        send(ticket.node, { 'moved', ticket.visitor, ticket.id })
    end
    ticket.node = NODE
    redis.call('SADD', held_key(NODE), ticket.visitor)
end

-- Parked, only the end of the grace counts: nobody would hear of a timeout, and nobody is looked for.
local function schedule(ticket)
    local at = tonumber(ticket.parked)
    if not at then
        at = earlier(tonumber(ticket.timeout), tonumber(ticket.retry))
        if ticket.filed == 'insisting' then
            at = earlier(at, asked_at(ticket) + PATIENCE)
        end
    end
    if at then
        redis.call('ZADD', DUE, micros(at), 't' .. ticket.visitor)
    else
        redis.call('ZREM', DUE, 't' .. ticket.visitor)
    end
end
