import { createHash } from 'node:crypto';
import type { Script } from './commands.ts';

/**
 * The facts of some streams, without the bodies of their entries.
 *
 * KEYS: the streams. ARGV: the work after which it stops, so that the server's other clients wait for
 * a few milliseconds at most, and the most consumers of a group that are looked at.
 *
 * Gives `[errors, stream, …]`, with as many streams as it came to: at least one. `errors` are an
 * operation and the error it met, one after the other: what the user may not run is told once. A
 * stream is `[error of XINFO GROUPS or '', facts, group, facts, …]`; its first facts are
 * `!` and the error of XINFO STREAM or
 *
 *     length entries-added first last last-generated max-deleted bytes-of-an-entry
 *
 * and those of a group
 *
 *     consumers pending last-delivered entries-read lag idle
 *     oldest-pending its-idle its-deliveries first-undelivered
 *
 * with `-` for what is not known. Texts joined here cost the server and us a third of what single
 * values would. The clock of a script stands still from 7.2 on, so that work is counted in commands.
 */
export const factsScript = script(`
local work = tonumber(ARGV[1])
local consumersAtMost = tonumber(ARGV[2])
local errors = {}
local met = {}

local function ask(operation, ...)
  local reply = redis.pcall(...)
  work = work - 1
  if type(reply) ~= 'table' or not reply.err then return reply end
  if not met[operation] then
    met[operation] = true
    errors[#errors + 1] = operation
    errors[#errors + 1] = reply.err
  end
  return nil
end

local function fieldsOf(flat)
  local fields = {}
  for at = 1, #flat, 2 do fields[flat[at]] = flat[at + 1] end
  return fields
end

local function shown(value)
  if type(value) == 'number' then return string.format('%.0f', value) end
  return value or '-'
end

local function sizeOf(entry)
  local size = 0
  for _, text in ipairs(entry and entry[2] or {}) do size = size + #text end
  return size
end

local function idOf(entry)
  return entry and entry[1] or '-'
end

local function streamOf(key)
  local reply = redis.pcall('XINFO', 'STREAM', key)
  work = work - 2
  if reply.err then return '!' .. reply.err end
  local info = fieldsOf(reply)
  local first = info['first-entry']
  local last = info['last-entry']
  local size = math.max(sizeOf(first), sizeOf(last))
  work = work - math.floor(size / 16384)
  return table.concat({
    shown(info['length']), shown(info['entries-added']), idOf(first), idOf(last),
    shown(info['last-generated-id']), shown(info['max-deleted-entry-id']), shown(size)
  }, ' '), idOf(last)
end

local function groupOf(key, group, last)
  local name = group['name']
  local delivered = group['last-delivered-id']
  local idle
  if group['consumers'] > 0 and group['consumers'] <= consumersAtMost then
    for _, flat in ipairs(ask('xinfo_consumers', 'XINFO', 'CONSUMERS', key, name) or {}) do
      local own = fieldsOf(flat)['idle']
      if not idle or own < idle then idle = own end
    end
    work = work - math.floor(group['consumers'] / 16)
  end
  local pending = {}
  if group['pending'] > 0 then
    local entries = ask('xpending', 'XPENDING', key, name, '-', '+', 1)
    pending = entries and entries[1] or pending
  end
  local undelivered
  if last ~= '-' and delivered ~= last then
    local entries = ask('xrange', 'XRANGE', key, '(' .. delivered, '+', 'COUNT', 1)
    undelivered = entries and entries[1]
    work = work - math.floor(sizeOf(undelivered) / 16384)
  end
  return table.concat({
    shown(group['consumers']), shown(group['pending']), shown(delivered),
    shown(group['entries-read']), shown(group['lag']), shown(idle),
    shown(pending[1]), shown(pending[3]), shown(pending[4]), idOf(undelivered)
  }, ' ')
end

local told = {errors}
for _, key in ipairs(KEYS) do
  if work <= 0 then break end
  work = work - 2
  local groups = redis.pcall('XINFO', 'GROUPS', key)
  local facts, last = streamOf(key)
  local stream = {groups.err or '', facts}
  if not groups.err then
    for _, flat in ipairs(groups) do
      local group = fieldsOf(flat)
      stream[#stream + 1] = group['name']
      stream[#stream + 1] = groupOf(key, group, last or '-')
      work = work - 1
    end
  end
  told[#told + 1] = stream
end
return told
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
