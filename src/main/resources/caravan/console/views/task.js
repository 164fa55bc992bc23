import '../plot.js';
import { html, nothing } from '../lit.js';
import { part } from '../api.js';
import { ask } from '../dialogs.js';
import { bytes, count, counted, duration } from '../format.js';
import { isBackup, isRestore } from '../health.js';
import { rates } from '../live.js';
import { routeFile } from '../route-file.js';
import { go, to } from '../router.js';
import { emptyState, ended, facts, field, heading, loadingState, notice, progress, section, sentence, state, table, time } from '../ui.js';
import { shown, View } from '../view.js';
import { kind } from './tasks.js';

const MEGABYTE = 1000000;

/** One task: how it is, how it was in the last minutes, and what can be done with it. */
export class TaskView extends View {
  own;
  report;
  file;
  #format = 'yaml';
  #limit;
  #busy = false;
  #reported = null;
  #seen = false;

  get title() {
    return this.#name;
  }

  get followsTasks() {
    return true;
  }

  get #name() {
    return this.parameters.task;
  }

  begin() {
    this.#load();
    this.#loadFile();
    this.onLive = () => this.#loadReport();
    this.live.addEventListener('change', this.onLive);
  }

  leave() {
    this.live.removeEventListener('change', this.onLive);
    super.leave();
  }

  #load() {
    this.load('own', (signal) => this.api.get(`/tasks/${part(this.#name)}/status`, {}, signal));
  }

  #loadFile() {
    this.load('file', (signal) => this.api.text('GET', `/tasks/${part(this.#name)}/route`, { query: { format: this.#format }, signal }));
  }

  /** Once a restore has come to its end, or failed. */
  #loadReport() {
    const task = this.#task;
    const key = task?.restore && (task.state === 'finished' || task.state === 'failed') ? `${task.restore.restoreId} ${task.state}` : null;
    if (key !== null && key !== this.#reported) {
      this.#reported = key;
      this.load('report', (signal) => this.api.get(`/restores/${part(task.restore.restoreId)}`, {}, signal));
    }
  }

  get #task() {
    const task = this.live.task(this.#name);
    this.#seen ||= task !== undefined;
    return task ?? (this.#seen ? undefined : this.own?.value); // one that was just made is in no event yet
  }

  body() {
    const task = this.#task;
    const gone = task === undefined && (this.#seen || this.own?.problem?.status === 404);
    return html`${heading(this.#name, {
      trail: html`<a href=${to(['tasks'])}>Tasks</a>`,
      mark: task ? state(task.state) : nothing,
      actions: task ? this.#actions(task) : nothing,
    })}
    ${
      task
        ? html`${this.#failure(task)} ${isRestore(task) ? this.#restore(task) : this.#backup(task)} ${this.#configuration(task)}`
        : gone
          ? emptyState({ title: `There is no task ${this.#name}`, text: this.#seen ? 'It was removed.' : sentence(this.own.problem.hint), action: html`<a href=${to(['tasks'])}>All tasks</a>` })
          : shown(this.own, { loading: 'Asking how it is', again: () => this.#load(), show: () => loadingState('Asking how it is') })
    }`;
  }

  #actions(task) {
    const rests = task.state === 'paused' || task.state === 'stopped';
    const works = task.state === 'running' || task.state === 'retrying';
    return html`
      ${works ? this.#button('Pause', 'pause', 'Paused') : nothing}
      ${rests ? this.#button('Resume', 'resume', 'It goes on', 'primary') : nothing}
      ${works && isBackup(task) ? this.#button('Stop', 'stop', 'Stopped') : nothing}
      ${task.state === 'finished' ? nothing : this.#button('Restart', 'restart', 'Restarted', task.state === 'failed' ? 'primary' : '')}
      <button type="button" class="danger" ?disabled=${this.#busy || task.origin === 'file'}
        title=${task.origin === 'file' ? 'It is in a route file: remove it there' : nothing} @click=${() => this.#delete(task)}>Delete</button>`;
  }

  #button(text, operation, said, style = '') {
    return html`<button type="button" class=${style} ?disabled=${this.#busy} @click=${() => this.#do(operation, said)}>${text}</button>`;
  }

  async #do(operation, said) {
    this.#busy = true;
    this.update();
    await this.act(async () => {
      await this.api.put(`/tasks/${part(this.#name)}/${operation}`);
      await this.live.refresh();
    }, `${said}: ${this.#name}`);
    this.#busy = false;
    this.update();
  }

  async #delete(task) {
    const yes = await ask({
      title: `Delete the task ${this.#name}?`,
      text: isBackup(task)
        ? 'It stops, stores what is open, and is removed: what is new in its topics is not backed up any more. What it stored stays in the archive, and can be restored.'
        : 'The task and its state are removed. The archive stays as it is, and so do the topics that it filled.',
      yes: 'Delete the task',
      danger: true,
    });
    if (!yes) {
      return;
    }
    const done = await this.act(async () => {
      await this.api.delete(`/tasks/${part(this.#name)}`);
      await this.live.refresh();
    }, `Deleted: ${this.#name}`);
    if (done) {
      go(['tasks']);
    }
  }

  #failure({ failure, state: now }) {
    if (!failure) {
      return nothing;
    }
    return notice(
      now === 'failed' ? 'bad' : 'warning',
      ended(failure),
      now === 'failed' ? 'Put right what it says, then restart the task.' : 'It tries again until it succeeds.',
    );
  }

  #backup(task) {
    const { backup } = task;
    if (!backup) {
      return notice('info', 'It has not begun yet.');
    }
    const samples = this.live.samples(task.name);
    const times = samples.map(({ at }) => at);
    return html`
      <dl class="totals" aria-label="How it is">
        ${total('Not stored yet', count(backup.lagRecords), backup.lagRecords > 0 ? `oldest ${duration(backup.lagSeconds * 1000)}` : 'all is stored')}
        ${total('Last success', duration(backup.secondsSinceLastSuccess * 1000), 'ago')}
        ${total('Stored since it began here', counted(backup.storedRecords, 'record'), `${bytes(backup.storedBytes)} in ${counted(backup.storedObjects, 'object')}`)}
        ${total('Gaps', count(backup.gaps), backup.uploadFailures > 0 ? `${counted(backup.uploadFailures, 'upload')} failed, and repeated` : '')}
      </dl>
      ${backup.missingTopics.length > 0 ? notice('warning', `Kafka does not have ${backup.missingTopics.join(', ')}.`, 'Correct the task, or create the topic again.') : nothing}
      ${section(
        'Last minutes',
        html`<div class="plots">
          <figure>
            <figcaption>Not stored yet <span class="muted">records</span></figcaption>
            <caravan-plot .series=${{ times, values: samples.map(({ lag }) => lag), unit: count, label: 'Records not stored yet' }}></caravan-plot>
          </figure>
          <figure>
            <figcaption>Stored <span class="muted">bytes of log a second</span></figcaption>
            <caravan-plot .series=${{ times, values: rates(samples), unit: (value) => `${bytes(value)}/s`, label: 'Bytes of log stored a second' }}></caravan-plot>
          </figure>
        </div>`,
      )}
      ${section(
        'Partitions',
        backup.partitions.length === 0
          ? emptyState({ title: 'It has no partitions now', text: 'They are assigned when it runs, and its topics are there.' })
          : table(
              'Partitions',
              [
                { title: 'Partition', main: true, cell: ({ topic, partition }) => html`<a href=${to(['topics', topic])}>${topic}</a> ${partition}` },
                { title: 'Stored to', number: true, cell: ({ stored }) => count(stored) },
                { title: 'Log ends at', number: true, cell: ({ end }) => count(end) },
                { title: 'Not stored yet', number: true, cell: ({ lagRecords }) => count(lagRecords) },
                { title: 'Oldest waits', number: true, cell: ({ lagRecords, lagSeconds }) => (lagRecords === 0 ? '–' : duration(lagSeconds * 1000)) },
              ],
              backup.partitions.slice(0, 500),
            ),
      )}`;
  }

  #restore(task) {
    const { restore } = task;
    if (!restore) {
      return task.state === 'failed' ? nothing : notice('info', 'It has not begun yet.', 'It plans what to do first.');
    }
    const samples = this.live.samples(task.name);
    const done = task.state === 'finished';
    const rate = rates(samples).at(-1) ?? null;
    const left = rate > 0 && restore.plannedBytes > restore.bytes ? ((restore.plannedBytes - restore.bytes) / rate) * 1000 : null;
    const records = (done && this.report?.value?.records) || restore.records;
    const part = done ? 1 : restore.plannedRecords === 0 ? 0 : restore.records / restore.plannedRecords;
    return html`
      <div class="restore-progress panel">
        ${progress('Progress of the restore', part)}
        <p class="restore-line">
          <strong>${done ? counted(records, 'record') : count(records)}</strong>${done ? ' restored' : html` of at most ${counted(restore.plannedRecords, 'record')}, ${bytes(restore.bytes)} of ${bytes(restore.plannedBytes)} read`}
          <span class="muted restore-left">${
            done ? 'It came to its end.' : task.state === 'running' ? (left === null ? 'Estimating how long it takes…' : `About ${duration(left)} left, at ${bytes(rate)}/s`) : ''
          }</span>
        </p>
      </div>
      ${restore.attention.map((text) => notice('warning', ended(text)))}
      ${
        done
          ? nothing
          : section(
              'Last minutes',
              html`<figure>
                <figcaption>Restored <span class="muted">bytes of objects a second</span></figcaption>
                <caravan-plot
                  .series=${{ times: samples.map(({ at }) => at), values: rates(samples), unit: (value) => `${bytes(value)}/s`, label: 'Bytes restored a second' }}
                ></caravan-plot>
              </figure>`,
            )
      }
      ${this.#shownReport(restore)}`;
  }

  #shownReport(restore) {
    const report = this.report?.value;
    const topics = report?.topics ?? restore.topics;
    if (!report && topics.length === 0) {
      return nothing;
    }
    return section(
      'Report',
      html`${
        report
          ? facts([
              ['Begun', time(report.startedAt)],
              ['Ended', report.endedAt ? time(report.endedAt) : '–'],
              ['Took', report.endedAt ? duration(report.endedAt - report.startedAt) : '–'],
              ['Restore', html`<code>${report.restoreId}</code>`],
            ])
          : nothing
      }
      ${report?.error ? notice('bad', sentence(report.error)) : nothing}
      ${
        topics.length === 0
          ? nothing
          : table(
              'Restored topics',
              [
                { title: 'Topic in Kafka', main: true, cell: ({ target }) => html`<a href=${to(['topics', target])}>${target}</a>` },
                { title: 'From', cell: ({ source }) => source },
                { title: 'Partitions', number: true, cell: ({ partitions }) => count(partitions) },
                { title: 'Records', number: true, cell: ({ records }) => count(records) },
              ],
              topics,
            )
      }`,
    );
  }

  #configuration(task) {
    return html`
      ${task.state === 'finished' ? nothing : this.#limitForm(task)}
      ${section(
        'Parameters',
        facts([
          ['Kind', kind(task)],
          ['Template', html`<code>${task.template}</code>`],
          ...Object.entries(task.parameters).map(([name, value]) => [name, html`<code>${value}</code>`]),
        ]),
      )}
      ${section(
        'As a file',
        html`<p class="muted">A file with this text below <code>--routes</code> makes the same task.</p>
          ${routeFile(this.file, this.#format, (format) => this.#chooseFormat(format), (said) => this.app.say(said))}`,
      )}`;
  }

  #limitForm(task) {
    return section(
      'Limit',
      html`<form class="query panel" @submit=${(event) => this.#setLimit(event, task)}>
        ${field(
          'Megabytes a second, 0 for no limit',
          html`<input id="limit" type="number" min="0" step="any" required .value=${this.#limit ?? String(task.maxRate / MEGABYTE)} @input=${(event) => (this.#limit = event.target.value)}>`,
          { id: 'limit', hint: 'Holds at once, until the task is given other parameters or the service ends.' },
        )}
        <div class="query-go"><button>Apply</button></div>
      </form>`,
    );
  }

  #chooseFormat(format) {
    this.#format = format;
    this.#loadFile();
  }

  async #setLimit(event, task) {
    event.preventDefault();
    const bytesPerSecond = Math.round(Number(this.#limit ?? task.maxRate / MEGABYTE) * MEGABYTE);
    await this.act(async () => {
      await this.api.put(`/tasks/${part(this.#name)}/rate`, { bytesPerSecond });
      this.#limit = undefined;
      await this.live.refresh();
    }, bytesPerSecond === 0 ? 'No limit any more' : `At most ${bytes(bytesPerSecond)}/s now`);
  }
}

function total(name, value, more) {
  return html`<div class="total">
    <dt>${name}</dt>
    <dd>${value}${more ? html`<span class="total-more">${more}</span>` : nothing}</dd>
  </div>`;
}
