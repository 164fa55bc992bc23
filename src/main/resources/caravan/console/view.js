/* What all views are: something that is loaded, shown, and left. */

import { emptyState, loadingState, problemState } from './ui.js';

/** One view, from its address being opened to the next one. */
export class View {
  #left = new AbortController();
  #turns = new Map();

  /**
   * @param app api, live and the page around
   * @param parameters parts of the address, by name
   * @param query of the address, by name
   */
  constructor(app, parameters, query) {
    this.app = app;
    this.parameters = parameters;
    this.query = query;
  }

  get api() {
    return this.app.api;
  }

  get live() {
    return this.app.live;
  }

  /** Aborted when the view is left. */
  get signal() {
    return this.#left.signal;
  }

  /** Its name in the title of the window. */
  get title() {
    return 'Caravan';
  }

  /** Whether it shows how the tasks are, and is shown anew whenever that changes. */
  get followsTasks() {
    return false;
  }

  /** What it is shown as. */
  body() {
    throw new Error('a view shows something');
  }

  /** Called once, when it is opened: loads. */
  begin() {}

  leave() {
    this.#left.abort();
  }

  /** Shows it anew, soon. */
  update() {
    this.app.update();
  }

  /**
   * Loads something into the field `name`: `{value}`, `{problem}`, or both, where it could be loaded before. What is asked for
   * later wins over what is answered later.
   */
  async load(name, ask) {
    const turn = (this.#turns.get(name) ?? 0) + 1;
    this.#turns.set(name, turn);
    const before = this[name]?.value;
    this[name] = { ...this[name], loading: true };
    this.update();
    let loaded;
    try {
      loaded = { value: await ask(this.signal) };
    } catch (problem) {
      if (this.signal.aborted) {
        return;
      }
      loaded = { value: before, problem };
    }
    if (this.#turns.get(name) === turn && !this.signal.aborted) {
      this[name] = loaded;
      this.update();
    }
  }

  /** Does something that a person asked for, says that it is done, or why it could not be. */
  async act(doing, said) {
    try {
      await doing();
      if (said !== undefined) {
        this.app.say(said);
      }
      return true;
    } catch (problem) {
      this.app.complain(problem);
      return false;
    } finally {
      this.update();
    }
  }
}

/** What is loaded, or that it is loading, or why it could not be, or that there is nothing. */
export function shown(loaded, { loading = 'Loading', isEmpty = () => false, empty, again, show }) {
  if (loaded?.value !== undefined) {
    return isEmpty(loaded.value) ? emptyState(empty) : show(loaded.value);
  }
  return loaded?.problem ? problemState(loaded.problem, again) : loadingState(loading);
}
