import '../plot.js';
import { html, nothing } from '../lit.js';
import { bytes, count, counted, duration } from '../format.js';
import { isBackup, isRestore } from '../health.js';
import { rates } from '../live.js';
import { to } from '../router.js';
import { badge, emptyState, heading, loadingState, problemState, progress, state, table } from '../ui.js';
import { View } from '../view.js';

/** All tasks, as they are now. */
export class TasksView extends View {
  first;

  get title() {
    return 'Tasks';
  }

  get followsTasks() {
    return true;
  }

  begin() {
    if (this.live.tasks === null) {
      this.load('first', () => this.live.refresh());
    }
  }

  body() {
    return html`${heading('Tasks', {
      text: 'Backups that go on for ever, and restores that are done once.',
      actions: html`<a class="button" href=${to(['restore'])}>Restore</a><a class="button primary" href=${to(['new-backup'])}>New backup</a>`,
    })}
    ${this.#list()}`;
  }

  #list() {
    const tasks = this.live.tasks;
    if (tasks === null) {
      return this.first?.problem ? problemState(this.first.problem, () => this.begin()) : loadingState('Asking for the tasks');
    }
    return tasks.length === 0
      ? emptyState({
          title: 'There are no tasks yet',
          text: 'A backup copies topics into the archive, for ever.',
          action: html`<a class="button primary" href=${to(['new-backup'])}>New backup</a>`,
        })
      : table('Tasks', this.#columns(), tasks);
  }

  #columns() {
    return [
      { title: 'Task', main: true, cell: ({ name }) => html`<a href=${to(['tasks', name])}>${name}</a>` },
      { title: 'Kind', cell: (task) => kind(task) },
      { title: 'State', cell: (task) => state(task.state) },
      { title: 'Topics', style: 'wrap', cell: ({ parameters }) => html`<code>${parameters.topics ?? '.*'}</code>` },
      { title: 'Rate', number: true, cell: (task) => this.#rate(task) },
      { title: 'Records', number: true, cell: (task) => records(task) },
      { title: 'How far', style: 'plot-cell', cell: (task) => far(task) },
    ];
  }

  #rate({ name, state: now }) {
    const rate = rates(this.live.samples(name)).at(-1);
    return now !== 'running' || rate === null || rate === undefined ? '–' : `${bytes(rate)}/s`;
  }
}

export function kind({ template, origin }) {
  const what = template.startsWith('kafka-restore') ? 'Restore' : template.startsWith('kafka-backup') ? 'Backup' : template;
  return html`<span class="badges"><span>${what}${template.endsWith('-records') ? ', by record' : ''}</span>${origin === 'file' ? badge('quiet', 'route file') : nothing}</span>`;
}

function records(task) {
  return isBackup(task) ? count(task.backup?.storedRecords) : count(task.restore?.records);
}

function far(task) {
  if (isRestore(task)) {
    return task.restore?.plannedRecords > 0 && task.state !== 'finished'
      ? progress(`Progress of ${task.name}`, task.restore.records / task.restore.plannedRecords)
      : task.state === 'finished'
        ? 'at its end'
        : '–';
  }
  if (!task.backup) {
    return '–';
  }
  const { lagRecords, lagSeconds, secondsSinceLastSuccess } = task.backup;
  return lagRecords === 0
    ? html`all stored <span class="muted">${duration(secondsSinceLastSuccess * 1000)} ago</span>`
    : html`${counted(lagRecords, 'record')} to store <span class="muted">oldest ${duration(lagSeconds * 1000)}</span>`;
}
