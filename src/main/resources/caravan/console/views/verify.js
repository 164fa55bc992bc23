import { html, nothing } from '../lit.js';
import { part } from '../api.js';
import { bytes, count, counted, duration } from '../format.js';
import { go, to } from '../router.js';
import { badge, choice, emptyState, ended, facts, field, heading, loadingState, notice, problemState, progress, section, sentence, state, table, time } from '../ui.js';
import { shown, View } from '../view.js';

const EVERY = 1000;

const RESULTS = {
  ok: ['good', 'The archive is sound.', 'Everything that was asked for was looked at, and is as it has to be.'],
  attention: ['warning', 'Somebody should look at this; nothing is damaged.', 'What is named below can’t be restored, or does not belong here.'],
  damage: ['bad', 'Something is damaged.', 'A restore refuses what is damaged, unless it is told to leave it out. While Kafka still has the records, back them up into a new archive.'],
};

/** What kinds of findings mean. */
const KINDS = {
  gap: ['Gap', 'Kafka deleted these records, or compacted them away, before they were stored.'],
  pruned: ['Pruned', 'These records were deleted from the archive on purpose.'],
  hole: ['Hole', 'Nothing answers for these offsets: an upload under way, or an object that is gone.'],
  'foreign-file': ['Foreign file', 'This is none of an archive’s files.'],
  document: ['Document', 'A document that describes the archive can’t be read.'],
  object: ['Damaged object', 'What this object holds is not what was stored.'],
  overlap: ['Overlap', 'Two objects say different things of the same record.'],
  difference: ['Difference', 'Archive and cluster do not say the same.'],
  'missing-topic': ['Missing topic', 'A topic that was asked for is not there.'],
  'not-compared': ['Not compared', 'This could not be compared with the cluster.'],
};

/** Checks of the archive: start one, see how it goes and what it found. */
export class VerifyView extends View {
  list;
  one;
  #topics = '';
  #data = true;
  #against = false;
  #busy = false;
  #timer;

  get title() {
    return 'Verify';
  }

  get #id() {
    return this.parameters.verification;
  }

  begin() {
    this.#load();
  }

  leave() {
    clearTimeout(this.#timer);
    super.leave();
  }

  async #load() {
    clearTimeout(this.#timer);
    await Promise.all([
      this.load('list', (signal) => this.api.get('/verifications', {}, signal)),
      this.#id ? this.load('one', (signal) => this.api.get(`/verifications/${part(this.#id)}`, {}, signal)) : null,
    ]);
    const running = this.one?.value?.state === 'running' || all(this.list?.value).some((each) => each.state === 'running');
    if (running && !this.signal.aborted) {
      this.#timer = setTimeout(() => this.#load(), EVERY);
    }
  }

  body() {
    return this.#id ? this.#single() : this.#overview();
  }

  #overview() {
    return html`${heading('Verify', { text: 'Whether what is in the archive can be restored. It reads only; nothing is mended or changed.' })}
    <form class="panel form" aria-label="New verification" @submit=${(event) => this.#start(event)}>
      ${field(
        'Topics',
        html`<input id="topics" spellcheck="false" autocomplete="off" placeholder="all" .value=${this.#topics} aria-describedby="topics-hint" @input=${(event) => (this.#topics = event.target.value)}>`,
        { id: 'topics', hint: 'Names and expressions, comma-separated; empty for all.' },
      )}
      ${choice('Read every object', {
        id: 'data',
        checked: this.#data,
        change: (on) => ((this.#data = on), this.update()),
        hint: 'Each byte and each record batch, with their checksums. Without it, only that the keys leave nothing out.',
      })}
      ${choice('Compare with the cluster', {
        id: 'against',
        checked: this.#against,
        change: (on) => ((this.#against = on), this.update()),
        hint: 'Record by record with the topics of the same names in Kafka.',
      })}
      <div class="form-actions"><button class="primary" ?disabled=${this.#busy}>Start</button></div>
    </form>
    ${section(
      'Verifications',
      shown(this.list, {
        loading: 'Asking for verifications',
        again: () => this.#load(),
        isEmpty: (value) => all(value).length === 0,
        empty: { title: 'There was none yet', text: 'The last twenty are kept here until the service ends.' },
        show: (value) =>
          table(
            'Verifications',
            [
              { title: 'Begun', main: true, cell: ({ id, startedAt }) => html`<a href=${to(['verify', id])}>${time(startedAt)}</a>` },
              { title: 'State', cell: (each) => html`<span class="badges">${verdict(each)}</span>` },
              { title: 'Topics', style: 'wrap', cell: ({ topics }) => (topics ? html`<code>${topics}</code>` : 'all') },
              { title: 'What', cell: (each) => what(each) },
              { title: 'Objects', number: true, cell: ({ checkedObjects }) => count(checkedObjects) },
              { title: 'Findings', number: true, cell: ({ findings, moreFindings = 0 }) => count(findings.length + moreFindings) },
            ],
            all(value),
          ),
      }),
    )}`;
  }

  async #start(event) {
    event.preventDefault();
    this.#busy = true;
    this.update();
    await this.act(async () => {
      const topics = this.#topics.trim();
      const made = await this.api.post('/verifications', { topics: topics === '' ? null : topics, data: this.#data, against: this.#against });
      go(['verify', made.id]);
    });
    this.#busy = false;
    this.update();
  }

  #single() {
    const one = this.one?.value;
    return html`${heading('Verification', {
      trail: html`<a href=${to(['verify'])}>Verify</a>`,
      mark: one ? verdict(one) : nothing,
      actions: one
        ? html`<button type="button" class="danger" @click=${() => this.#remove(one)}>${one.state === 'running' ? 'Cancel' : 'Forget'}</button>`
        : nothing,
    })}
    ${
      one
        ? html`${this.#result(one)} ${this.#facts(one)} ${this.#findings(one)}`
        : this.one?.problem?.status === 404
          ? emptyState({ title: 'There is no such verification', text: 'The last twenty are kept, until the service ends.', action: html`<a href=${to(['verify'])}>Start one</a>` })
          : this.one?.problem
            ? problemState(this.one.problem, () => this.#load())
            : loadingState('Asking how it goes')
    }`;
  }

  #result(one) {
    if (one.state === 'running') {
      return html`<div class="panel restore-progress">
        ${progress('Progress of the verification', one.plannedObjects > 0 ? one.checkedObjects / one.plannedObjects : 0)}
        <p class="restore-line">
          <strong>${count(one.checkedObjects)}</strong> ${one.plannedObjects === null ? 'objects' : `of ${counted(one.plannedObjects, 'object')}`} looked at, ${bytes(one.checkedBytes)} read
        </p>
      </div>`;
    }
    if (one.state === 'failed') {
      return notice('bad', sentence(one.error ?? 'It could not be finished'), 'What was found until then is below. Start another one, when it is put right.');
    }
    if (one.result === null || one.result === undefined) {
      return notice('info', 'It was cancelled: what was not looked at may be damaged or not.');
    }
    const [tone, line, more] = RESULTS[one.result];
    return html`<div class="health ${tone}">
      <span class="health-sign" aria-hidden="true"></span>
      <div><p class="health-line">${line}</p><p class="muted">${more}</p></div>
    </div>`;
  }

  #facts(one) {
    return facts([
      ['Topics', one.topics ? html`<code>${one.topics}</code>` : 'all'],
      ['What', what(one)],
      ['Begun', time(one.startedAt)],
      ['Took', one.endedAt ? duration(one.endedAt - one.startedAt) : '…'],
      ['Looked at', `${counted(one.checkedObjects, 'object')}${one.data ? `, ${bytes(one.checkedBytes)} read` : ''}`],
      ...(one.against ? [['Compared', counted(one.comparedRecords, 'record')]] : []),
    ]);
  }

  #findings({ findings, moreFindings = 0, state: now }) {
    if (findings.length === 0) {
      return now === 'running' ? html`<p class="muted">Nothing found so far.</p>` : nothing;
    }
    const byKind = grouped(findings);
    return section(
      'Findings',
      html`${[...byKind].map(([kind, each]) => {
        const [name, meaning] = KINDS[kind] ?? [kind, ''];
        return html`<div class="finding-kind">
          <h3>${name} ${badge(each.some(({ severity }) => severity === 'failure') ? 'bad' : 'warning', count(each.length))}</h3>
          <p class="muted">${meaning}</p>
          ${table(
            name,
            [
              { title: 'Where', main: true, style: 'wrap', cell: (finding) => where(finding) },
              { title: 'What', style: 'wrap', cell: ({ message }) => ended(message) },
              { title: 'What to do', style: 'wrap', cell: ({ hint }) => sentence(hint) },
            ],
            each.slice(0, 200),
          )}
          ${each.length > 200 ? html`<p class="muted">and ${count(each.length - 200)} more</p>` : nothing}
        </div>`;
      })}
      ${moreFindings > 0 ? html`<p class="muted">${counted(moreFindings, 'finding')} more; the command verify prints all.</p>` : nothing}`,
    );
  }

  async #remove(one) {
    const done = await this.act(() => this.api.delete(`/verifications/${part(one.id)}`), one.state === 'running' ? 'Cancelled' : 'Forgotten');
    if (done && one.state === 'running') {
      this.#load();
    } else if (done) {
      go(['verify']);
    }
  }
}

/** The list itself, or the field of that name. */
function all(answer) {
  return Array.isArray(answer) ? answer : (answer?.verifications ?? []);
}

function verdict({ state: now, result }) {
  if (now === 'done' && result) {
    return state(result, result === 'ok' ? 'sound' : result);
  }
  return now === 'running' ? badge('info', now) : state(now);
}

function what({ data, against }) {
  return [data ? 'every object' : 'keys', against ? 'compared with the cluster' : ''].filter((each) => each !== '').join(', ');
}

function where({ topic, partition, from, next, key }) {
  return html`
    ${topic === null ? nothing : html`<a href=${to(['topics', topic])}>${topic}</a>`}${partition === null ? nothing : ` partition ${partition}`}${
      from === null ? nothing : `, offsets ${count(from)} to ${count(next - 1)}`
    }
    ${key === null ? nothing : html`<code class="key">${key}</code>`}`;
}

function grouped(findings) {
  const byKind = new Map();
  for (const finding of findings) {
    byKind.set(finding.kind, [...(byKind.get(finding.kind) ?? []), finding]);
  }
  return byKind;
}
