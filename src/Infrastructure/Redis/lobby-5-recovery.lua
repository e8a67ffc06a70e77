-- Fifth part: what nodes do when one of them dies or Redis forgets, and the call itself.

-- a node of which nothing is heard any more, until, how many at most → how many were taken over, or nothing: not yet
function operations.adopt()
    -- Signs of life were lost with the lobby; the living need a moment to give new ones.
    if NOW - tonumber(redis.call('HGET', META, 'since')) < YOUNG then return false end
    local node, grace_end = ARGV[FIRST], ARGV[FIRST + 1]
    local visitors = redis.call('SPOP', held_key(node), ARGV[FIRST + 2])
    for _, visitor in ipairs(visitors) do
        local ticket = load(visitor)
        if ticket then
            ticket.node = ''
            hold(ticket)
            ticket.borrowed = '1'
            if ticket.parked == '' then
                ticket.parked = grace_end
                if ticket.claim == '' then
                    unfile(ticket)
                    schedule(ticket)
                end
            end
            save(ticket)
            tell_changed(ticket)
        end
    end
    if #visitors == 0 then
        redis.call('HDEL', NODES, node)
        redis.call('DEL', BASE .. ':news:' .. node)
    end
    return #visitors
end

-- the lobby that the node knew, an id for a new one, how long to settle, the last call it knows → the lobby there is
function operations.register()
    local lobby = redis.call('HGET', META, 'lobby')
    if not lobby then
        lobby = ARGV[FIRST + 1]
        redis.call('HSET', META, 'lobby', lobby, 'since', micros(NOW))
    end
    sequence = math.max(sequence, NOW, tonumber(ARGV[FIRST + 3]) + 1)
    redis.call('HSET', META, 'sequence', micros(sequence))
    if ARGV[FIRST] ~= '' and ARGV[FIRST] ~= lobby then
        -- Redis came back empty. Nobody is paired until every node had the time to say who is claimed already.
        redis.call('HSET', META, 'opens', micros(NOW + tonumber(ARGV[FIRST + 2])))
    end
    redis.call('HSET', NODES, NODE, TOKEN)
    return lobby
end

-- pairs of visitor and ticket id that are over: none of these is put back by a node that missed it
function operations.bury()
    for i = FIRST, #ARGV, 2 do
        local ticket = load(ARGV[i])
        if ticket and ticket.id == ARGV[i + 1] and ticket.claim == '' then remove(ticket) end
        redis.call('SET', BASE .. ':over:' .. ARGV[i + 1], '', 'PX', OVER)
    end
    return false
end

-- Whether a remembered ticket may not come back.
local function is_over(ticket)
    if redis.call('EXISTS', BASE .. ':over:' .. ticket.id) == 1 then return true end
    local closed = redis.call('GET', BASE .. ':left:' .. ticket.visitor)
    return closed and asked_at(ticket) <= tonumber(closed)
end

-- parked, timeout, left, ticket, whether it may be lost: one that this node remembers. It never takes the place of
-- another one. Where Redis lost nothing, a ticket that is not there is over.
function operations.restore()
    local ticket = read(FIRST + 3)
    local lost = ARGV[FIRST + 3 + #TICKET] == '1'
    ticket.parked, ticket.timeout, ticket.left = ARGV[FIRST], ARGV[FIRST + 1], ARGV[FIRST + 2]
    local there = load(ticket.visitor)
    if there then
        if there.id == ticket.id and there.borrowed == '1' then
            hold(there)
            there.parked = ticket.parked
            if there.claim == '' then
                take_out(there)
                there.retry = micros(NOW)
                wait(there)
            end
            save(there)
        end
        if there.node == NODE then
            tell_changed(there)
        else
            effects[#effects + 1] = { 'moved', ticket.visitor, ticket.id }
        end
    elseif not lost or ticket.left == '1' or is_over(ticket) then
        effects[#effects + 1] = { 'over', ticket.visitor, ticket.id }
    else
        hold(ticket)
        ticket.retry = micros(NOW)
        wait(ticket)
        save_whole(ticket)
        tell_changed(ticket)
    end
    return false
end

-- match, at, until, twice (parked, timeout, left, ticket), whether it may be lost: a claim that this node remembers
-- → whether it is there
operations['restore-claim'] = function()
    local claim = { match = ARGV[FIRST], at = ARGV[FIRST + 1], expires = ARGV[FIRST + 2], node = NODE }
    if load_claim(claim.match) then return 1 end
    if ARGV[#ARGV] ~= '1' then
        effects[#effects + 1] = { 'settled', claim.match }
        return false
    end
    local both = {}
    for side = 0, 1 do
        local at = FIRST + 3 + side * (3 + #TICKET)
        local ticket = read(at + 3)
        local there = load(ticket.visitor)
        local elsewhere = there and (there.id ~= ticket.id or (there.claim ~= '' and there.claim ~= claim.match))
        if elsewhere or (not there and is_over(ticket)) then
            effects[#effects + 1] = { 'settled', claim.match }
            return false
        end
        ticket.parked, ticket.timeout, ticket.left = ARGV[at], ARGV[at + 1], ARGV[at + 2]
        both[side + 1] = { ticket = ticket, there = there }
    end
    for _, one in ipairs(both) do
        if one.there then
            take_out(one.there)
            one.there.claim = claim.match
            save(one.there)
        else
            -- The visitor's own node takes it over when it puts back what it remembers.
            hold(one.ticket)
            one.ticket.borrowed, one.ticket.claim = '1', claim.match
            save_whole(one.ticket)
            tell_changed(one.ticket)
        end
    end
    claim.first, claim.second = both[1].ticket.visitor, both[2].ticket.visitor
    save_claim(claim)
    return 1
end

-- how many visitors, visitors, matches, all that this node remembers → those of them that are missing, news
function operations.check()
    local missing = {}
    local visitors = tonumber(ARGV[FIRST])
    for i = FIRST + 1, #ARGV do
        local id = ARGV[i]
        if i <= FIRST + visitors then
            local ticket = load(id)
            if ticket then
                redis.call('PEXPIRE', ticket_key(id), KEPT)
                if ticket.filed ~= '' then
                    for _, room in ipairs(rooms_of(ticket)) do redis.call('PEXPIRE', room, KEPT) end
                end
            else
                missing[#missing + 1] = id
            end
        elseif redis.call('PEXPIRE', claim_key(id), KEPT) == 0 then
            missing[#missing + 1] = id
        end
    end
    return { missing, redis.call('LRANGE', BASE .. ':news:' .. NODE, 0, -1) }
end

-- A node that is not known has not put back what it remembers: Redis is empty, or others held the node for dead.
if OP ~= 'register' and redis.call('HGET', NODES, NODE) ~= TOKEN then return { 'unknown' } end
sequence = redis.call('HINCRBY', META, 'sequence', 1)

local answer = operations[OP]()
return { 'ok', micros(sequence), effects, answer }
