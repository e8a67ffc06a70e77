-- Fourth part: the operations of the port.

local operations = {}

-- parked, match, ticket → claim or ticket
function operations.join()
    local parked, match, ticket = ARGV[FIRST], ARGV[FIRST + 1], read(FIRST + 2)
    local old = load(ticket.visitor)
    if old then
        hold(old)
        old.parked = parked
        local claimed = claim_of(old)
        if claimed then
            old.left = '0'
            save(old)
            tell_changed(old)
            return { 'claimed', claimed }
        end

        take_out(old)
        ticket.id, ticket.asked, ticket.node = old.id, old.asked, old.node
        if old.told == '1' then ticket.told = '1' end
        ticket.timeout = old.timeout ~= '' and old.timeout or micros(NOW + TIMEOUT)
    else
        hold(ticket)
        ticket.timeout = micros((ticket.told == '1' and NOW or asked_at(ticket)) + TIMEOUT)
    end

    ticket.parked = parked
    local claim = admit(ticket, match)
    save_whole(ticket)
    tell_changed(ticket)
    return claim and { 'claimed', claim } or { 'waiting', view(ticket) }
end

-- visitor, the only ticket that is meant or nothing → ticket or nothing
function operations.leave()
    local visitor, meant = ARGV[FIRST], ARGV[FIRST + 1]
    local ticket = load(visitor)
    if meant ~= '' then
        if not ticket or ticket.id ~= meant then return false end
    elseif not ticket then
        close_past(visitor)
        return false
    end
    if ticket.claim ~= '' then
        ticket.left = '1'
        save(ticket)
        tell_changed(ticket)
        return false
    end
    remove(ticket)
    return view(ticket)
end

-- visitor, until
function operations.park()
    local ticket = load(ARGV[FIRST])
    if not ticket then return false end
    hold(ticket)
    ticket.parked = ARGV[FIRST + 1]
    if ticket.claim == '' then
        unfile(ticket)
        schedule(ticket)
    end
    save(ticket)
    tell_changed(ticket)
    return false
end

-- visitor, match → claim, ticket or nothing
function operations.unpark()
    local ticket = load(ARGV[FIRST])
    if not ticket then return false end
    hold(ticket)
    ticket.parked = ''
    local claim = claim_of(ticket)
    if not claim then
        take_out(ticket)
        claim = admit(ticket, ARGV[FIRST + 1])
    end
    save(ticket)
    tell_changed(ticket)
    return claim and { 'claimed', claim } or { 'waiting', view(ticket) }
end

-- visitor → ticket or nothing
function operations.find()
    local ticket = load(ARGV[FIRST])
    return ticket and ticket.claim == '' and view(ticket) or false
end

-- visitor, excluded
function operations.exclude()
    local ticket = load(ARGV[FIRST])
    if not ticket then return false end
    ticket.excluded = ARGV[FIRST + 1]
    redis.call('HSET', ticket_key(ticket.visitor), 'excluded', ticket.excluded)
    tell_changed(ticket)
    return false
end

-- match → visitors who left, or nothing where the claim is unknown
function operations.confirm()
    local claim = load_claim(ARGV[FIRST])
    if not claim then return false end
    drop_claim(claim)
    local left = {}
    for _, visitor in ipairs({ claim.first, claim.second }) do
        local ticket = load(visitor)
        if ticket then
            if ticket.left == '1' then left[#left + 1] = visitor end
            remove(ticket)
        end
    end
    return left
end

-- match, visitors excepted → whether the claim is known
operations['return'] = function()
    local claim = load_claim(ARGV[FIRST])
    if not claim then return false end
    drop_claim(claim)
    for _, visitor in ipairs({ claim.first, claim.second }) do
        local ticket = load(visitor)
        if ticket then put_back(ticket, contains(ARGV[FIRST + 1], visitor)) end
    end
    return 1
end

-- the newest news that were read, matches for claims → whether more is due, claims, timed out, ended, expired, news
function operations.tick()
    local claims, timed_out, ended, due, expired = {}, {}, {}, {}, {}
    local more = 1
    -- One at a time, since one may take another one out; and so many at most, so that others get their turn.
    for next_match = FIRST + 1, #ARGV do
        local member = redis.call('ZRANGEBYSCORE', DUE, '-inf', micros(NOW), 'LIMIT', 0, 1)[1]
        if not member then
            more = 0
            break
        end
        redis.call('ZREM', DUE, member)
        local id = string.sub(member, 2)
        if string.sub(member, 1, 1) == 'c' then
            due[#due + 1] = load_claim(id)
        else
            local ticket = load(id)
            if ticket and ticket.claim == '' then
                if ticket.parked ~= '' then
                    remove(ticket)
                    ended[#ended + 1] = view(ticket)
                else
                    take_out(ticket)
                    local claim = admit(ticket, ARGV[next_match])
                    if not claim and ticket.timeout ~= '' and tonumber(ticket.timeout) <= NOW then
                        take_out(ticket)
                        ticket.timeout, ticket.told = '', '1'
                        redis.call('HSET', ticket_key(ticket.visitor), 'told', '1')
                        timed_out[#timed_out + 1] = view(ticket)
                        claim = admit(ticket, ARGV[next_match])
                        tell_changed(ticket)
                    end
                    save(ticket)
                    claims[#claims + 1] = claim
                end
            end
        end
    end

    -- After the loop, so that a lease of no length is reported once and not for ever. Who hears of it settles it.
    for _, claim in ipairs(due) do
        local first, second = load(claim.first), load(claim.second)
        if first and second then
            if claim.node ~= NODE then send(claim.node, { 'settled', claim.match }) end
            claim.node = NODE
            save_claim(claim)
            redis.call('ZADD', DUE, micros(NOW + LEASE), 'c' .. claim.match)
            expired[#expired + 1] = claim_view(claim, first, second)
        end
    end

    local news_key = BASE .. ':news:' .. NODE
    local read_up_to = tonumber(ARGV[FIRST])
    local oldest = redis.call('LINDEX', news_key, 0)
    while oldest and tonumber(string.match(oldest, '%d+')) <= read_up_to do
        redis.call('LPOP', news_key)
        oldest = redis.call('LINDEX', news_key, 0)
    end
    for _, key in ipairs({ META, NODES, DUE, waiting_key('text'), waiting_key('video'), held_key(NODE), news_key }) do
        redis.call('PEXPIRE', key, KEPT)
    end
    return { more, claims, timed_out, ended, expired, redis.call('LRANGE', news_key, 0, -1) }
end

-- → how many wait, text and video
function operations.count()
    return { redis.call('SCARD', waiting_key('text')), redis.call('SCARD', waiting_key('video')) }
end
