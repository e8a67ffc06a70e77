-- Third part: claims. A claim takes two tickets out of the rooms; they stay as they are until it is confirmed or returned.

local function load_claim(match)
    local fields = redis.call('HMGET', claim_key(match), 'first', 'second', 'at', 'until', 'node')
    if not fields[1] then return nil end
    return { match = match, first = fields[1], second = fields[2], at = fields[3], expires = fields[4], node = fields[5] }
end

local function claim_view(claim, first, second)
    return { claim.match, claim.at, claim.expires, claim.node, view(first), view(second) }
end

local function claim_of(ticket)
    local claim = ticket.claim ~= '' and load_claim(ticket.claim)
    if claim then return claim_view(claim, load(claim.first), load(claim.second)) end
    ticket.claim = ''
    return nil
end

local function save_claim(claim)
    local key = claim_key(claim.match)
    redis.call('HSET', key, 'first', claim.first, 'second', claim.second, 'at', claim.at, 'until', claim.expires, 'node', claim.node)
    redis.call('PEXPIRE', key, KEPT)
    redis.call('ZADD', DUE, claim.expires, 'c' .. claim.match)
end

-- The claim is over. Its node, which would put it back should it get lost, hears of that.
local function drop_claim(claim)
    redis.call('DEL', claim_key(claim.match))
    redis.call('ZREM', DUE, 'c' .. claim.match)
    effects[#effects + 1] = { 'settled', claim.match }
    send(claim.node, { 'settled', claim.match })
end

local function pair(one, other, match)
    take_out(other)
    local first, second = one, other
    if other.asked .. other.id < one.asked .. one.id then first, second = other, one end
    one.claim, other.claim = match, match
    local claim = { match = match, first = first.visitor, second = second.visitor, at = micros(NOW), expires = micros(NOW + LEASE), node = NODE }
    save_claim(claim)
    save(other)
    return claim_view(claim, first, second)
end

-- Pairs somebody who is in no room now, and gives the claim, or lets it wait. The ticket has still to be saved.
local function admit(ticket, match)
    local partner = ticket.parked == '' and find(ticket) or nil
    if partner then return pair(ticket, partner, match) end
    wait(ticket)
    return nil
end

-- Ends the wait of a claim: the ticket waits again at its place and looks for somebody with the next tick.
local function put_back(ticket, excepted)
    ticket.claim = ''
    if ticket.left == '1' or excepted then
        remove(ticket)
        return
    end
    ticket.retry = micros(NOW)
    wait(ticket)
    save(ticket)
    tell_changed(ticket)
end
