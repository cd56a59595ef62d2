import { createHash } from 'node:crypto';
import type { Script } from './commands.ts';

/**
 * The facts of some streams, without the bodies of their entries.
 *
 * KEYS: the streams. ARGV: the work after which it stops, so that the server's other clients wait for
 * a few milliseconds at most, the most consumers of a group that are looked at, the most pending
 * entries of which those are counted that nobody has claimed for too long, and how many milliseconds
 * that is.
 *
 * Gives `[facts, operation, error, …]`: what the user may not run is told once. The facts are one
 * text, of as many streams as it came to: at least one. Its words are divided by spaces. A stream is
 * how many groups it has, then
 *
 *     length entries-added first last last-generated max-deleted bytes-of-an-entry
 *
 * and for each group the length of its name, the name, and
 *
 *     consumers pending last-delivered entries-read lag idle
 *     oldest-pending its-idle its-deliveries abandoned first-undelivered
 *
 * with `-` for what is not known. Where XINFO GROUPS or XINFO STREAM was refused there is `!` instead
 * of the number of groups or of the seven facts, the length of the error and the error. Single values
 * would cost server and us several times as much as one text, for each is an object to both; and a
 * function of Lua called for every word would cost the server a tenth of all.
 *
 * The clock of a script stands still from 7.2 on, so that work is counted in commands.
 */
export const factsScript = script(`
local work = tonumber(ARGV[1])
local consumersAtMost = tonumber(ARGV[2])
local fewPending = tonumber(ARGV[3])
local abandonedAfter = tonumber(ARGV[4])
local call = redis.pcall
local told = {}
local errors = {}
local met = {}

local function isRefused(operation, reply)
  work = work - 1
  if not reply.err then return false end
  if not met[operation] then
    met[operation] = true
    errors[#errors + 1] = operation
    errors[#errors + 1] = reply.err
  end
  return true
end

-- place: where it mostly is
local function field(flat, name, place)
  if flat[place] == name then return flat[place + 1] end
  for at = 1, #flat, 2 do
    if flat[at] == name then return flat[at + 1] end
  end
end

local function exact(value)
  if not value then return '-' end
  if value < 1e14 and value > -1e14 then return value end
  return string.format('%.0f', value)
end

local function sizeOf(entry)
  local size = 0
  for at = 1, #entry[2] do size = size + #entry[2][at] end
  work = work - math.floor(size / 2048)
  return size
end

local function streamOf(key)
  local info = call('XINFO', 'STREAM', key)
  work = work - 2
  if info.err then return '! ' .. #info.err .. ' ' .. info.err end
  local first = field(info, 'first-entry', 17)
  local last = field(info, 'last-entry', 19)
  local firstId, lastId, size = '-', '-', 0
  if first and last then
    firstId, lastId = first[1], last[1]
    size = math.max(sizeOf(first), sizeOf(last))
  end
  return field(info, 'length', 1) .. ' ' .. exact(field(info, 'entries-added', 11)) .. ' '
    .. firstId .. ' ' .. lastId .. ' ' .. (field(info, 'last-generated-id', 7) or '-') .. ' '
    .. (field(info, 'max-deleted-entry-id', 9) or '-') .. ' ' .. size, lastId
end

local function groupOf(key, group, last)
  local name = field(group, 'name', 1)
  local delivered = field(group, 'last-delivered-id', 7)
  local consumers = field(group, 'consumers', 3)
  local pending = field(group, 'pending', 5)
  local idle
  if consumers > 0 and consumers <= consumersAtMost then
    local reply = call('XINFO', 'CONSUMERS', key, name)
    if not isRefused('xinfo_consumers', reply) then
      for at = 1, #reply do
        local own = field(reply[at], 'idle', 5)
        if not idle or own < idle then idle = own end
      end
    end
    work = work - math.floor(consumers / 16)
  end
  local oldest, abandoned
  if pending > 0 then
    local few = pending <= fewPending
    local reply = call('XPENDING', key, name, '-', '+', few and pending + 1 or 1)
    if not isRefused('xpending', reply) then
      oldest = reply[1]
      if few and #reply <= pending then
        abandoned = 0
        for at = 1, #reply do
          if reply[at][3] >= abandonedAfter then abandoned = abandoned + 1 end
        end
      end
    end
  end
  local undelivered
  if last ~= '-' and delivered ~= last then
    local reply = call('XRANGE', key, '(' .. delivered, '+', 'COUNT', 1)
    if not isRefused('xrange', reply) then
      local entry = reply[1]
      if entry then
        undelivered = entry[1]
        sizeOf(entry)
      end
    end
  end
  return #name .. ' ' .. name .. ' ' .. consumers .. ' ' .. pending .. ' ' .. delivered .. ' '
    .. exact(field(group, 'entries-read', 9)) .. ' ' .. exact(field(group, 'lag', 11)) .. ' '
    .. (idle or '-') .. ' '
    .. (oldest and oldest[1] .. ' ' .. oldest[3] .. ' ' .. oldest[4] or '- - -') .. ' '
    .. (abandoned or '-') .. ' ' .. (undelivered or '-')
end

for _, key in ipairs(KEYS) do
  if work <= 0 then break end
  work = work - 2
  local groups = call('XINFO', 'GROUPS', key)
  local stream, last = streamOf(key)
  if groups.err then
    told[#told + 1] = '! ' .. #groups.err .. ' ' .. groups.err .. ' ' .. stream
  else
    told[#told + 1] = #groups .. ' ' .. stream
    for at = 1, #groups do
      told[#told + 1] = groupOf(key, groups[at], last or '-')
      work = work - 1
    end
  end
end
return {table.concat(told, ' '), unpack(errors)}
`);

/**
 * How many entries or pending entries there are, for some questions.
 *
 * KEYS: the stream of each question. ARGV: the work after which it stops, then six for each question:
 * `entries`, `pending` or `idle` (pending entries that the server itself picks by their idle time),
 * the group, two ends of a range of ids, the most that are looked at, and for how many milliseconds
 * a pending entry must be idle to count.
 *
 * Gives, for as many questions as it came to (at least one), `[count, length of the stream]`, or an
 * error as text.
 */
export const countsScript = script(`
local work = tonumber(ARGV[1])
local counts = {}
for at, key in ipairs(KEYS) do
  if work <= 0 then break end
  local argument = 6 * (at - 1) + 1
  local kind, group, from, to, most, idle = unpack(ARGV, argument + 1, argument + 6)
  local found
  if kind == 'entries' then
    found = redis.pcall('XRANGE', key, from, to, 'COUNT', most)
  elseif kind == 'idle' then
    found = redis.pcall('XPENDING', key, group, 'IDLE', idle, from, to, most)
  else
    found = redis.pcall('XPENDING', key, group, from, to, most)
  end
  if found.err then
    counts[at] = found.err
  else
    local count = 0
    for _, entry in ipairs(found) do
      if kind == 'entries' or entry[3] >= tonumber(idle) then count = count + 1 end
    end
    local length = kind == 'entries' and redis.pcall('XLEN', key) or 0
    counts[at] = type(length) == 'number' and {count, length} or length.err
    work = work - 1 - math.floor(#found / 16)
  end
end
return counts
`);

function script(text: string): Script {
	return { text, sha: createHash('sha1').update(text).digest('hex') };
}
