import { html, nothing } from '../lit.js';
import { count, counted } from '../format.js';
import { routeFile } from '../route-file.js';
import { go, to } from '../router.js';
import { choice, field, heading, loadingState, notice, section, segments, sentence } from '../ui.js';
import { View } from '../view.js';

const TEMPLATE = 'kafka-backup';
const PAUSE = 350; // milliseconds without a key, before what is typed is tried
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;

/** What can be set beside topics and consumer groups: name of the parameter, label, hint. */
const MORE = [
  ['maxAge', 'Store an object after', 'Age of an object after which it is stored, such as 30s or 5m: how old what is not stored can become.'],
  ['maxBytes', 'Store an object at', 'Bytes of log after which it is stored before that.'],
  ['maxRate', 'Read at most', 'Bytes of log a second, of all its partitions together; 0 for no limit.'],
  ['compression', 'Compression', 'auto, zstd, stored or deflate.'],
  ['verifyInterval', 'Check the archive every', 'How often its keys are checked for holes, such as 24h; 0 for never.'],
  ['group', 'Own consumer group', "Without one, the archive’s own: its lag is what is not safe yet."],
];

/** Makes a backup, and shows before what it would take. */
export class NewBackupView extends View {
  service;
  templates;
  matching;
  validation;
  file;
  #name;
  #named = false;
  #values;
  #groups = 'all';
  #shownMore = false;
  #paused = false;
  #format = 'yaml';
  #timer;
  #busy = false;
  #problem;

  constructor(...all) {
    super(...all);
    this.#values = { topics: this.query.topics ?? '', excludeTopics: '' };
    this.#name = suggested(this.#values.topics);
  }

  get title() {
    return 'New backup';
  }

  async begin() {
    this.load('service', (signal) => this.api.get('/', {}, signal));
    await this.load('templates', (signal) => this.api.get('/templates', {}, signal));
    this.#try();
  }

  leave() {
    clearTimeout(this.#timer);
    super.leave();
  }

  /** The value that a parameter has where it is not given. */
  #default(name) {
    const template = this.templates?.value?.find((each) => each.name === TEMPLATE);
    return template?.parameters.find((each) => each.name === name)?.default ?? '';
  }

  /** Parameters that differ from their defaults. */
  get #parameters() {
    const { groups = '', ...others } = this.#values;
    const given = Object.entries(others).map(([name, value]) => [name, value.trim()]).filter(([, value]) => value !== '');
    given.push(['groups', { all: '.*', some: groups.trim(), none: '' }[this.#groups]]);
    return Object.fromEntries(given.filter(([name, value]) => value !== this.#default(name)));
  }

  #set(name, value) {
    this.#values[name] = value;
    if (name === 'topics' && !this.#named) {
      this.#name = suggested(value);
    }
    this.#trySoon();
  }

  #chooseGroups(which) {
    this.#groups = which;
    this.#trySoon();
  }

  #trySoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#try(), PAUSE);
    this.update();
  }

  #try() {
    this.#problem = undefined;
    const { topics, excludeTopics } = this.#values;
    if (topics.trim() === '') {
      this.matching = undefined;
      this.validation = undefined;
      this.file = undefined;
      this.update();
      return;
    }
    this.load('matching', (signal) => this.api.get('/topics', { match: topics.trim(), exclude: excludeTopics.trim() }, signal));
    this.load('validation', (signal) => this.api.put(`/templates/${TEMPLATE}/validate`, this.#parameters, signal));
    this.#loadFile();
  }

  #loadFile() {
    if (this.#values.topics.trim() !== '' && NAME.test(this.#name)) {
      this.load('file', (signal) =>
        this.api.text('PUT', `/templates/${TEMPLATE}/route`, {
          query: { format: this.#format },
          body: { name: this.#name, parameters: this.#parameters },
          signal,
        }),
      );
    }
  }

  #problemOf(name) {
    const found = this.validation?.value?.problems.find(({ parameter }) => parameter === name);
    return found && `${sentence(told(found.error))} ${sentence(found.hint)}`;
  }

  body() {
    // Opened where something is wrong in it, and left open when that is put right: somebody types there.
    this.#shownMore ||= [...MORE.map(([name]) => name), 'groups'].some((name) => this.#problemOf(name));
    return html`${heading('New backup', {
      trail: html`<a href=${to(['tasks'])}>Tasks</a>`,
      text: 'It copies topics into the archive as they grow, until it is deleted.',
    })}
    <div class="two">
      <form class="panel form" aria-label="New backup" @submit=${(event) => this.#create(event)}>
        ${this.service?.value ? html`<p class="muted">Into <code>${this.service.value.store}</code></p>` : nothing}
        ${this.#text('topics', 'Topics', 'Names and regular expressions, comma-separated: orders, pay.*', { required: true })}
        ${this.#text('excludeTopics', 'But not', 'Topics to leave out, in the same form.')}
        ${field(
          'Name of the task',
          html`<input id="name" required spellcheck="false" autocomplete="off" maxlength="200" .value=${this.#name} aria-describedby="name-hint" @input=${(event) => this.#rename(event.target.value)}>`,
          {
            id: 'name',
            hint: 'Letters, digits, dot, underscore and hyphen.',
            problem: this.#name === '' || NAME.test(this.#name) ? undefined : 'A name has letters, digits, dots, underscores and hyphens only, and does not begin with a dot.',
          },
        )}
        <details class="more" ?open=${this.#shownMore}>
          <summary>Limits, compression, consumer groups</summary>
          <div class="form">
            ${MORE.map(([name, label, hint]) => this.#text(name, label, hint, { placeholder: this.#default(name) }))}
            ${segments('Consumer groups whose offsets are kept', 'groups-kept', [['all', 'All'], ['some', 'Some'], ['none', 'None']], this.#groups, (which) => this.#chooseGroups(which))}
            ${this.#groups === 'some' ? this.#text('groups', 'Consumer groups', 'Names and expressions, comma-separated.', { required: true }) : nothing}
          </div>
        </details>
        ${choice('Make it, but begin only when it is resumed', { id: 'paused', checked: this.#paused, change: (on) => ((this.#paused = on), this.update()) })}
        ${this.#problem ? html`<div role="alert">${notice('bad', sentence(this.#problem.message), this.#problem.hint)}</div>` : nothing}
        <div class="form-actions"><button class="primary" ?disabled=${this.#busy}>${this.#busy ? 'Making it…' : 'Create the backup'}</button></div>
      </form>
      <div>
        ${section('What it would take', this.#preview())}
        ${
          this.file
            ? section(
                'The same task as a file',
                html`<p class="muted">Below <code>--routes</code> instead of being made here.</p>
                  ${routeFile(this.file, this.#format, (format) => ((this.#format = format), this.#loadFile()), (said) => this.app.say(said))}`,
              )
            : nothing
        }
      </div>
    </div>`;
  }

  #text(name, label, hint, { required = false, placeholder = '' } = {}) {
    return field(
      label,
      html`<input id=${name} ?required=${required} spellcheck="false" autocomplete="off" placeholder=${placeholder} .value=${this.#values[name] ?? ''}
        aria-describedby="${name}-hint" aria-invalid=${this.#problemOf(name) ? 'true' : nothing} @input=${(event) => this.#set(name, event.target.value)}>`,
      { id: name, hint, problem: this.#problemOf(name) },
    );
  }

  #rename(name) {
    this.#name = name;
    this.#named = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#loadFile(), PAUSE);
    this.update();
  }

  #preview() {
    if (this.#values.topics.trim() === '') {
      return html`<p class="muted">Type which topics, and those that match are shown here.</p>`;
    }
    const { value, problem, loading } = this.matching ?? {};
    if (problem && !loading) {
      return notice('bad', sentence(problem.message), problem.hint);
    }
    if (value === undefined) {
      return loadingState('Matching');
    }
    const general = this.validation?.value?.problems.filter(({ parameter }) => parameter === undefined) ?? [];
    const records = value.topics.reduce((sum, { kafkaRecords }) => sum + (kafkaRecords ?? 0), 0);
    return html`
      ${general.map(({ error, hint }) => notice('bad', sentence(told(error)), sentence(hint)))}
      ${value.kafkaError ? notice('warning', `Kafka does not answer: ${value.kafkaError}`, 'Which topics match is seen when it does.') : nothing}
      ${
        value.topics.length === 0
          ? html`<p>${value.kafkaError ? nothing : 'No topic of Kafka matches now. The task would wait for one.'}</p>`
          : html`<p role="status"><strong>${counted(value.topics.length, 'topic')}</strong>, ${counted(records, 'record')} at most. Topics that are created later are taken too, where they match.</p>
              <ul class="matches">
                ${value.topics.slice(0, 200).map(
                  ({ topic, kafkaRecords, tasks }) => html`<li>
                    <a href=${to(['topics', topic])}>${topic}</a> <span class="muted">${count(kafkaRecords)}${tasks.length > 0 ? `, also in ${tasks.join(', ')}` : ''}</span>
                  </li>`,
                )}
                ${value.topics.length > 200 ? html`<li class="muted">and ${count(value.topics.length - 200)} more</li>` : nothing}
              </ul>`
      }`;
  }

  async #create(event) {
    event.preventDefault();
    if (!NAME.test(this.#name)) {
      document.getElementById('name').focus();
      return;
    }
    if (this.#groups === 'some' && this.#parameters.groups === '') {
      document.getElementById('groups').focus();
      return;
    }
    this.#busy = true;
    this.#problem = undefined;
    this.update();
    try {
      await this.api.post('/tasks', { name: this.#name, template: TEMPLATE, parameters: this.#parameters, paused: this.#paused });
      await this.live.refresh();
      this.app.say(this.#paused ? `Made: ${this.#name} waits to be resumed` : `Made: ${this.#name} begins`);
      go(['tasks', this.#name]);
    } catch (problem) {
      this.#problem = problem;
    }
    this.#busy = false;
    this.update();
  }
}

/** A name for what is backed up. */
function suggested(topics) {
  const first = topics.split(',')[0].trim().replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '');
  return first === '' ? (topics.trim() === '' ? '' : 'all-backup') : `${first}-backup`;
}

/** Without which task it is: it is the one in the form. */
export function told(error) {
  return error.replace(/^a task of [\w-]+: /, '');
}
