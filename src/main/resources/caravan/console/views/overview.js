import '../plot.js';
import { html, nothing } from '../lit.js';
import { bytes, count, counted, duration, isTime, localSecond } from '../format.js';
import { attention, isBackup, isRestore, verdict } from '../health.js';
import { to } from '../router.js';
import { emptyState, ended, facts, heading, loadingState, notice, problemState, progress, range, section, state, table, time } from '../ui.js';
import { View } from '../view.js';

const EVERY = 30000;

/** Whether all is well, what the archive holds, and how each task is. */
export class OverviewView extends View {
  service;
  topics;
  #timer;

  get title() {
    return 'Overview';
  }

  get followsTasks() {
    return true;
  }

  begin() {
    this.#load();
    this.#timer = setInterval(() => this.#load(), EVERY);
  }

  leave() {
    clearInterval(this.#timer);
    super.leave();
  }

  #load() {
    this.load('service', (signal) => this.api.get('/', {}, signal));
    this.load('topics', (signal) => this.api.get('/topics', {}, signal));
  }

  body() {
    return html`${heading('Overview', {
      actions: html`<a class="button" href=${to(['restore'])}>Restore</a>
        <a class="button primary" href=${to(['new-backup'])}>New backup</a>`,
    })}
    ${this.#health()} ${this.#totals()} ${this.#tasks()} ${this.#attention()} ${this.#where()}`;
  }

  #matters() {
    return attention(this.live.tasks, this.live.at, this.topics?.value);
  }

  #health() {
    if (this.live.tasks === null) {
      return this.live.state === 'away' && this.service?.problem
        ? problemState(this.service.problem, () => this.#load())
        : loadingState('Asking how the tasks are');
    }
    const { tone, line, more, since } = this.live.state === 'away' ? unknown(this.live.at) : verdict(this.live.tasks, this.live.at, this.#matters());
    return html`<div class="health ${tone}">
      <span class="health-sign" aria-hidden="true"></span>
      <div>
        <p class="health-line">${ended(line)}</p>
        ${more ? html`<p class="muted">${ended(more)}</p>` : nothing}
      </div>
      ${since ? html`<p class="health-since muted">${tone === 'good' ? 'As of' : 'Since'} ${time(since)}</p>` : nothing}
    </div>`;
  }

  #totals() {
    const known = this.topics?.value;
    const archived = known?.topics.filter(({ inArchive }) => inArchive) ?? [];
    const sum = (of) => archived.reduce((total, topic) => total + of(topic), 0);
    const begins = archived.map(({ baseTimestamp }) => baseTimestamp).filter(isTime);
    const ends = archived.map(({ maxTimestamp }) => maxTimestamp).filter(isTime);
    const none = known === undefined;
    return html`<dl class="totals" aria-label="Archive">
      ${total('Topics in the archive', none ? '…' : count(archived.length))}
      ${total('Records stored', none ? '…' : count(sum(({ archivedRecords }) => archivedRecords)))}
      ${total('Size in the store', none ? '…' : bytes(sum(({ archivedBytes }) => archivedBytes)), none ? nothing : counted(sum(({ objects }) => objects), 'object'))}
      ${total(
        'Can be restored',
        range(begins.length === 0 ? null : Math.min(...begins), ends.length === 0 ? null : Math.max(...ends)),
        nothing,
        'wide',
      )}
    </dl>`;
  }

  #tasks() {
    const tasks = this.live.tasks;
    if (tasks === null) {
      return nothing;
    }
    const aside = html`<a href=${to(['tasks'])}>All tasks</a>`;
    if (tasks.length === 0) {
      return section(
        'Tasks',
        emptyState({
          title: 'There are no tasks yet',
          text: 'A backup copies topics into the archive, for ever. It takes a minute to make one.',
          action: html`<a class="button primary" href=${to(['new-backup'])}>New backup</a>`,
        }),
      );
    }
    return section(
      'Tasks',
      table(
        'Tasks',
        [
          { title: 'Task', main: true, cell: ({ name }) => html`<a href=${to(['tasks', name])}>${name}</a>` },
          { title: 'State', cell: (task) => state(task.state) },
          { title: 'Not stored yet', number: true, cell: (task) => (task.backup ? counted(task.backup.lagRecords, 'record') : '–') },
          { title: 'Last success', number: true, cell: (task) => since(task) },
          { title: 'Last minutes', style: 'plot-cell', cell: (task) => this.#plot(task) },
        ],
        tasks,
      ),
      { aside },
    );
  }

  #plot(task) {
    if (isRestore(task)) {
      return task.restore?.plannedRecords > 0
        ? progress(`Progress of ${task.name}`, task.state === 'finished' ? 1 : task.restore.records / task.restore.plannedRecords)
        : nothing;
    }
    const samples = this.live.samples(task.name);
    return html`<caravan-plot
      class="small"
      .series=${{
        times: samples.map(({ at }) => at),
        values: samples.map(({ lag }) => lag),
        unit: (value) => counted(value, 'record'),
        label: `Not stored yet of ${task.name}`,
        small: true,
      }}
    ></caravan-plot>`;
  }

  #attention() {
    if (this.live.tasks === null) {
      return nothing;
    }
    const matters = this.#matters();
    return matters.length === 0
      ? nothing
      : section(
          'To look at',
          html`<ul class="notices">
            ${matters.map(
              ({ tone, text, hint, href, link }) => html`<li>
                ${notice(tone, ended(text), hint, href ? html`<a href=${href}>${link}</a>` : nothing)}
              </li>`,
            )}
          </ul>`,
        );
  }

  #where() {
    const service = this.service?.value;
    return service
      ? section(
          'Service',
          facts([
            ['Store', html`<code>${service.store}</code>`],
            ['Archive', service.archiveId ? html`<code>${service.archiveId}</code>` : 'none yet: the first backup begins it'],
            ['Kafka cluster', service.clusterId ? html`<code>${service.clusterId}</code>` : 'does not answer'],
            ['Version', service.version],
          ]),
        )
      : nothing;
  }
}

/** What can be said of tasks that were last heard of then. */
function unknown(at) {
  return {
    tone: 'bad',
    line: `Nothing is known since ${localSecond(at)}`,
    more: 'The service does not answer: see whether it runs. What is below is as it was then.',
    since: null,
  };
}

function total(name, value, more = nothing, style = '') {
  return html`<div class="total ${style}">
    <dt>${name}</dt>
    <dd>${value}${more === nothing ? nothing : html`<span class="total-more">${more}</span>`}</dd>
  </div>`;
}

function since(task) {
  return isBackup(task) && task.backup ? `${duration(task.backup.secondsSinceLastSuccess * 1000)} ago` : '–';
}
