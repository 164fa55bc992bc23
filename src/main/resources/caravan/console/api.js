/* The service's HTTP API, as src/main/resources/openapi.yaml tells it. */

const KEPT = 'caravan.token';

/** Why something could not be done: the API's own words; status 0 where the service does not answer. */
export class Problem extends Error {
  constructor(status, error, hint) {
    super(error);
    this.status = status;
    this.hint = hint;
  }
}

export class Api {
  #root = new URL('../', document.baseURI);
  #askForToken;
  #asking = null;

  /** @param askForToken called where the token is missing or wrong: (whether one was sent) => promise of another */
  constructor(askForToken) {
    this.#askForToken = askForToken;
  }

  get(path, query, signal) {
    return this.#json('GET', path, { query, signal });
  }

  post(path, body, signal) {
    return this.#json('POST', path, { body, signal });
  }

  put(path, body, signal) {
    return this.#json('PUT', path, { body, signal });
  }

  delete(path) {
    return this.#json('DELETE', path, {});
  }

  /** What is no JSON: a route file. */
  async text(method, path, { query, body, signal } = {}) {
    const answer = await this.#send(method, path, { query, body, signal, accept: 'text/plain' });
    return answer.text();
  }

  /** The answer itself, to be read as it comes. */
  stream(path, signal) {
    return this.#send('GET', path, { signal, accept: 'text/event-stream' });
  }

  async #json(method, path, options) {
    const answer = await this.#send(method, path, { ...options, accept: 'application/json' });
    return answer.status === 204 ? null : answer.json();
  }

  async #send(method, path, options) {
    for (;;) {
      const token = sessionStorage.getItem(KEPT);
      const answer = await this.#once(method, path, token, options);
      if (answer.ok) {
        return answer;
      }
      if (answer.status !== 401) {
        throw await problem(answer);
      }
      if (token === sessionStorage.getItem(KEPT)) {
        await this.#anotherToken(token !== null);
      }
    }
  }

  /** Asks once, however many requests wait for it. */
  async #anotherToken(wrong) {
    this.#asking ??= this.#askForToken(wrong)
      .then((token) => sessionStorage.setItem(KEPT, token))
      .finally(() => (this.#asking = null));
    await this.#asking;
  }

  async #once(method, path, token, { query = {}, body, signal, accept }) {
    const url = new URL(path.replace(/^\//, ''), this.#root);
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined && value !== '') {
        url.searchParams.set(name, value);
      }
    }
    const headers = { Accept: accept };
    if (method !== 'GET') {
      headers['Content-Type'] = 'application/json';
    }
    if (token !== null) {
      headers.Authorization = `Bearer ${token}`;
    }
    try {
      return await fetch(url, {
        method,
        headers,
        signal,
        body: body === undefined ? undefined : JSON.stringify(body),
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
      });
    } catch (failure) {
      if (failure.name === 'AbortError') {
        throw failure;
      }
      throw new Problem(0, 'the service does not answer', 'see whether it runs, and whether this host reaches it');
    }
  }
}

/** A part of a path: any name. */
export function part(name) {
  return encodeURIComponent(name);
}

async function problem(answer) {
  const told = await answer.json().catch(() => ({}));
  return new Problem(
    answer.status,
    told.error ?? `the service answers ${answer.status}`,
    told.hint ?? 'its log may tell more',
  );
}
