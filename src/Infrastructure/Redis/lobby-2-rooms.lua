-- Second part: who can be met, in sets such that any two of one set could meet but for what parts two people (a block, a
-- recent match, one browser). Each set is sorted by place: members have equal scores and begin with the place. They end
-- with the browser and the visitor, so that whom the seeker itself rules out is passed over without a look at the ticket.

local COMPARED = 64
local REACH = 128
local LOOK_AGAIN = 1000000

local function place(ticket) return ticket.skipper .. ticket.asked .. ticket.id .. ticket.device .. ticket.visitor end
local function insists(ticket) return ticket.interests ~= '' and NOW - asked_at(ticket) < PATIENCE end
local function room_key(ticket, class, set) return BASE .. ':' .. ticket.mode .. ':' .. class .. ':' .. set end
local function again_key(ticket) return BASE .. ':' .. ticket.mode .. ':again' end
local function has_last_resort(ticket) return ticket.told == '1' and ticket.any == '1' end

-- The sets in which a ticket that is filed stands.
local function rooms_of(ticket)
    local classes = ticket.language == '' and { 'none' } or { 'l:' .. ticket.language }
    if ticket.language ~= '' and ticket.any == '1' then classes[2] = 'any' end
    local rooms = {}
    for _, class in ipairs(classes) do
        for interest in string.gmatch(ticket.interests, '%S+') do
            rooms[#rooms + 1] = room_key(ticket, class, 'i:' .. interest)
        end
        if ticket.filed == 'open' then rooms[#rooms + 1] = room_key(ticket, class, 'open') end
    end
    if has_last_resort(ticket) then rooms[#rooms + 1] = again_key(ticket) end
    return rooms
end

local function file(ticket)
    ticket.filed = insists(ticket) and 'insisting' or 'open'
    for _, room in ipairs(rooms_of(ticket)) do
        redis.call('ZADD', room, 0, place(ticket))
        redis.call('PEXPIRE', room, KEPT)
    end
end

local function unfile(ticket)
    if ticket.filed == '' then return end
    for _, room in ipairs(rooms_of(ticket)) do redis.call('ZREM', room, place(ticket)) end
    ticket.filed = ''
end

local function wait(ticket)
    redis.call('SADD', waiting_key(ticket.mode), ticket.visitor)
    if ticket.parked == '' then file(ticket) end
    schedule(ticket)
end

local function take_out(ticket)
    redis.call('SREM', waiting_key(ticket.mode), ticket.visitor)
    unfile(ticket)
    redis.call('ZREM', DUE, 't' .. ticket.visitor)
end

local function remove(ticket)
    take_out(ticket)
    redis.call('DEL', ticket_key(ticket.visitor))
    if ticket.node ~= '' then redis.call('SREM', held_key(ticket.node), ticket.visitor) end
    close_past(ticket.visitor)
    tell_over(ticket)
end

local function contains(list, id) return list ~= '' and string.find(list, id, 1, true) ~= nil end

local function met_at(list, id)
    if list == '' then return nil end
    local at = string.find(list, id, 1, true)
    return at and tonumber(string.sub(list, at + 33, at + 48))
end

local function later(a, b) return (not a or (b and b > a)) and b or a end

-- When the two met last, by visitor or by browser, in the memory of either.
local function last_met(a, b)
    return later(
        later(met_at(a.met, b.visitor), met_at(a.met, b.device)),
        later(met_at(b.met, a.visitor), met_at(b.met, a.device)))
end

-- Whether the rematch window parts the two; the seeker remembers when it ends.
local function parted(seeker, other, window)
    local met = window > 0 and last_met(seeker, other)
    if not met or NOW - met >= window then return false end
    seeker.retry_at = earlier(seeker.retry_at, met + window)
    return true
end

local function excludes(a, b) return contains(a.excluded, b.visitor) or contains(a.excluded, b.device) end

-- What a search has to know of somebody in a room.
local function look(visitor, device)
    local fields = redis.call('HMGET', ticket_key(visitor), 'excluded', 'met', 'interests', 'asked')
    return fields[1] and { visitor = visitor, device = device, excluded = fields[1], met = fields[2], interests = fields[3], asked = fields[4] }
end

local function shared(a, b)
    local count = 0
    if b.interests ~= '' then
        for interest in string.gmatch(a.interests, '%S+') do
            if contains(b.interests, interest) then count = count + 1 end
        end
    end
    return count
end

-- The better one of `best` and who in the room fits the seeker; who shares `enough` interests ends the search. Of those
-- who fit only some are compared, and only some are passed over: then the search has ended early, `seeker.more`.
local function best_of(room, seeker, best, enough, again)
    local window = again and SHORTEST_WINDOW or WINDOW
    local reach = (tonumber(seeker.reach) or REACH) + #seeker.excluded / 33 + #seeker.met / 50
    local compared, passed, from = 0, 0, 0
    while true do
        -- Few at first: most searches end with the first one.
        local members = redis.call('ZRANGE', room, from, from + (from == 0 and 3 or 63))
        for _, member in ipairs(members) do
            local device, visitor = string.sub(member, -64, -33), string.sub(member, -32)
            local fits = false
            if device ~= seeker.device then
                if not contains(seeker.excluded, visitor) and not contains(seeker.excluded, device) then
                    local other = look(visitor, device)
                    if other then
                        local common = shared(seeker, other)
                        fits = not parted(seeker, other, window) and not excludes(other, seeker)
                            and (not again or common > 0 or not (insists(seeker) or insists(other)))
                        if fits and (not best or common > best.common or (common == best.common and member < best.place)) then
                            best = { visitor = visitor, common = common, place = member }
                        end
                        if fits and common >= enough then return best end
                    else
                        redis.call('ZREM', room, member)
                        from = from - 1
                    end
                end
                if fits then compared = compared + 1 else passed = passed + 1 end
                if compared == COMPARED then return best end
                if passed >= reach then
                    seeker.more = true
                    return best
                end
            end
        end
        if #members == 0 then return best end
        from = from + #members
    end
end

-- The visitor whom the seeker, who is not in a room, meets now.
local function find(seeker)
    seeker.retry, seeker.retry_at, seeker.more = '', nil, false
    local opens = tonumber(redis.call('HGET', META, 'opens') or '0')
    if NOW < opens then
        seeker.retry = micros(opens)
        return nil
    end

    local classes = seeker.language ~= '' and { 'l:' .. seeker.language } or {}
    if seeker.language == '' or seeker.any == '1' then
        classes[#classes + 1] = 'none'
        classes[#classes + 1] = 'any'
    end

    local best
    local wishes = select(2, string.gsub(seeker.interests, '%S+', ''))
    for interest in string.gmatch(seeker.interests, '%S+') do
        for _, class in ipairs(classes) do best = best_of(room_key(seeker, class, 'i:' .. interest), seeker, best, wishes) end
    end
    if not best and not insists(seeker) then
        -- Nobody who fits shares an interest, so the first of each set is its best.
        for _, class in ipairs(classes) do
            local first = best_of(room_key(seeker, class, 'open'), seeker, nil, 0)
            if first and (not best or first.place < best.place) then best = first end
        end
    end
    if not best and has_last_resort(seeker) then best = best_of(again_key(seeker), seeker, nil, wishes, true) end

    -- Many in front who may not be met hide nobody for ever: the next look, soon, goes four times as far.
    if not best and seeker.more then
        seeker.reach = micros((tonumber(seeker.reach) or REACH) * 4)
        seeker.retry_at = earlier(seeker.retry_at, NOW + LOOK_AGAIN)
    end
    if seeker.retry_at then seeker.retry = micros(seeker.retry_at) end
    return best and load(best.visitor)
end
