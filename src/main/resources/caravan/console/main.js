/* The console: navigation, the view that the address names, and what is said aside. */

import { html, keyed, noChange, nothing, render } from './lit.js';
import { Api } from './api.js';
import { askForToken } from './dialogs.js';
import { clock } from './format.js';
import { Live } from './live.js';
import { here, to } from './router.js';
import { emptyState, heading, sentence } from './ui.js';
import { View } from './view.js';
import { MessagesView } from './views/messages.js';
import { NewBackupView } from './views/new-backup.js';
import { OverviewView } from './views/overview.js';
import { RestoreView } from './views/restore.js';
import { TaskView } from './views/task.js';
import { TasksView } from './views/tasks.js';
import { TopicView } from './views/topic.js';
import { TopicsView } from './views/topics.js';
import { VerifyView } from './views/verify.js';

const PLACES = [
  ['overview', 'Overview', []],
  ['topics', 'Topics', ['topics']],
  ['tasks', 'Tasks', ['tasks']],
  ['restore', 'Restore', ['restore']],
  ['verify', 'Verify', ['verify']],
];

/** Views by their addresses; a part in braces is any name. The second is the place in the navigation. */
const VIEWS = [
  [[], 'overview', OverviewView],
  [['topics'], 'topics', TopicsView],
  [['topics', '{topic}'], 'topics', TopicView],
  [['topics', '{topic}', 'messages'], 'topics', MessagesView],
  [['tasks'], 'tasks', TasksView],
  [['tasks', '{task}'], 'tasks', TaskView],
  [['new-backup'], 'tasks', NewBackupView],
  [['restore'], 'restore', RestoreView],
  [['verify'], 'verify', VerifyView],
  [['verify', '{verification}'], 'verify', VerifyView],
];

class LostView extends View {
  get title() {
    return 'Not here';
  }

  body() {
    return html`${heading('Not here')}
    ${emptyState({ title: 'There is no such page', action: html`<a href=${to([])}>Go to the overview</a>` })}`;
  }
}

class App {
  api = new Api(askForToken);
  live = new Live(this.api);
  #place = 'overview';
  #view = null;
  #due = false;
  #viewDue = true;
  #silence;

  start() {
    window.addEventListener('hashchange', () => this.#open(true));
    this.live.addEventListener('change', () => this.#soon(this.#view.followsTasks));
    this.live.listen();
    this.#open(false);
  }

  /** Shows the page anew, once, however often it is called before. */
  update() {
    this.#soon(true);
  }

  /** @param view whether the view has changed, too, or only what is around it */
  #soon(view) {
    this.#viewDue ||= view;
    if (!this.#due) {
      this.#due = true;
      queueMicrotask(() => {
        this.#due = false;
        this.#show();
      });
    }
  }

  /** Says something aside, for some seconds. */
  say(text, tone = 'good') {
    const said = document.getElementById('said');
    render(
      html`<div class="saying ${tone}"><span>${text}</span>
        <button type="button" class="plain" aria-label="Close" @click=${() => render(nothing, said)}>✕</button></div>`,
      said,
    );
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => render(nothing, said), tone === 'bad' ? 20000 : 6000);
  }

  complain(problem) {
    this.say([sentence(problem.message), problem.hint ? sentence(problem.hint) : ''].join(' '), 'bad');
  }

  #open(moved) {
    const { parts, query } = here();
    const [pattern, place, Opened] = VIEWS.find(([each]) => matches(each, parts)) ?? [[], null, LostView];
    this.#view?.leave();
    this.#place = place;
    this.#view = new Opened(this, parameters(pattern, parts), query);
    this.#view.begin();
    this.#viewDue = true;
    this.#show();
    if (moved) {
      window.scrollTo(0, 0);
      document.querySelector('main h1')?.focus({ preventScroll: true });
    }
  }

  #show() {
    document.title = this.#view.title === 'Caravan' ? 'Caravan' : `${this.#view.title} · Caravan`;
    render(this.#page(), document.getElementById('console'));
    this.#viewDue = false;
  }

  #page() {
    return html`<a class="skip" href="#content" @click=${skip}>Skip to content</a>
      <header class="bar">
        <a class="brand" href=${to([])}><img src="favicon.svg" alt="" width="22" height="22"><span>Caravan</span></a>
        <nav class="places" aria-label="Console">
          <ul>
            ${PLACES.map(
              ([name, text, parts]) => html`<li>
                <a href=${to(parts)} aria-current=${name === this.#place ? 'page' : nothing}>${text}</a>
              </li>`,
            )}
          </ul>
        </nav>
        ${this.#news()}
      </header>
      <main id="content" tabindex="-1">${keyed(this.#view, this.#viewDue ? this.#view.body() : noChange)}</main>`;
  }

  #news() {
    const [tone, text] = {
      connecting: ['quiet', 'Connecting'],
      live: ['good', 'Live'],
      polling: ['warning', 'Every few seconds'],
      away: ['bad', 'No answer'],
    }[this.live.state];
    const since = this.live.at === null ? 'Nothing is known yet' : `Last news at ${clock(this.live.at)}`;
    return html`<p class="news ${tone}" title=${since}>
      <span class="dot" aria-hidden="true"></span><span class="sr">Connection: </span>${text}
    </p>`;
  }
}

function skip(event) {
  event.preventDefault();
  document.getElementById('content').focus();
}

function matches(pattern, parts) {
  return pattern.length === parts.length && pattern.every((each, at) => each.startsWith('{') || each === parts[at]);
}

function parameters(pattern, parts) {
  return Object.fromEntries(
    pattern.map((each, at) => [each, parts[at]]).filter(([each]) => each.startsWith('{')).map(([each, part]) => [each.slice(1, -1), part]),
  );
}

new App().start();
