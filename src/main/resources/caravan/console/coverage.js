/*
 * The coverage picture: one row for each partition, time from left to right; what is stored, what is not yet, and what is missing.
 * A moment can be picked in it, by mouse and by keyboard.
 */

import { html, nothing, render, svg } from './lit.js';
import { clock, count, counted, isTime, localDate, localSecond, localTime, utc } from './format.js';

const GUTTER = 46; // pixels for the numbers of the partitions
const RIGHT = 12;
const AXIS = 26;
const THIN = 3; // pixels that a piece has at least: what is missing is seen, however short it was
const SECOND = 1000;
const DAY = 86400 * SECOND;
const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000, 7776000,
  15552000, 31536000,
].map((seconds) => seconds * SECOND);

export const KINDS = {
  stored: 'stored',
  pending: 'not stored yet',
  gap: 'gap',
  hole: 'hole',
};

const REASONS = {
  retention: 'Kafka deleted it before it was stored',
  'delete-records': 'somebody had it deleted before it was stored',
  compaction: 'read late, deletes may be missing',
  pruned: 'pruned on purpose',
};

/** Pieces with the times that they are drawn between: one that has no times of its own lies between its neighbours. */
export function placed(partition) {
  const pieces = partition.pieces.map((piece) => ({
    ...piece,
    begin: known(piece.baseTimestamp) ?? known(piece.maxTimestamp),
    end: known(piece.maxTimestamp) ?? known(piece.baseTimestamp),
  }));
  pieces.forEach((piece, at) => {
    if (piece.begin === null || piece.kind === 'pending') {
      const before = pieces.slice(0, at).map((each) => each.end).filter((end) => end !== null);
      const after = pieces.slice(at + 1).find((each) => known(each.baseTimestamp) !== null);
      const from = before.length > 0 ? Math.max(...before) : (after?.begin ?? piece.begin);
      piece.begin = from;
      piece.end = piece.kind === 'pending' ? Math.max(piece.end ?? from, from) : (after?.begin ?? from);
    }
  });
  return pieces.filter((piece) => piece.begin !== null && piece.begin !== undefined).map((piece) => ({
    ...piece,
    begin: Math.min(piece.begin, piece.end),
    end: Math.max(piece.begin, piece.end),
  }));
}

/** From the oldest to the newest time of all partitions, or null where there is none. */
export function extent(partitions) {
  let from = Infinity;
  let to = -Infinity;
  for (const { pieces } of partitions) {
    for (const { begin, end } of pieces) {
      from = Math.min(from, begin);
      to = Math.max(to, end);
    }
  }
  if (from > to) {
    return null;
  }
  const least = SECOND;
  return to - from < least ? [from - least, to + least] : [from, to];
}

/**
 * <caravan-coverage>: properties `coverage` (the API's answer) and `moment` (epoch milliseconds, or null for none). Sends `pick` with the
 * moment in its detail.
 */
class CoverageElement extends HTMLElement {
  #partitions = [];
  #coverage = null;
  #whole = null;
  #window = null;
  #moment = null;
  #pointed = null;
  #width = 0;
  #sizes = new ResizeObserver(() => this.#measure());

  connectedCallback() {
    this.#sizes.observe(this);
    this.#measure();
  }

  disconnectedCallback() {
    this.#sizes.disconnect();
  }

  set coverage(coverage) {
    if (coverage === this.#coverage) {
      return;
    }
    const same = coverage?.topic === this.#coverage?.topic && coverage?.timeline === this.#coverage?.timeline;
    this.#coverage = coverage;
    this.#partitions = (coverage?.partitions ?? []).map((partition) => ({ ...partition, pieces: placed(partition) }));
    this.#whole = extent(this.#partitions);
    if (!same || this.#window === null) {
      this.#window = this.#whole;
    }
    this.#draw();
  }

  set moment(moment) {
    if (moment !== this.#moment) {
      this.#moment = moment;
      this.#draw();
    }
  }

  #measure() {
    const style = getComputedStyle(this);
    const width = Math.floor(this.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight));
    if (width !== this.#width) {
      this.#width = width;
      this.#draw();
    }
  }

  #draw() {
    if (this.isConnected && this.#width > 0) {
      render(this.#whole === null ? nothing : this.#picture(), this);
    }
  }

  #picture() {
    const height = this.#rowHeight();
    const tall = this.#partitions.length * height;
    const moment = this.#moment;
    const [from, to] = this.#window;
    const at = moment ?? to;
    return html`
      <div class="coverage-head">
        ${this.#legend()}
        <div class="coverage-tools" role="group" aria-label="Part of the time that is shown">
          <button type="button" class="small" @click=${() => this.#zoom(0.5)} aria-label="Zoom in">+</button>
          <button type="button" class="small" @click=${() => this.#zoom(2)} aria-label="Zoom out" ?disabled=${this.#all()}>−</button>
          <button type="button" class="small" @click=${() => this.#showAll()} ?disabled=${this.#all()}>All</button>
        </div>
      </div>
      <div
        class="coverage-plot"
        role="slider"
        tabindex="0"
        aria-label="Moment to restore to"
        aria-orientation="horizontal"
        aria-valuemin=${from}
        aria-valuemax=${to}
        aria-valuenow=${Math.min(Math.max(at, from), to)}
        aria-valuetext=${moment === null ? 'no moment picked' : localTime(moment)}
        @keydown=${(event) => this.#key(event)}
        @pointerdown=${(event) => this.#down(event)}
        @pointermove=${(event) => this.#move(event)}
        @pointerleave=${() => this.#point(null)}
      >
        <svg width=${this.#width} height=${tall + AXIS} aria-hidden="true" focusable="false">
          <defs>
            <pattern id="pending" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="6" height="6" class="pending-ground"></rect><rect width="2.5" height="6" class="pending-stripe"></rect>
            </pattern>
          </defs>
          ${this.#grid(tall)} ${this.#partitions.map((partition, row) => this.#row(partition, row * height, height))}
          ${moment === null || moment < from || moment > to + 1 ? nothing : this.#mark(Math.min(moment, to), tall)}
        </svg>
      </div>
      <p class="coverage-readout">${this.#readout()}</p>`;
  }

  #legend() {
    const kinds = new Set(this.#partitions.flatMap(({ pieces }) => pieces.map(({ kind }) => kind)));
    return html`<ul class="legend" aria-label="Legend">
      ${Object.entries(KINDS)
        .filter(([kind]) => kinds.has(kind) || kind === 'stored')
        .map(([kind, text]) => html`<li><span class="swatch ${kind}" aria-hidden="true"></span>${text}</li>`)}
    </ul>`;
  }

  #rowHeight() {
    const rows = this.#partitions.length;
    return rows <= 12 ? 22 : rows <= 32 ? 14 : rows <= 100 ? 7 : 3;
  }

  #row(partition, top, height) {
    const bar = Math.max(2, height - (height > 10 ? 6 : 1));
    const y = top + (height - bar) / 2;
    const each = Math.ceil(12 / height);
    const paths = { stored: '', pending: '', gap: '', hole: '' };
    for (const piece of partition.pieces) {
      const box = this.#box(piece);
      if (box !== null) {
        paths[piece.kind] += `M${box.x.toFixed(1)} ${y}h${box.width.toFixed(1)}v${bar}h${-box.width.toFixed(1)}z`;
      }
    }
    const quiet = this.#quiet(partition);
    return svg`
      ${quiet === null ? nothing : svg`<path class="quiet" d=${`M${quiet[0]} ${y + bar / 2 - 0.5}H${quiet[1]}v1H${quiet[0]}z`}></path>`}
      ${Object.keys(paths).map((kind) => (paths[kind] === '' ? nothing : svg`<path class=${kind} d=${paths[kind]}></path>`))}
      ${
        partition.partition % each === 0
          ? svg`<text class="label" x=${GUTTER - 10} y=${top + height / 2} dy="0.35em" text-anchor="end">${partition.partition}</text>`
          : nothing
      }`;
  }

  /** From the first to the last of a partition: where nothing else is drawn, there were no records. */
  #quiet({ pieces }) {
    if (pieces.length === 0) {
      return null;
    }
    const begin = Math.max(this.#x(Math.min(...pieces.map((piece) => piece.begin))), GUTTER);
    const end = Math.min(this.#x(Math.max(...pieces.map((piece) => piece.end))), this.#width - RIGHT);
    return end > begin ? [begin.toFixed(1), end.toFixed(1)] : null;
  }

  #box({ begin, end }) {
    const left = this.#x(begin);
    const right = this.#x(end);
    if (right < GUTTER || left > this.#width - RIGHT) {
      return null;
    }
    const x = Math.max(GUTTER, Math.min(left, this.#width - RIGHT - THIN));
    return { x, width: Math.max(THIN, Math.min(right, this.#width - RIGHT) - x) };
  }

  #grid(tall) {
    return ticks(this.#window, Math.max(2, Math.floor((this.#width - GUTTER - RIGHT) / 110))).map(
      ({ time, text }) => svg`
        <path class="grid" d=${`M${this.#x(time).toFixed(1)} 0v${tall + 5}`}></path>
        <text class="label" x=${this.#x(time).toFixed(1)} y=${tall + 19} text-anchor=${this.#anchor(time)}>${text}</text>`,
    );
  }

  #anchor(time) {
    const x = this.#x(time);
    return x < GUTTER + 34 ? 'start' : x > this.#width - RIGHT - 34 ? 'end' : 'middle';
  }

  #mark(moment, tall) {
    const x = this.#x(moment).toFixed(1);
    return svg`
      <rect class="after" x=${x} y="0" width=${Math.max(0, this.#width - RIGHT - Number(x))} height=${tall}></rect>
      <path class="mark" d=${`M${x} 0v${tall + 4}`}></path>
      <circle class="mark" cx=${x} cy=${tall + 4} r="4"></circle>`;
  }

  #readout() {
    if (this.#pointed !== null) {
      const { time, piece, partition } = this.#pointed;
      const where = `${localSecond(time)}, partition ${partition.partition}: `;
      return piece === null ? `${where}no records` : where + told(piece);
    }
    return this.#moment === null
      ? 'Pick a moment: click into the picture, or focus it and use the arrow keys.'
      : html`Picked: <time datetime=${utc(this.#moment)} title="${utc(this.#moment)} (UTC)">${localTime(this.#moment)}</time>`;
  }

  #x(time) {
    const [from, to] = this.#window;
    return GUTTER + ((time - from) / (to - from)) * (this.#width - GUTTER - RIGHT);
  }

  #time(x) {
    const [from, to] = this.#window;
    const part = (x - GUTTER) / (this.#width - GUTTER - RIGHT);
    return from + Math.min(1, Math.max(0, part)) * (to - from);
  }

  #down(event) {
    if (event.button === 0) {
      this.#pick(this.#time(this.#inside(event).x));
    }
  }

  #move(event) {
    const { x, y } = this.#inside(event);
    if (event.buttons === 1 && event.pointerType === 'mouse') {
      this.#pick(this.#time(x));
    }
    const partition = this.#partitions[Math.floor(y / this.#rowHeight())];
    if (partition === undefined || x < GUTTER) {
      this.#point(null);
      return;
    }
    const near = partition.pieces.filter((piece) => {
      const box = this.#box(piece);
      return box !== null && x >= box.x - 1 && x <= box.x + box.width + 1;
    });
    this.#point({ time: this.#time(x), partition, piece: near.find(({ kind }) => kind !== 'stored') ?? near[0] ?? null });
  }

  #inside(event) {
    const box = this.querySelector('svg').getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #point(pointed) {
    this.#pointed = pointed;
    this.#draw();
  }

  #key(event) {
    const [from, to] = this.#window;
    const step = (to - from) / 100;
    const at = this.#moment ?? to;
    const moves = {
      ArrowLeft: at - step * (event.shiftKey ? 10 : 1),
      ArrowDown: at - step,
      ArrowRight: at + step * (event.shiftKey ? 10 : 1),
      ArrowUp: at + step,
      PageDown: at - step * 10,
      PageUp: at + step * 10,
      Home: from,
      End: to,
    };
    if (event.key in moves && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      this.#pick(Math.min(Math.max(moves[event.key], from), to));
    }
  }

  /** What is restored are records before the moment: to have the last ones, it is behind the right edge. */
  #pick(time) {
    const [from, to] = this.#window;
    const grain = to - from > 400 * SECOND ? SECOND : 1;
    this.dispatchEvent(new CustomEvent('pick', { detail: time >= to ? Math.floor(to) + 1 : Math.round(time / grain) * grain }));
  }

  #all() {
    return this.#window[0] === this.#whole[0] && this.#window[1] === this.#whole[1];
  }

  #showAll() {
    this.#window = this.#whole;
    this.#draw();
  }

  /** Around the picked moment, or the middle. */
  #zoom(factor) {
    const [from, to] = this.#window;
    const half = Math.max(((to - from) * factor) / 2, 10);
    const middle = Math.min(Math.max(this.#moment ?? (from + to) / 2, from), to);
    const left = Math.max(this.#whole[0], middle - half);
    const right = Math.min(this.#whole[1], middle + half);
    this.#window = right - left >= this.#whole[1] - this.#whole[0] ? this.#whole : [left, right];
    this.#draw();
  }
}

/** What a piece is, in words. */
export function told(piece) {
  const offsets = `offsets ${count(piece.from)} to ${count(piece.next - 1)}`;
  const records = piece.kind === 'stored' ? `, ${counted(piece.records, 'record')}` : '';
  const reason = piece.reason ? ` (${REASONS[piece.reason] ?? piece.reason})` : '';
  return `${KINDS[piece.kind] ?? piece.kind}${reason}, ${offsets}${records}`;
}

/** Round times of a stretch, at most so many, with as much of each as tells it from the others. */
function ticks([from, to], most) {
  const step = STEPS.find((each) => (to - from) / each <= most) ?? STEPS.at(-1);
  if (to - from < most * SECOND && to - from < 4 * SECOND) {
    return [from, to].map((time) => ({ time, text: `${clock(time)}.${String(new Date(time).getMilliseconds()).padStart(3, '0')}` }));
  }
  const zone = new Date(from).getTimezoneOffset() * 60 * SECOND;
  // Not each day has 24 hours.
  const at = (tick) => (step >= DAY ? new Date(1970, 0, 1 + (tick * step) / DAY).getTime() : tick * step + zone);
  const all = [];
  let day = null;
  for (let tick = Math.ceil((from - zone) / step); at(tick) <= to; tick++) {
    const time = at(tick);
    const date = localDate(time);
    const text = step >= DAY ? date : step >= 60 * SECOND ? clock(time).slice(0, 5) : clock(time);
    all.push({ time, text: step >= DAY || date === day || day === null ? text : `${date.slice(5)} ${text}` });
    day = date;
  }
  return all;
}

function known(time) {
  return isTime(time) ? time : null;
}

customElements.define('caravan-coverage', CoverageElement);
