import { html, nothing } from '../lit.js';
import { bytes, count, counted } from '../format.js';
import { keep, to } from '../router.js';
import { badge, choice, heading, notice, range, table } from '../ui.js';
import { shown, View } from '../view.js';

/** Kafka's topics and those of the archive, in one list. */
export class TopicsView extends View {
  topics;
  #sort = { by: 'topic', down: false };
  #text;
  #internal;

  constructor(...all) {
    super(...all);
    this.#text = this.query.text ?? '';
    this.#internal = this.query.internal === 'true';
  }

  get title() {
    return 'Topics';
  }

  begin() {
    this.#load();
  }

  #load() {
    this.load('topics', (signal) => this.api.get('/topics', {}, signal));
  }

  body() {
    return html`${heading('Topics', {
      text: 'What Kafka has, and what can be restored of it.',
      actions: html`<button type="button" @click=${() => this.#load()} ?disabled=${this.topics?.loading}>Refresh</button>
        <a class="button primary" href=${to(['new-backup'])}>New backup</a>`,
    })}
    ${shown(this.topics, {
      loading: 'Listing topics',
      again: () => this.#load(),
      isEmpty: ({ topics, kafkaError, archiveError }) => topics.length === 0 && !kafkaError && !archiveError,
      empty: { title: 'There are no topics', text: 'Neither Kafka nor the archive has one. A topic that is created shows up here.' },
      show: (value) => this.#list(value),
    })}`;
  }

  #list({ topics, kafkaError, archiveError }) {
    const text = this.#text.toLowerCase();
    const hidden = topics.filter(({ internal }) => internal).length;
    const rows = topics
      .filter(({ topic, internal }) => (this.#internal || !internal) && topic.toLowerCase().includes(text))
      .sort((one, other) => this.#compare(one, other));
    return html`
      ${this.topics.problem ? notice('warning', `This list may be old: ${this.topics.problem.message}.`, this.topics.problem.hint) : nothing}
      ${kafkaError ? notice('bad', `Kafka does not answer: ${kafkaError}`, 'What is shown is what the archive has.') : nothing}
      ${archiveError ? notice('bad', `The archive can’t be read: ${archiveError}`, 'What is shown is what Kafka has.') : nothing}
      <div class="tools">
        <div class="field inline">
          <label for="filter" class="sr">Show topics whose names contain</label>
          <input id="filter" type="search" placeholder="Filter by name" .value=${this.#text} @input=${(event) => this.#filter(event.target.value)}>
        </div>
        ${
          hidden > 0
            ? choice(`Internal topics (${count(hidden)})`, { id: 'internal', checked: this.#internal, change: (on) => this.#showInternal(on) })
            : nothing
        }
        <p class="muted tools-count" role="status">${counted(rows.length, 'topic')}</p>
      </div>
      ${
        rows.length === 0
          ? html`<p class="muted">No topic’s name contains that.</p>`
          : table('Topics', COLUMNS, rows, { sort: this.#sort, sortBy: (by) => this.#sortBy(by) })
      }`;
  }

  #filter(text) {
    this.#text = text;
    this.#keep();
  }

  #showInternal(on) {
    this.#internal = on;
    this.#keep();
  }

  #keep() {
    keep(['topics'], { text: this.#text, internal: this.#internal ? 'true' : null });
    this.update();
  }

  #sortBy(by) {
    this.#sort = { by, down: this.#sort.by === by ? !this.#sort.down : by !== 'topic' };
    this.update();
  }

  #compare(one, other) {
    const { by, down } = this.#sort;
    const [a, b] = [one[by], other[by]];
    const order = by === 'topic' ? a.localeCompare(b) : (a ?? -1) - (b ?? -1);
    return (down ? -order : order) || one.topic.localeCompare(other.topic);
  }
}

const COLUMNS = [
  { title: 'Topic', sort: 'topic', main: true, cell: ({ topic }) => html`<a href=${to(['topics', topic])}>${topic}</a>` },
  { title: 'Where', cell: (topic) => where(topic) },
  { title: 'Partitions', sort: 'partitions', number: true, cell: ({ partitions }) => count(partitions) },
  { title: 'Records in Kafka', sort: 'kafkaRecords', number: true, cell: ({ kafkaRecords }) => count(kafkaRecords) },
  { title: 'Records stored', sort: 'archivedRecords', number: true, cell: ({ inArchive, archivedRecords }) => (inArchive ? count(archivedRecords) : '–') },
  { title: 'Stored', sort: 'archivedBytes', number: true, cell: ({ inArchive, archivedBytes }) => (inArchive ? bytes(archivedBytes) : '–') },
  { title: 'Not stored yet', sort: 'lagRecords', number: true, cell: (topic) => lag(topic) },
  { title: 'Can be restored', style: 'range-cell', cell: ({ baseTimestamp, maxTimestamp }) => range(baseTimestamp, maxTimestamp) },
];

function where({ inKafka, inArchive, tasks, gaps, holes, timelines }) {
  return html`<span class="badges">
    ${inKafka ? (inArchive ? badge('good', 'Kafka and archive') : badge('quiet', 'Kafka only')) : badge('info', 'Archive only')}
    ${inKafka && tasks.length === 0 ? badge('warning', 'in no backup') : nothing}
    ${gaps > 0 ? badge('warning', counted(gaps, 'gap')) : nothing} ${holes > 0 ? badge('bad', counted(holes, 'hole')) : nothing}
    ${timelines > 1 ? badge('quiet', counted(timelines, 'life', 'lives')) : nothing}
  </span>`;
}

function lag({ lagRecords }) {
  return lagRecords === null ? '–' : count(lagRecords);
}
