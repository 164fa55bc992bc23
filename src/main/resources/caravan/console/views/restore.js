import '../coverage.js';
import { html, nothing } from '../lit.js';
import { part } from '../api.js';
import { ask } from '../dialogs.js';
import { bytes, count, counted, duration, inputTime, localTime, timeGiven, utc, zone } from '../format.js';
import { some } from '../health.js';
import { newest } from '../lives.js';
import { go, keep, to } from '../router.js';
import { badge, choice, emptyState, ended, field, heading, loadingState, notice, range, section, segments, sentence, table, time } from '../ui.js';
import { shown, View } from '../view.js';

const TEMPLATE = 'kafka-restore';
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;

/** Choices that can do harm: what they do is said beside them, and again before it is done. */
const DANGERS = {
  append: [
    'Add to topics that have records',
    'Restored records are written behind those that are there. Consumers of the topic read them as new, and a record that is there already is there twice afterwards.',
  ],
  acceptLoss: [
    'Restore although something is missing or damaged',
    'What the archive does not have, or can’t read, is left out. The restored topic is not complete; the report names what is missing.',
  ],
  applyRetention: [
    'Turn retention on at the end, whatever it deletes',
    'Kafka deletes restored records that are older than the topic’s retention, soon after they were restored. Without this, retention stays off where it would.',
  ],
  ignoreUnsupportedConfigs: [
    'Leave out settings that these brokers don’t take',
    'The topic is created without them, and behaves otherwise than the one that was backed up. The report names them.',
  ],
};

/** From what is in the archive to a topic in Kafka: what, until when, under which name; the plan; and the start. */
export class RestoreView extends View {
  archive;
  coverage;
  plan;
  #chosen = new Set();
  #timeline;
  #until;
  #from = null;
  #limited;
  #suffix = '';
  #names = new Map();
  #dangers = new Set();
  #verify = true;
  #groups = '';
  #pictured = null;
  #drawn = null;
  #planned = null;
  #task = '';
  #busy = false;
  #problem;
  #filter = '';

  constructor(...all) {
    super(...all);
    (this.query.topics ?? '').split(',').filter((each) => each !== '').forEach((topic) => this.#chosen.add(topic));
    this.#timeline = this.query.timeline ?? 'newest';
    this.#until = timeGiven(this.query.until);
    this.#limited = this.#until !== null;
  }

  get title() {
    return 'Restore';
  }

  begin() {
    this.#load();
  }

  async #load() {
    await this.load('archive', (signal) => this.api.get('/archive', {}, signal));
    this.#keepLife();
    this.#draw();
  }

  /** Topics of the archive that are chosen, with their lives. */
  get #topics() {
    return (this.archive?.value?.topics ?? []).filter(({ topic }) => this.#chosen.has(topic));
  }

  /** Those of them that have several lives. */
  get #several() {
    return this.#topics.filter(({ timelines }) => timelines.length > 1);
  }

  /** A life stays chosen as long as a topic has it that is chosen, too. */
  #keepLife() {
    if (!this.#several.some(({ timelines }) => timelines.some(({ timeline }) => timeline === this.#timeline))) {
      this.#timeline = 'newest';
    }
  }

  #target(topic) {
    return this.#names.get(topic) ?? topic + this.#suffix;
  }

  get #parameters() {
    const topics = this.#topics.map(({ topic }) => topic);
    const renamed = topics.filter((topic) => this.#target(topic) !== topic);
    const parameters = {
      topics: topics.join(','),
      rename: renamed.map((topic) => `${topic}=${this.#target(topic)}`).join(','),
      timeline: this.#several.length > 0 ? this.#timeline : '',
      fromTime: this.#limited && this.#from !== null ? utc(this.#from) : '',
      toTime: this.#limited && this.#until !== null ? utc(this.#until) : '',
      groups: this.#groups.trim(),
      verify: this.#verify ? 'true' : '',
      ...Object.fromEntries(Object.keys(DANGERS).map((name) => [name, this.#dangers.has(name) ? 'true' : ''])),
    };
    return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ''));
  }

  #changed() {
    keep(['restore'], {
      topics: [...this.#chosen].join(','),
      timeline: this.#timeline === 'newest' ? null : this.#timeline,
      until: this.#limited ? this.#until : null,
    });
    this.#problem = undefined;
    this.update();
  }

  /** Loads the picture of the topic that is looked at, where it is another one. */
  #draw() {
    const topics = this.#topics;
    const pictured = topics.find(({ topic }) => topic === this.#pictured) ?? topics[0];
    if (!pictured || !this.#limited) {
      return;
    }
    const timeline = pictured.timelines.some((each) => each.timeline === this.#timeline) ? this.#timeline : newest(pictured.timelines)?.timeline;
    const wanted = `${pictured.topic} ${timeline}`;
    if (timeline !== undefined && wanted !== this.#drawn) {
      this.#drawn = wanted;
      this.#pictured = pictured.topic;
      this.coverage = undefined;
      this.load('coverage', (signal) => this.api.get(`/archive/topics/${part(pictured.topic)}/coverage`, { timeline, pieces: 300 }, signal));
    }
  }

  body() {
    return html`${heading('Restore', { text: 'Nothing is written before you have seen the plan, and started it.' })}
    ${shown(this.archive, {
      loading: 'Looking into the archive',
      again: () => this.#load(),
      isEmpty: ({ topics }) => topics.length === 0,
      empty: {
        title: 'The archive is empty',
        text: 'What a backup has stored can be restored.',
        action: html`<a class="button primary" href=${to(['new-backup'])}>New backup</a>`,
      },
      show: ({ topics }) => html`
        <div class="steps">${this.#what(topics)} ${this.#when()} ${this.#into()} ${this.#how()} ${this.#planPanel()}</div>`,
    })}`;
  }

  #what(topics) {
    const text = this.#filter.toLowerCase();
    const rows = topics.filter(({ topic }) => topic.toLowerCase().includes(text));
    return section(
      '1. Which topics',
      html`
        ${
          topics.length > 8
            ? html`<div class="tools"><div class="field inline"><label class="sr" for="filter">Show topics whose names contain</label>
                <input id="filter" type="search" placeholder="Filter by name" .value=${this.#filter} @input=${(event) => ((this.#filter = event.target.value), this.update())}></div></div>`
            : nothing
        }
        <ul class="picks" aria-label="Topics of the archive">
          ${rows.slice(0, 500).map((each) => this.#pickable(each))}
        </ul>
        ${
          this.#several.length > 0
            ? field(
                'Which life of topics that have several',
                html`<select id="timeline" @change=${(event) => this.#choose(event.target.value)}>
                  <option value="newest" .selected=${this.#timeline === 'newest'}>the newest</option>
                  ${this.#several.flatMap(({ topic, timelines }) =>
                    timelines.map(
                      ({ timeline, begunAt }) => html`<option value=${timeline} .selected=${timeline === this.#timeline}>
                        ${topic}, ${begunAt === null ? timeline : `since ${localTime(begunAt)}`}
                      </option>`,
                    ),
                  )}
                </select>`,
                { id: 'timeline', hint: 'A topic that was deleted and created again has several lives, and each is restored by itself.' },
              )
            : nothing
        }`,
      { id: 'what', aside: html`<span class="muted" role="status">${counted(this.#topics.length, 'topic')} chosen</span>` },
    );
  }

  #pickable({ topic, timelines }) {
    const last = newest(timelines);
    const id = `topic-${topic}`;
    const wrong = timelines.some(({ damage, holes }) => damage !== null || holes > 0);
    const gaps = timelines.reduce((sum, each) => sum + each.gaps, 0);
    return html`<li class="pick">
      <input type="checkbox" id=${id} .checked=${this.#chosen.has(topic)} @change=${(event) => this.#toggle(topic, event.target.checked)}>
      <label for=${id}>
        <span class="pick-name">${topic}</span>
        <span class="muted">${last ? html`${counted(last.records, 'record')}, ${bytes(last.bytes)}, ${range(last.baseTimestamp, last.maxTimestamp)}` : 'no records'}</span>
        ${timelines.length > 1 ? badge('quiet', `${count(timelines.length)} lives`) : nothing} ${gaps > 0 ? badge('warning', counted(gaps, 'gap')) : nothing}
        ${wrong ? badge('bad', 'damage') : nothing}
      </label>
    </li>`;
  }

  #toggle(topic, on) {
    if (on) {
      this.#chosen.add(topic);
    } else {
      this.#chosen.delete(topic);
    }
    this.#keepLife();
    this.#draw();
    this.#changed();
  }

  #choose(timeline) {
    this.#timeline = timeline;
    this.#draw();
    this.#changed();
  }

  #when() {
    return section(
      '2. Until when',
      html`
        ${segments('Records', 'when', [['all', 'All that is stored'], ['until', 'Up to a moment']], this.#limited ? 'until' : 'all', (value) => {
          this.#limited = value === 'until';
          this.#draw();
          this.#changed();
        })}
        ${this.#limited ? this.#moment() : nothing}`,
      { id: 'when' },
    );
  }

  #moment() {
    return html`
      ${this.#topics.length > 0 ? this.#picture() : html`<p class="muted">Choose a topic, and its picture is shown here.</p>`}
      <div class="query">
        ${field(
          `Before (${zone()})`,
          html`<input id="until" type="datetime-local" step="0.001" .value=${this.#until === null ? '' : inputTime(this.#until)} aria-describedby="until-hint"
            @change=${(event) => ((this.#until = timeOf(event.target.value)), this.#changed())}>`,
          { id: 'until', hint: this.#until === null ? 'Records with a time before it.' : `Records before ${utc(this.#until)} (UTC).` },
        )}
        ${field(
          'From, if not all before',
          html`<input id="from" type="datetime-local" step="0.001" .value=${this.#from === null ? '' : inputTime(this.#from)} @change=${(event) => ((this.#from = timeOf(event.target.value)), this.#changed())}>`,
          { id: 'from', hint: this.#from === null ? 'Empty: from the beginning.' : `From ${utc(this.#from)} (UTC) on.` },
        )}
      </div>`;
  }

  #picture() {
    const topics = this.#topics;
    return html`
      ${
        topics.length > 1
          ? html`<div class="field inline"><label for="pictured">Picture of</label>
              <select id="pictured" @change=${(event) => ((this.#pictured = event.target.value), this.#draw(), this.update())}>
                ${topics.map(({ topic }) => html`<option value=${topic} .selected=${topic === this.#pictured}>${topic}</option>`)}
              </select></div>`
          : nothing
      }
      ${shown(this.coverage, {
        loading: 'Drawing what is stored',
        isEmpty: ({ partitions }) => partitions.every(({ pieces }) => pieces.length === 0),
        empty: { title: 'It has no records' },
        show: (coverage) => html`<caravan-coverage .coverage=${coverage} .moment=${this.#until} @pick=${({ detail }) => ((this.#until = detail), this.#changed())}></caravan-coverage>`,
      })}`;
  }

  #into() {
    const topics = this.#topics;
    return section(
      '3. Names in Kafka',
      topics.length === 0
        ? html`<p class="muted">Choose topics first.</p>`
        : html`
            ${
              topics.length > 1
                ? field(
                    'Add to every name',
                    html`<input id="suffix" spellcheck="false" autocomplete="off" placeholder="-restored" .value=${this.#suffix} @input=${(event) => ((this.#suffix = event.target.value.trim()), this.#changed())}>`,
                    { id: 'suffix', hint: 'Empty: the names that they had.' },
                  )
                : nothing
            }
            <ul class="names">
              ${topics.map(({ topic }) => {
                const id = `name-${topic}`;
                return html`<li class="field">
                  <label for=${id}>${topic} becomes</label>
                  <input id=${id} spellcheck="false" autocomplete="off" required .value=${this.#target(topic)}
                    @input=${(event) => (this.#names.set(topic, event.target.value.trim()), this.#changed())}>
                </li>`;
              })}
            </ul>
            <p class="field-hint">A topic that has records already is refused, unless you choose to add to it below.</p>`,
      { id: 'names' },
    );
  }

  #how() {
    return section(
      '4. How',
      html`
        ${choice('Read everything again at the end, and compare', {
          id: 'verify',
          checked: this.#verify,
          change: (on) => ((this.#verify = on), this.#changed()),
          hint: 'Record by record, with the archive. It takes about as long as the restore.',
        })}
        ${field(
          'Consumer groups to put where they were',
          html`<input id="groups" spellcheck="false" autocomplete="off" placeholder="none" .value=${this.#groups} aria-describedby="groups-hint" @input=${(event) => ((this.#groups = event.target.value), this.#changed())}>`,
          { id: 'groups', hint: 'Names and expressions, comma-separated; .* for all that the archive knows. Groups with members are left alone.' },
        )}
        <details class="more" ?open=${this.#dangers.size > 0}>
          <summary>Choices that can do harm</summary>
          <div class="form">
            ${Object.entries(DANGERS).map(([name, [label, hint]]) =>
              choice(label, { id: name, checked: this.#dangers.has(name), danger: true, hint, change: (on) => this.#danger(name, on) }),
            )}
          </div>
        </details>`,
      { id: 'how' },
    );
  }

  #danger(name, on) {
    if (on) {
      this.#dangers.add(name);
    } else {
      this.#dangers.delete(name);
    }
    this.#changed();
  }

  #planPanel() {
    const ready = this.#topics.length > 0 && (!this.#limited || this.#until !== null || this.#from !== null);
    const stale = this.#planned !== null && this.#planned !== JSON.stringify(this.#parameters);
    return section(
      '5. The plan',
      html`
        <div class="form-actions">
          <button type="button" class=${this.plan?.value && !stale ? '' : 'primary'} ?disabled=${!ready} @click=${() => this.#makePlan()}>
            ${this.plan?.loading ? 'Planning…' : this.#planned === null ? 'Show the plan' : 'Plan again'}
          </button>
          ${ready ? nothing : html`<p class="muted">${this.#topics.length === 0 ? 'Choose at least one topic.' : 'Pick a moment, or restore all.'}</p>`}
          ${stale ? html`<p class="muted" role="status">The choices have changed since: plan again.</p>` : nothing}
        </div>
        <div aria-live="polite">
          ${
            this.plan?.loading
              ? loadingState('Planning; nothing is changed')
              : this.plan?.problem
                ? notice('bad', sentence(this.plan.problem.message), this.plan.problem.hint)
                : this.plan?.value && !stale
                  ? this.#shownPlan(this.plan.value)
                  : nothing
          }
        </div>`,
      { id: 'plan' },
    );
  }

  async #makePlan() {
    if (this.plan?.loading) {
      return;
    }
    const parameters = this.#parameters;
    this.#planned = JSON.stringify(parameters);
    this.#task = suggested(this.#topics);
    this.plan = undefined;
    await this.load('plan', (signal) => this.api.put('/restores/plan', parameters, signal));
  }

  #shownPlan(plan) {
    const most = plan.recordsExact ? '' : 'at most ';
    return html`
      ${plan.conflicts.map((text) => notice('bad', ended(text), 'It would be refused. Change the choices, and plan again.'))}
      ${this.#earlier(plan)} ${[...this.#dangers].map((name) => notice('warning', `${DANGERS[name][0]}.`, DANGERS[name][1]))}
      <dl class="totals" aria-label="The plan">
        ${total('Topics', count(plan.topics.length))} ${total('Records', `${most}${count(plan.records)}`)} ${total('To be read', bytes(plan.bytes))}
        ${total('Takes about', duration(plan.estimatedSeconds * 1000))}
      </dl>
      ${table(
        'Topics of the plan',
        [
          { title: 'From', main: true, cell: ({ source }) => source },
          { title: 'To', cell: ({ target }) => html`<strong>${target}</strong>` },
          { title: 'What happens', cell: ({ exists }) => (exists === null ? '–' : exists ? badge('warning', 'is there: records are added') : badge('good', 'is created')) },
          { title: 'Partitions', number: true, cell: ({ partitions }) => count(partitions) },
          { title: 'Replicas', number: true, cell: ({ replicationFactor }) => (replicationFactor < 1 ? 'as the brokers say' : count(replicationFactor)) },
          { title: 'Records', number: true, cell: ({ records }) => count(records) },
          { title: 'Gaps', number: true, cell: ({ gaps }) => (gaps > 0 ? badge('warning', count(gaps)) : '0') },
        ],
        plan.topics,
      )}
      ${this.#remarks(plan)} ${this.#gaps(plan)} ${this.#moves(plan)}
      ${plan.conflicts.length === 0 ? this.#start(plan) : nothing}`;
  }

  #earlier(plan) {
    if (plan.finished) {
      return notice('info', 'A restore with these choices came to its end before.', 'Its topics are still there: nothing would be written.');
    }
    return plan.restoreId ? notice('info', `It goes on with the restore ${plan.restoreId}, which was cut off.`, `${counted(plan.recordsLeft, 'record')} are left.`) : nothing;
  }

  #remarks({ topics, groupRemarks }) {
    return [
      ...topics.flatMap(({ target, remarks }) => remarks.map((text) => notice('warning', `${target}: ${text}`))),
      ...topics.flatMap(({ target, notes }) => notes.map((text) => notice('info', `${target}: ${text}`))),
      ...groupRemarks.map((text) => notice('warning', ended(text))),
    ];
  }

  #gaps({ topics }) {
    const gaps = topics.flatMap(({ source, partitionPlans }) => partitionPlans.flatMap(({ partition, gaps: each }) => each.map((gap) => ({ source, partition, ...gap }))));
    return gaps.length === 0
      ? nothing
      : html`<details class="more">
          <summary>${counted(gaps.length, 'gap')}: what can’t be restored</summary>
          <ul class="plain-list">
            ${gaps.slice(0, 200).map(({ source, partition, from, next, reason }) => html`<li>${source}, partition ${partition}: offsets ${count(from)} to ${count(next - 1)}${reason ? `, ${reason}` : ''}</li>`)}
          </ul>
        </details>`;
  }

  #moves({ groups, groupsTakenAt }) {
    return groups.length === 0
      ? nothing
      : html`<h3>Consumer groups <span class="muted">as of ${time(groupsTakenAt)}</span></h3>
          ${table(
            'Consumer groups',
            [
              { title: 'Group', main: true, cell: ({ group }) => group },
              { title: 'Topic', cell: ({ topic }) => topic },
              { title: 'Partition', number: true, cell: ({ partition }) => partition },
              { title: 'In the source', number: true, cell: ({ source }) => count(source) },
              { title: 'Now', number: true, cell: ({ before }) => count(before) },
              { title: 'New', number: true, cell: ({ offset }) => count(offset) },
            ],
            groups,
          )}`;
  }

  #start(plan) {
    return html`<form class="panel start" aria-label="Start the restore" @submit=${(event) => this.#go(event, plan)}>
      ${field(
        'Name of the task',
        html`<input id="task" required spellcheck="false" autocomplete="off" .value=${this.#task} @input=${(event) => ((this.#task = event.target.value), this.update())}>`,
        { id: 'task', problem: NAME.test(this.#task) ? undefined : 'A name has letters, digits, dots, underscores and hyphens only.' },
      )}
      <button class="primary" ?disabled=${this.#busy}>${this.#busy ? 'Starting…' : 'Start the restore'}</button>
      <p class="muted">
        It is planned anew when it starts${this.#limited && this.#until !== null ? '' : ': what a running backup stores meanwhile is restored, too'}.
      </p>
      ${this.#problem ? html`<div role="alert">${notice('bad', sentence(this.#problem.message), this.#problem.hint)}</div>` : nothing}
    </form>`;
  }

  async #go(event, plan) {
    event.preventDefault();
    const there = plan.topics.filter(({ exists }) => exists).map(({ target }) => target);
    if ((this.#dangers.size > 0 || there.length > 0) && !(await this.#sure(there))) {
      return;
    }
    this.#busy = true;
    this.#problem = undefined;
    this.update();
    try {
      await this.api.post('/tasks', { name: this.#task, template: TEMPLATE, parameters: this.#parameters });
      await this.live.refresh();
      this.app.say(`Restoring: ${this.#task}`);
      go(['tasks', this.#task]);
    } catch (problem) {
      this.#problem = problem;
    }
    this.#busy = false;
    this.update();
  }

  #sure(there) {
    return ask({
      title: 'Start this restore?',
      text: [
        there.length > 0 ? `It writes into ${some(there)}, which ${there.length === 1 ? 'is' : 'are'} there already.` : '',
        ...[...this.#dangers].map((name) => DANGERS[name][1]),
      ].join(' '),
      yes: 'Start the restore',
      danger: true,
    });
  }
}

function timeOf(value) {
  const moment = new Date(value).getTime();
  return Number.isNaN(moment) ? null : moment;
}

/** A name that no task has: topic and time. */
function suggested(topics) {
  const stamp = utc(Date.now()).slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return `restore-${topics.length === 1 ? topics[0].topic : `${topics.length}-topics`}-${stamp}`;
}

function total(name, value) {
  return html`<div class="total"><dt>${name}</dt><dd>${value}</dd></div>`;
}
