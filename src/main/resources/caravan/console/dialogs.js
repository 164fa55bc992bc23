/* Questions in front of the page: for the token, and before what can't be undone. */

import { html, nothing, render } from './lit.js';

const place = () => document.getElementById('dialogs');

/** Asks for the API's token until one is given. */
export function askForToken(wrong) {
  return new Promise((resolve) => {
    const given = (event) => {
      event.preventDefault();
      const token = new FormData(event.target).get('token').trim();
      if (token !== '') {
        close();
        resolve(token);
      }
    };
    const close = open(
      html`<form class="dialog-form" @submit=${given}>
        <h2 id="dialog-title">This service asks for a token</h2>
        <p>It is the value of <code>CARAVAN_HTTP_TOKEN</code>. It stays in this tab, and is forgotten when the tab is closed.</p>
        ${wrong ? html`<p class="field-problem" role="alert">That token is not the right one.</p>` : nothing}
        <div class="field">
          <label for="token">Token</label>
          <input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
        </div>
        <div class="dialog-actions"><button class="primary">Continue</button></div>
      </form>`,
    );
  });
}

/**
 * Asks before something is done.
 *
 * @param question title, text, yes (what the button says), danger
 * @return promise of whether it shall be done
 */
export function ask({ title, text, yes, danger = false }) {
  return new Promise((resolve) => {
    const answer = (event) => {
      event.preventDefault();
      close();
      resolve(event.submitter?.value === 'yes');
    };
    const close = open(
      html`<form class="dialog-form" @submit=${answer}>
        <h2 id="dialog-title">${title}</h2>
        <p>${text}</p>
        <div class="dialog-actions">
          <button value="no" autofocus>Cancel</button>
          <button value="yes" class=${danger ? 'danger' : 'primary'}>${yes}</button>
        </div>
      </form>`,
      () => resolve(false),
    );
  });
}

/** Opens a dialog; where `cancelled` is given, it can be left with Escape. */
function open(content, cancelled) {
  const host = document.createElement('div');
  place().append(host);
  const escape = (event) => {
    event.preventDefault();
    if (cancelled) {
      close();
      cancelled();
    }
  };
  render(html`<dialog class="dialog" aria-labelledby="dialog-title" @cancel=${escape}>${content}</dialog>`, host);
  const before = document.activeElement;
  const close = () => {
    host.querySelector('dialog').close();
    host.remove();
    before?.focus?.();
  };
  host.querySelector('dialog').showModal();
  return close;
}
