import '../coverage.js';
import { html, nothing } from '../lit.js';
import { part } from '../api.js';
import { told } from '../coverage.js';
import { bytes, count, counted, inputTime, localTime, timeGiven, utc, zone } from '../format.js';
import { keep, to } from '../router.js';
import { badge, emptyState, ended, facts, heading, loadingState, notice, problemState, range, section, sentence, table, time } from '../ui.js';
import { shown, View } from '../view.js';

const PIECES = 24000; // that a picture has at most, over all partitions

/** One topic: in Kafka, in the archive, and over time. */
export class TopicView extends View {
  kafka;
  archive;
  coverage;
  #timeline;
  #moment;
  #allConfigs = false;

  constructor(...all) {
    super(...all);
    this.#timeline = this.query.timeline ?? null;
    this.#moment = timeGiven(this.query.until);
  }

  get title() {
    return this.#topic;
  }

  get #topic() {
    return this.parameters.topic;
  }

  begin() {
    this.#load();
  }

  async #load() {
    const topic = part(this.#topic);
    const kafka = this.load('kafka', (signal) => this.api.get(`/topics/${topic}`, {}, signal));
    await this.load('archive', (signal) => this.api.get(`/archive/topics/${topic}`, { live: true }, signal));
    if (this.archive?.problem && this.archive.problem.status !== 404) {
      await this.load('archive', (signal) => this.api.get(`/archive/topics/${topic}`, {}, signal)); // without the cluster
    }
    await kafka;
    this.#loadCoverage();
  }

  /** The newest life first: the cluster's topic of today, if it is in the archive. */
  get #timelines() {
    return [...(this.archive?.value?.timelines ?? [])].sort((one, other) => (other.live === true) - (one.live === true) || (other.begunAt ?? 0) - (one.begunAt ?? 0));
  }

  get #chosen() {
    return this.#timelines.find(({ timeline }) => timeline === this.#timeline) ?? this.#timelines[0];
  }

  #loadCoverage() {
    const chosen = this.#chosen;
    if (chosen) {
      const pieces = Math.max(20, Math.min(400, Math.floor(PIECES / Math.max(1, chosen.partitions.length))));
      this.load('coverage', (signal) =>
        this.api.get(`/archive/topics/${part(this.#topic)}/coverage`, { timeline: chosen.timeline, pieces }, signal),
      );
    }
  }

  body() {
    const topic = this.#topic;
    const kafka = this.kafka?.value;
    const archived = this.archive?.value !== undefined;
    const source = kafka ? 'kafka' : 'archive';
    return html`${heading(topic, {
      trail: html`<a href=${to(['topics'])}>Topics</a>`,
      mark: html`${kafka?.internal ? badge('quiet', 'internal') : nothing}`,
      actions: html`<button type="button" @click=${() => this.#load()}>Refresh</button>
        <a class="button" href=${to(['topics', topic, 'messages'], { source })}>Messages</a>
        ${archived ? html`<a class="button primary" href=${this.#restore(null)}>Restore</a>` : nothing}`,
    })}
    ${this.#summary()} ${this.#picture()} ${this.#partitions()} ${this.#lives()} ${this.#groups()} ${this.#findings()} ${this.#configs()}`;
  }

  #restore(moment) {
    const several = this.#timelines.length > 1;
    return to(['restore'], { topics: this.#topic, timeline: several ? this.#chosen?.timeline : null, until: moment });
  }

  #summary() {
    if (!this.kafka?.value && !this.archive?.value) {
      const both = this.kafka?.problem && this.archive?.problem;
      if (!both) {
        return loadingState('Asking Kafka and the archive');
      }
      return this.kafka.problem.status === 404 && this.archive.problem.status === 404
        ? emptyState({ title: `There is no topic ${this.#topic}`, text: 'Neither Kafka nor the archive has it.', action: html`<a href=${to(['topics'])}>All topics</a>` })
        : problemState([this.kafka, this.archive].map(({ problem }) => problem).find(({ status }) => status !== 404), () => this.#load());
    }
    const kafka = this.kafka?.value;
    const chosen = this.#chosen;
    const lag = chosen?.partitions.every((each) => each.lag !== null) ? chosen.partitions.reduce((sum, each) => sum + each.lag, 0) : null;
    return facts([
      ['In Kafka', kafka ? `${counted(kafka.partitions.length, 'partition')}, ${counted(kafka.partitions.reduce((sum, { start, end }) => sum + end - start, 0), 'record')} at most` : this.#notInKafka()],
      ['Stored', chosen ? `${counted(chosen.records, 'record')}, ${bytes(chosen.bytes)} in ${counted(chosen.objects, 'object')}` : this.#notInArchive()],
      ['Not stored yet', lag === null ? '–' : counted(lag, 'record')],
      ['Can be restored', chosen ? range(chosen.baseTimestamp, chosen.maxTimestamp) : '–'],
    ]);
  }

  #notInKafka() {
    return this.kafka?.problem ? (this.kafka.problem.status === 404 ? 'is not there' : sentence(this.kafka.problem.message)) : '…';
  }

  #notInArchive() {
    return this.archive?.problem ? (this.archive.problem.status === 404 ? 'nothing yet' : sentence(this.archive.problem.message)) : '…';
  }

  #picture() {
    if (this.archive?.problem?.status === 404) {
      return section(
        'Coverage',
        emptyState({
          title: 'Nothing of this topic is in the archive',
          text: 'A backup that takes it stores its first object within a minute.',
          action: html`<a class="button primary" href=${to(['new-backup'], { topics: this.#topic })}>Back it up</a>`,
        }),
      );
    }
    if (!this.#chosen) {
      return nothing;
    }
    return section(
      'Coverage',
      shown(this.coverage, {
        loading: 'Drawing what is stored',
        again: () => this.#loadCoverage(),
        isEmpty: ({ partitions }) => partitions.every(({ pieces }) => pieces.length === 0),
        empty: { title: 'This life of the topic has no records', text: 'There is nothing to draw.' },
        show: (coverage) => html`
          <caravan-coverage .coverage=${coverage} .moment=${this.#moment} @pick=${({ detail }) => this.#pick(detail)}></caravan-coverage>
          ${this.#picked()} ${this.#missing(coverage)}`,
      }),
      { aside: this.#chooser() },
    );
  }

  #chooser() {
    return this.#timelines.length > 1
      ? html`<div class="field inline">
          <label for="timeline">Life of the topic</label>
          <select id="timeline" @change=${(event) => this.#choose(event.target.value)}>
            ${this.#timelines.map(
              ({ timeline, begunAt, live }) => html`<option value=${timeline} .selected=${timeline === this.#chosen.timeline}>
                ${begunAt === null ? timeline : `since ${localTime(begunAt)}`}${live ? ' (today)' : ''}
              </option>`,
            )}
          </select>
        </div>`
      : nothing;
  }

  #choose(timeline) {
    this.#timeline = timeline;
    this.#moment = null;
    this.coverage = undefined;
    this.#loadCoverage();
  }

  #pick(moment) {
    this.#moment = moment;
    keep(['topics', this.#topic], { timeline: this.#timeline, until: moment });
    this.update();
  }

  #picked() {
    const moment = this.#moment;
    return html`<div class="picked">
      <div class="field inline">
        <label for="moment">Moment (${zone()})</label>
        <input id="moment" type="datetime-local" step="0.001" .value=${moment === null ? '' : inputTime(moment)}
          title=${moment === null ? 'UTC is shown here, once a moment is picked' : `${utc(moment)} (UTC)`}
          @change=${(event) => this.#typed(event.target.value)}>
      </div>
      ${
        moment === null
          ? html`<p class="muted">Everything before the moment is restored.</p>`
          : html`<a class="button primary" href=${this.#restore(moment)}>Restore up to ${localTime(moment)}</a>
              <a class="button" href=${to(['topics', this.#topic, 'messages'], { source: 'archive', timeline: this.#chosen.timeline, time: moment })}>Messages from then</a>`
      }
    </div>`;
  }

  #typed(value) {
    const moment = new Date(value).getTime();
    this.#pick(Number.isNaN(moment) ? null : moment);
  }

  /** The picture in words, for whoever can't see it. */
  #missing({ partitions }) {
    const rows = partitions.flatMap(({ partition, pieces }) =>
      pieces.filter(({ kind }) => kind !== 'stored').map((piece) => ({ partition, piece })),
    );
    return rows.length === 0
      ? html`<p class="muted">Nothing is missing between the first and the last stored record of each partition.</p>`
      : html`<details class="more">
          <summary>${counted(rows.length, 'range')} not stored</summary>
          <ul class="plain-list">
            ${rows.slice(0, 500).map(({ partition, piece }) => html`<li>Partition ${partition}: ${told(piece)}</li>`)}
            ${rows.length > 500 ? html`<li>and ${count(rows.length - 500)} more</li>` : nothing}
          </ul>
        </details>`;
  }

  #partitions() {
    const kafka = new Map((this.kafka?.value?.partitions ?? []).map((each) => [each.partition, each]));
    const stored = new Map((this.#chosen?.partitions ?? []).map((each) => [each.partition, each]));
    const numbers = [...new Set([...kafka.keys(), ...stored.keys()])].sort((one, other) => one - other);
    if (numbers.length === 0) {
      return nothing;
    }
    const columns = [
      {
        title: 'Partition',
        main: true,
        cell: (at) => html`<a href=${to(['topics', this.#topic, 'messages'], { source: kafka.has(at) ? 'kafka' : 'archive', partition: at })}>${at}</a>`,
      },
      ...(kafka.size > 0
        ? [
            { title: 'Leader', number: true, cell: (at) => leader(kafka.get(at)) },
            { title: 'In sync', number: true, cell: (at) => inSync(kafka.get(at)) },
            { title: 'Kafka from', number: true, cell: (at) => count(kafka.get(at)?.start) },
            { title: 'Kafka to', number: true, cell: (at) => count(kafka.get(at)?.end) },
          ]
        : []),
      ...(stored.size > 0
        ? [
            { title: 'Stored from', number: true, cell: (at) => count(stored.get(at)?.startOffset) },
            { title: 'Stored to', number: true, cell: (at) => count(stored.get(at)?.next) },
            { title: 'Records', number: true, cell: (at) => count(stored.get(at)?.records) },
            { title: 'Stored', number: true, cell: (at) => bytes(stored.get(at)?.bytes) },
            { title: 'Not stored yet', number: true, cell: (at) => count(stored.get(at)?.lag) },
          ]
        : []),
    ];
    return section('Partitions', table('Partitions', columns, numbers));
  }

  #lives() {
    return this.#timelines.length === 0
      ? nothing
      : section(
          this.#timelines.length === 1 ? 'Timeline' : 'Timelines',
          html`${this.#timelines.length > 1 ? html`<p class="muted">The topic was deleted and created again, or copied anew: each life is restored by itself.</p>` : nothing}
          ${table(
            'Timelines',
            [
              { title: 'Timeline', main: true, cell: ({ timeline }) => html`<code>${timeline}</code>` },
              { title: 'What', cell: ({ live, complete }) => html`<span class="badges">${live ? badge('good', 'the topic of today') : badge('quiet', 'an earlier life')} ${complete ? nothing : badge('warning', 'baseline not complete')}</span>` },
              { title: 'Begun', cell: ({ begunAt }) => time(begunAt) },
              { title: 'Records', number: true, cell: ({ records }) => count(records) },
              { title: 'Stored', number: true, cell: (each) => bytes(each.bytes) },
              { title: 'Can be restored', style: 'range-cell', cell: ({ baseTimestamp, maxTimestamp }) => range(baseTimestamp, maxTimestamp) },
            ],
            this.#timelines,
          )}`,
          { id: 'timelines' },
        );
  }

  #groups() {
    const groups = this.archive?.value?.groups;
    return groups && groups.offsets.length > 0
      ? section(
          'Consumer groups',
          table(
            'Consumer groups',
            [
              { title: 'Group', main: true, cell: ({ group }) => group },
              { title: 'Partition', number: true, cell: ({ partition }) => partition },
              { title: 'Offset', number: true, cell: ({ offset }) => count(offset) },
              { title: 'Not read yet', number: true, cell: ({ lag }) => count(lag) },
            ],
            groups.offsets,
          ),
          { aside: html`<span class="muted">as kept at ${time(groups.takenAt)}</span>` },
        )
      : nothing;
  }

  #findings() {
    const findings = this.archive?.value?.findings ?? [];
    return findings.length === 0
      ? nothing
      : section(
          'Findings',
          html`<ul class="notices">
            ${findings.slice(0, 100).map(
              ({ severity, message, hint }) => html`<li>${notice(severity === 'failure' ? 'bad' : 'warning', ended(message), sentence(hint))}</li>`,
            )}
          </ul>`,
        );
  }

  #configs() {
    const configs = this.kafka?.value?.configs ?? archived(this.#chosen);
    if (configs.length === 0) {
      return nothing;
    }
    const own = configs.filter(({ source }) => source === 'topic');
    const rows = this.#allConfigs ? configs : own;
    return section(
      'Settings',
      html`${
        rows.length === 0
          ? html`<p class="muted">None of its own: all are those of the brokers.</p>`
          : table(
              'Settings',
              [
                { title: 'Name', main: true, cell: ({ name }) => html`<code>${name}</code>` },
                { title: 'Value', style: 'wrap', cell: ({ value }) => html`<code>${value ?? '–'}</code>` },
                { title: 'Set by', cell: ({ source }) => ({ topic: 'the topic', broker: 'the brokers', default: 'default' })[source] },
              ],
              rows,
            )
      }`,
      {
        aside: html`<button type="button" class="small" aria-pressed=${this.#allConfigs ? 'true' : 'false'} @click=${() => this.#toggleConfigs()}>
          ${this.#allConfigs ? 'Only its own' : `All ${count(configs.length)}`}
        </button>`,
      },
    );
  }

  #toggleConfigs() {
    this.#allConfigs = !this.#allConfigs;
    this.update();
  }
}

function archived(timeline) {
  return Object.entries(timeline?.configs ?? {}).map(([name, { value, source }]) => ({ name, value, source }));
}

function leader(partition) {
  return partition === undefined ? '–' : partition.leader === null ? badge('bad', 'none') : partition.leader;
}

function inSync(partition) {
  if (partition === undefined) {
    return '–';
  }
  const text = `${partition.inSync.length} of ${partition.replicas.length}`;
  return partition.inSync.length < partition.replicas.length ? badge('warning', text) : text;
}
