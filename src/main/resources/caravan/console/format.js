/* Numbers, times and bytes as the console shows them. */

const COUNT = new Intl.NumberFormat('en');
const TENTHS = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DEEPEST = 100; // levels of JSON that are indented: many more make of a small text a huge one

/** 1,234,567. */
export function count(number) {
  return number === null || number === undefined ? '–' : COUNT.format(number);
}

/** 1 record, 2 records. */
export function counted(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** 69.4 kB; a kB is 1,000 bytes, as in the commands. */
export function bytes(number) {
  if (number === null || number === undefined) {
    return '–';
  }
  if (number < 1000) {
    return `${Math.round(number)} B`;
  }
  let value = number;
  let unit = -1;
  while (value >= 999.95 && unit < 4) {
    value /= 1000;
    unit++;
  }
  return `${TENTHS.format(value)} ${['kB', 'MB', 'GB', 'TB', 'PB'][unit]}`;
}

/** 2 min 5 s: of milliseconds, in its two largest units. */
export function duration(milliseconds) {
  if (milliseconds < SECOND) {
    return milliseconds < 1 ? '0 s' : 'less than 1 s';
  }
  const units = [[DAY, 'd'], [HOUR, 'h'], [MINUTE, 'min'], [SECOND, 's']];
  const first = units.findIndex(([size]) => milliseconds >= size);
  const [size, name] = units[first];
  const whole = Math.floor(milliseconds / size);
  const next = units[first + 1];
  const rest = next === undefined ? 0 : Math.floor((milliseconds - whole * size) / next[0]);
  return rest === 0 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${next[1]}`;
}

/** 2026-11-28 14:03:05 in the viewer's zone; milliseconds where there are some. */
export function localTime(time) {
  const date = new Date(time);
  const milliseconds = date.getMilliseconds();
  return `${localDate(time)} ${clock(time)}${milliseconds === 0 ? '' : `.${pad(milliseconds, 3)}`}`;
}

/** 2026-11-28 14:03:05, whatever the milliseconds. */
export function localSecond(time) {
  return `${localDate(time)} ${clock(time)}`;
}

export function localDate(time) {
  const date = new Date(time);
  return `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}`;
}

export function clock(time) {
  const date = new Date(time);
  return `${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}:${pad(date.getSeconds(), 2)}`;
}

/** 2026-11-28T13:03:05.123Z. */
export function utc(time) {
  return new Date(time).toISOString();
}

/** For an input of the type datetime-local. */
export function inputTime(time) {
  return localTime(time).replace(' ', 'T');
}

/** The viewer's zone, as it is called: Europe/Berlin. */
export function zone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Whether a record can be of that time: one without a time says -1, and others may say any number, of which no Date can be made. */
export function isTime(time) {
  return time !== null && time !== undefined && time >= 0 && time <= 8.64e15;
}

/** The epoch milliseconds that an address names, or null. */
export function timeGiven(text) {
  const time = Number(text || NaN);
  return isTime(time) ? time : null;
}

/** Text that shows its control characters instead of doing what they say. */
export function visible(text) {
  return text
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, (sign) => String.fromCharCode(0x2400 + sign.charCodeAt(0)))
    .replace(/\u007f/g, '\u2421')
    .replace(/[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (sign) => `\u27e8U+${sign.charCodeAt(0).toString(16).toUpperCase()}\u27e9`);
}

/** JSON with line breaks, or null where it is none, or too deep. Numbers and strings stay as they are written: large ids are not rounded. */
export function prettyJson(text) {
  const begin = text.trimStart()[0];
  if (begin !== '{' && begin !== '[') {
    return null;
  }
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs) ?? [];
  let depth = 0;
  let written = '';
  const line = () => `\n${'  '.repeat(depth)}`;
  for (const [at, token] of tokens.entries()) {
    if (token === '{' || token === '[') {
      depth++;
      if (depth > DEEPEST) {
        return null;
      }
      written += tokens[at + 1] === '}' || tokens[at + 1] === ']' ? token : token + line();
    } else if (token === '}' || token === ']') {
      depth--;
      written += tokens[at - 1] === '{' || tokens[at - 1] === '[' ? token : line() + token;
    } else if (token === ',') {
      written += token + line();
    } else {
      written += token === ':' ? ': ' : token;
    }
  }
  return written;
}

/** Bytes of Base64 as a hex dump: offset, 16 bytes, and what of them is ASCII. */
export function hexDump(base64) {
  const raw = atob(base64);
  const lines = [];
  for (let at = 0; at < raw.length; at += 16) {
    const row = [...raw.slice(at, at + 16)].map((sign) => sign.charCodeAt(0));
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const ascii = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${ascii}`);
  }
  return lines.join('\n');
}

/** The same in one line, bytes only. */
export function hex(base64) {
  return [...atob(base64)].map((sign) => sign.charCodeAt(0).toString(16).padStart(2, '0')).join(' ');
}

function pad(number, digits) {
  return String(number).padStart(digits, '0');
}
