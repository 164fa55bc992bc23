import { html, nothing } from '../lit.js';
import { part } from '../api.js';
import { bytes, count, counted, hex, hexDump, inputTime, isTime, localTime, prettyJson, visible, zone } from '../format.js';
import { newest } from '../lives.js';
import { keep, to } from '../router.js';
import { emptyState, field, heading, loadingState, notice, problemState, segments, time } from '../ui.js';
import { View } from '../view.js';

const LIMIT = 50;
const PREVIEW = 160; // letters of a value in the list

/** What was made of keys and values, as long as these are shown. */
const MADE = new WeakMap();

/** Records of a topic, live or archived, a page at a time. */
export class MessagesView extends View {
  partitions;
  timelines;
  /** What the form says, which may not be read yet. */
  #asked;
  /** What the form said when the records that are shown were asked for. */
  #shownQuery;
  #records = [];
  #next = null;
  #complete = true;
  #inOrder = true;
  #atEnd = false;
  #scanned = 0;
  #state = 'loading';
  #problem;
  #open = new Set();
  #shownAs = new Map();
  #turn = 0;

  constructor(...all) {
    super(...all);
    const { source = 'kafka', timeline = '', partition = '', offset = '', time: moment = '', key = '' } = this.query;
    const start = this.query.start ?? (moment !== '' ? 'time' : offset !== '' ? 'offset' : source === 'kafka' ? 'newest' : 'oldest');
    this.#asked = { source, timeline, partition, offset, time: moment, key, start };
  }

  get title() {
    return `Messages of ${this.#topic}`;
  }

  get #topic() {
    return this.parameters.topic;
  }

  begin() {
    const topic = part(this.#topic);
    this.load('partitions', async (signal) => (await this.api.get(`/topics/${topic}`, {}, signal)).partitions.map(({ partition }) => partition));
    this.load('timelines', async (signal) => (await this.api.get(`/archive/topics/${topic}`, {}, signal)).timelines);
    this.#read();
  }

  /** Reads the first page of what is asked for. */
  #read() {
    this.#records = [];
    this.#next = null;
    this.#inOrder = true;
    this.#shownQuery = { ...this.#asked };
    this.#open.clear();
    this.#shownAs.clear();
    keep(['topics', this.#topic, 'messages'], this.#shownQuery);
    this.#page(this.#first());
  }

  #first() {
    const { start, offset, time: moment } = this.#shownQuery;
    return {
      end: start === 'newest' ? true : null,
      from: start === 'offset' ? offset : null,
      time: start === 'time' ? moment : null,
    };
  }

  async #page(where) {
    const turn = ++this.#turn;
    const { source, timeline, partition, key } = this.#shownQuery;
    this.#state = 'loading';
    this.#problem = undefined;
    this.update();
    try {
      const answer = await this.api.get(
        `/messages/${source}/${part(this.#topic)}`,
        { timeline: source === 'archive' ? timeline || 'newest' : null, partition, key, limit: LIMIT, ...where },
        this.signal,
      );
      if (turn !== this.#turn) {
        return;
      }
      this.#records = [...this.#records, ...(this.#backwards ? answer.records.reverse() : answer.records)];
      this.#atEnd = answer.records.length === 0 && answer.complete;
      this.#next = answer.next;
      this.#complete = answer.complete;
      this.#inOrder &&= answer.complete || partition !== '' || this.#numbers().length === 1;
      this.#scanned = answer.scanned;
      this.#state = 'ready';
    } catch (problem) {
      if (turn !== this.#turn || this.signal.aborted) {
        return;
      }
      this.#problem = problem;
      this.#state = 'problem';
    }
    this.update();
  }

  /** The newest are shown first, and older ones behind them. */
  get #backwards() {
    return this.#shownQuery.start === 'newest';
  }

  #more() {
    const from = Object.entries(this.#next).map(([partition, offset]) => `${partition}:${offset}`).join(',');
    this.#page({ ...this.#first(), from });
  }

  body() {
    return html`${heading('Messages', {
      trail: html`<a href=${to(['topics'])}>Topics</a> <span aria-hidden="true">/</span> <a href=${to(['topics', this.#topic])}>${this.#topic}</a>`,
    })}
    ${this.#form()} ${this.#result()}`;
  }

  #form() {
    const asked = this.#asked;
    return html`<form class="panel query" aria-label="Which messages" @submit=${(event) => this.#submit(event)}>
      ${segments('Read from', 'source', [['kafka', 'Kafka'], ['archive', 'Archive']], asked.source, (source) => this.#change({ source, partition: '' }))}
      ${asked.source === 'archive' ? this.#timelineField() : nothing}
      ${field(
        'Partition',
        html`<select id="partition" @change=${(event) => this.#set({ partition: event.target.value })}>
          <option value="" .selected=${asked.partition === ''}>all, by time</option>
          ${this.#numbers().map((each) => html`<option value=${each} .selected=${asked.partition === String(each)}>${each}</option>`)}
        </select>`,
        { id: 'partition' },
      )}
      ${field(
        'Begin with',
        html`<select id="start" @change=${(event) => this.#set({ start: event.target.value })}>
          ${[['newest', 'the newest'], ['oldest', 'the oldest'], ['time', 'a time'], ['offset', 'an offset']].map(
            ([value, text]) => html`<option value=${value} .selected=${asked.start === value}>${text}</option>`,
          )}
        </select>`,
        { id: 'start' },
      )}
      ${
        asked.start === 'time'
          ? field(
              `Time (${zone()})`,
              html`<input id="time" type="datetime-local" step="0.001" required .value=${timeInput(asked.time)} @change=${(event) => this.#set({ time: timeOf(event.target.value) })}>`,
              { id: 'time' },
            )
          : nothing
      }
      ${
        asked.start === 'offset'
          ? field('Offset', html`<input id="offset" type="number" min="0" required .value=${asked.offset} @input=${(event) => this.#set({ offset: event.target.value })}>`, {
              id: 'offset',
              hint: asked.partition === '' ? 'of one partition: choose it' : undefined,
            })
          : nothing
      }
      ${field('Key matches', html`<input id="key" spellcheck="false" type="search" placeholder="all" .value=${asked.key} @input=${(event) => this.#set({ key: event.target.value })}>`, { id: 'key' })}
      <div class="query-go"><button class="primary">Read</button></div>
    </form>`;
  }

  #timelineField() {
    const timelines = this.timelines?.value ?? [];
    return timelines.length > 1
      ? field(
          'Life of the topic',
          html`<select id="timeline" @change=${(event) => this.#set({ timeline: event.target.value })}>
            <option value="" .selected=${this.#asked.timeline === ''}>the newest</option>
            ${timelines.map(
              ({ timeline, begunAt, live }) => html`<option value=${timeline} .selected=${timeline === this.#asked.timeline}>
                ${begunAt === null ? timeline : `since ${localTime(begunAt)}`}${live ? ' (today)' : ''}
              </option>`,
            )}
          </select>`,
          { id: 'timeline' },
        )
      : nothing;
  }

  #numbers() {
    if (this.#asked.source === 'kafka') {
      return this.partitions?.value ?? [];
    }
    const timelines = this.timelines?.value ?? [];
    const chosen = timelines.find(({ timeline }) => timeline === this.#asked.timeline) ?? newest(timelines);
    return chosen?.partitions.map(({ partition }) => partition) ?? [];
  }

  #set(change) {
    Object.assign(this.#asked, change);
    this.update();
  }

  /** What is read from changes at once; what is asked for, when Read is pressed. */
  #change(change) {
    this.#set(change);
    this.#read();
  }

  #submit(event) {
    event.preventDefault();
    if (this.#asked.start === 'offset' && this.#asked.partition === '') {
      document.getElementById('partition').focus();
      this.app.say('An offset is of one partition: choose it', 'warning');
      return;
    }
    this.#read();
  }

  #result() {
    if (this.#records.length === 0) {
      if (this.#state === 'loading') {
        return loadingState('Reading');
      }
      if (this.#state === 'problem') {
        return this.#problem.status === 404
          ? emptyState({ title: this.#shownQuery.source === 'kafka' ? 'Kafka does not have this topic' : 'The archive does not have this topic', text: 'Read from the other one.' })
          : problemState(this.#problem, () => this.#read());
      }
      if (this.#complete) {
        return emptyState({ title: 'No records', text: this.#shownQuery.key === '' ? 'There is nothing from there on.' : 'No record has such a key from there on.' });
      }
    }
    return html`
      ${this.#order()}
      <ol class="records" aria-label="Records">
        ${this.#records.map((record) => this.#record(record))}
      </ol>
      ${this.#problem ? notice('bad', this.#problem.message, this.#problem.hint) : nothing} ${this.#foot()}`;
  }

  /** Records of several partitions are by time only where all of these could be looked at. */
  #order() {
    if (this.#inOrder) {
      return nothing;
    }
    return this.#complete
      ? notice('info', 'The search was long, and went on in parts: the order is not by time.')
      : notice('warning', 'Not all partitions were looked at yet: the order is not by time.', 'Search on, or choose a partition.');
  }

  #foot() {
    const more = this.#next !== null && !this.#atEnd;
    return html`<div class="records-foot">
      <p class="muted" role="status">
        ${counted(this.#records.length, 'record')} shown${this.#scanned > 0 ? `, ${count(this.#scanned)} looked at` : ''}${
          this.#complete ? (this.#atEnd ? '; there are no more' : '') : '; the search took long, and can go on'
        }
      </p>
      ${
        more
          ? html`<button type="button" @click=${() => this.#more()} ?disabled=${this.#state === 'loading'}>
              ${this.#state === 'loading' ? 'Reading…' : !this.#complete ? 'Search on' : this.#backwards ? 'Show older' : 'Show more'}
            </button>`
          : nothing
      }
    </div>`;
  }

  #record(record) {
    const id = `${record.partition}-${record.offset}`;
    const open = this.#open.has(id);
    return html`<li class="record ${open ? 'open' : ''}">
      <button type="button" class="record-line" aria-expanded=${open ? 'true' : 'false'} aria-controls="record-${id}" @click=${() => this.#toggle(id)}>
        <span class="record-place"><span class="sr">Partition </span>${record.partition}<span class="muted"> : </span><span class="sr">offset </span>${count(record.offset)}</span>
        <span class="record-time">${isTime(record.timestamp) ? time(record.timestamp, { exact: true }) : 'no time'}</span>
        <span class="record-key"><span class="sr">Key: </span><bdi>${preview(record.key)}</bdi></span>
        <span class="record-value"><span class="sr">Value: </span><bdi>${preview(record.value)}</bdi></span>
      </button>
      <div id="record-${id}" class="record-more" ?hidden=${!open}>${open ? this.#whole(record, id) : nothing}</div>
    </li>`;
  }

  #toggle(id) {
    if (!this.#open.delete(id)) {
      this.#open.add(id);
    }
    this.update();
  }

  #whole(record, id) {
    return html`
      ${this.#part('Key', record.key, `${id}-key`, record)} ${this.#part('Value', record.value, `${id}-value`, record)}
      <div class="record-part">
        <h3>Headers</h3>
        ${
          record.headers.length === 0
            ? html`<p class="muted">none</p>`
            : html`<table class="table headers" aria-label="Headers">
                <thead><tr><th scope="col">Key</th><th scope="col">Value</th></tr></thead>
                <tbody>
                  ${record.headers.map(
                    ({ key, value }) => html`<tr><th scope="row" class="main wrap" data-label="Key"><bdi>${visible(key)}</bdi></th><td class="wrap" data-label="Value"><bdi>${headerValue(value)}</bdi></td></tr>`,
                  )}
                </tbody>
              </table>`
        }
      </div>
      <p class="muted record-facts">
        ${{ create: 'Time set by the producer', append: 'Time set by the broker', none: 'Without a time' }[record.timestampType] ?? ''}${
          record.leaderEpoch === null ? '' : `, leader epoch ${record.leaderEpoch}`
        }
      </p>`;
  }

  #part(name, data, id, record) {
    return html`<div class="record-part">
      <div class="record-part-head">
        <h3>${name}${data === null ? nothing : html` <span class="muted">${bytes(data.size)}</span>`}</h3>
        ${data === null || data.size === 0 ? nothing : this.#ways(name, data, id)}
      </div>
      ${data === null ? html`<p class="muted">null${name === 'Value' ? ' (a tombstone: the key is deleted)' : ''}</p>` : this.#data(name, data, id)}
      ${
        data?.cut
          ? html`<p class="muted">Only its beginning is shown. <button type="button" class="small" @click=${() => this.#load(record)}>Load all of it</button></p>`
          : nothing
      }
    </div>`;
  }

  #ways(name, data, id) {
    const ways = waysOf(data);
    return ways.length === 1
      ? nothing
      : html`<div class="ways" role="group" aria-label="Show ${name.toLowerCase()} as">
          ${ways.map(
            (way) => html`<button type="button" class="small" aria-pressed=${this.#way(data, id) === way ? 'true' : 'false'} @click=${() => this.#show(id, way)}>${way}</button>`,
          )}
        </div>`;
  }

  #way(data, id) {
    return this.#shownAs.get(id) ?? waysOf(data)[0];
  }

  #show(id, way) {
    this.#shownAs.set(id, way);
    this.update();
  }

  #data(name, data, id) {
    if (data.size === 0) {
      return html`<p class="muted">empty</p>`;
    }
    const shown = { JSON: () => visible(json(data)), Text: () => visible(data.text), Hex: () => hexDump(data.base64) }[this.#way(data, id)]();
    return html`<pre class="code" tabindex="0" role="region" aria-label=${name}>${shown}</pre>`;
  }

  async #load(record) {
    const { source, timeline } = this.#shownQuery;
    await this.act(async () => {
      const answer = await this.api.get(
        `/messages/${source}/${part(this.#topic)}/${record.partition}/${record.offset}`,
        { timeline: source === 'archive' ? timeline || 'newest' : null },
        this.signal,
      );
      this.#records = this.#records.map((each) => (each === record ? answer : each));
    });
  }
}

function waysOf(data) {
  if (data.text === null || data.text === undefined) {
    return ['Hex'];
  }
  return json(data) === null ? ['Text', 'Hex'] : ['JSON', 'Text', 'Hex'];
}

/** A key or a value as JSON, made once; null where it is none. */
function json(data) {
  if (!MADE.has(data)) {
    MADE.set(data, prettyJson(data.text));
  }
  return MADE.get(data);
}

/** All of a header's value, in hex where it is no text. */
function headerValue(value) {
  const binary = value !== null && value.size > 0 && (value.text === null || value.text === undefined);
  return binary ? html`<code>${hex(value.base64)}${value.cut ? ' …' : ''}</code>` : preview(value, Infinity);
}

/** The beginning of a key or a value, on one line. */
function preview(data, most = PREVIEW) {
  if (data === null) {
    return html`<span class="none">null</span>`;
  }
  if (data.size === 0) {
    return html`<span class="none">empty</span>`;
  }
  if (data.text === null || data.text === undefined) {
    return html`<span class="none">${bytes(data.size)} binary</span>`;
  }
  const text = visible(data.text.slice(0, most).replace(/\s+/g, ' '));
  return data.text.length > most ? `${text}…` : text;
}

function timeInput(value) {
  const moment = /^\d+$/.test(value) ? Number(value) : new Date(value).getTime();
  return isTime(moment) ? inputTime(moment) : '';
}

function timeOf(value) {
  const moment = new Date(value).getTime();
  return Number.isNaN(moment) ? '' : String(moment);
}
