/* How the tasks are, as it happens: server-sent events of the API, and what they said in the last minutes. */

const KEPT = 300; // events, of two seconds each
const POLL = 5000;
const LONGEST_PAUSE = 15000;
const SILENCE = 15000; // without an event, of which there is one every two seconds: the connection is dead

/** Sends the event `change` whenever something is known anew. */
export class Live extends EventTarget {
  #api;
  #samples = new Map();
  #connection = null;

  /** connecting, live, polling (the service has no more events to give), or away. */
  state = 'connecting';
  /** When the newest news are from, by the service's clock; null before the first. */
  at = null;
  /** TaskStatus of each task, by name in their order; null before the first. */
  tasks = null;

  constructor(api) {
    super();
    this.#api = api;
  }

  /** Listens until the page is closed, but not while it is hidden: a browser has six connections to a service, for all its tabs. */
  async listen() {
    document.addEventListener('visibilitychange', () => document.hidden && this.#connection?.abort());
    for (let pause = 500; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      await visible();
      try {
        await this.#hear(() => (pause = 500));
      } catch (problem) {
        if (problem.name !== 'AbortError') {
          await this.#poll(problem);
        }
      }
      await sleep(pause);
    }
  }

  /** Takes events as long as they come. */
  async #hear(heard) {
    const connection = new AbortController();
    this.#connection = connection;
    let silence;
    const wait = () => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        connection.abort();
        this.#become('away');
      }, SILENCE);
    };
    try {
      if (this.at !== null) {
        wait(); // before, somebody may be looking for the token
      }
      const answer = await this.#api.stream('/events', connection.signal);
      wait();
      await read(answer, (event, data) => {
        wait();
        heard();
        if (event === 'status') {
          this.#take(JSON.parse(data), 'live');
        }
      });
    } finally {
      clearTimeout(silence);
    }
  }

  task(name) {
    return this.tasks?.find((task) => task.name === name);
  }

  /** What was seen of a task: [{at, lag, bytes, records}], oldest first. */
  samples(name) {
    return this.#samples.get(name) ?? [];
  }

  /** Asks now, instead of waiting for the next event: after something was changed. */
  async refresh() {
    this.tasks = await this.#api.get('/tasks', { expand: 'status' });
    this.at ??= Date.now();
    this.#become(this.state);
  }

  async #poll(problem) {
    this.#become(problem.status === 503 || problem.status === 404 ? 'polling' : 'away');
    if (this.state !== 'polling') {
      return;
    }
    try {
      const tasks = await this.#api.get('/tasks', { expand: 'status' });
      this.#take({ at: Date.now(), tasks }, 'polling');
      await sleep(POLL);
    } catch {
      this.#become('away');
    }
  }

  #take({ at, tasks }, state) {
    this.at = at;
    this.tasks = tasks;
    for (const task of tasks) {
      const before = this.samples(task.name);
      const kept = before.length > 0 && before.at(-1).at >= at ? [] : before; // a clock was put back
      this.#samples.set(task.name, [...kept, sample(at, task)].slice(-KEPT));
    }
    this.#become(state);
  }

  #become(state) {
    this.state = state;
    this.dispatchEvent(new Event('change'));
  }
}

/** Bytes a second between neighbouring samples, over what they moved in the last ten seconds, as objects are stored in leaps. */
export function rates(samples) {
  return samples.map((now, at) => {
    let before = at;
    while (before > 0 && now.at - samples[before].at < 10000) {
      before--;
    }
    const seconds = (now.at - samples[before].at) / 1000;
    return seconds <= 0 ? null : Math.max(0, now.bytes - samples[before].bytes) / seconds;
  });
}

function sample(at, { backup, restore }) {
  if (backup) {
    return { at, lag: backup.lagRecords, bytes: backup.storedLogBytes, records: backup.storedRecords };
  }
  return { at, lag: null, bytes: restore?.bytes ?? 0, records: restore?.records ?? 0 };
}

/** Reads an event stream to its end: lines of `event:` and `data:`, an empty line behind each event. */
async function read(answer, take) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let event = 'message';
  let data = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    const lines = (rest + value).split(/\r\n|\n|\r/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) {
          take(event, data.join('\n'));
        }
        event = 'message';
        data = [];
      } else if (line.startsWith('event:')) {
        event = line.slice(6).trim();
      } else if (line.startsWith('data:')) {
        data.push(line.slice(5).replace(/^ /, ''));
      }
    }
  }
}

/** Until the page is looked at. */
function visible() {
  return new Promise((resolve) => {
    const look = () => {
      if (!document.hidden) {
        document.removeEventListener('visibilitychange', look);
        resolve();
      }
    };
    document.addEventListener('visibilitychange', look);
    look();
  });
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
