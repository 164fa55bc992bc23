/* Questions in front of the page: for the token, and before what can't be undone. */

import { html, nothing, render } from './lit.js';

/** What can be sent in a header. */
const TOKEN = /^[\x20-\x7e]+$/;

const place = () => document.getElementById('dialogs');

/** Asks for the API's token until one is given. */
export function askForToken(wrong) {
  return new Promise((resolve) => {
    const given = (event) => {
      event.preventDefault();
      const input = event.target.elements.token;
      const token = input.value.trim();
      if (TOKEN.test(token)) {
        close();
        resolve(token);
      } else {
        input.setCustomValidity('A token has letters, digits and signs of ASCII only.');
        input.reportValidity();
      }
    };
    const close = open(
      html`<form class="dialog-form" @submit=${given}>
        <h2 id="dialog-title">This service asks for a token</h2>
        <p>It is the value of <code>CARAVAN_HTTP_TOKEN</code>. It stays in this tab, and is forgotten when the tab is closed.</p>
        ${wrong ? html`<p class="field-problem" role="alert">That token is not the right one.</p>` : nothing}
        <div class="field">
          <label for="token">Token</label>
          <input id="token" name="token" type="password" autocomplete="current-password" required autofocus
            @input=${(event) => event.target.setCustomValidity('')}>
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
  const leave = () => {
    if (cancelled) {
      close();
      cancelled();
    } else if (!dialog.open) {
      dialog.showModal();
    }
  };
  const escape = (event) => {
    event.preventDefault();
    leave();
  };
  // Where Escape is pressed again and again, a browser closes it without asking.
  const closed = () => {
    if (host.isConnected) {
      leave();
    }
  };
  render(html`<dialog class="dialog" aria-labelledby="dialog-title" @cancel=${escape} @close=${closed}>${content}</dialog>`, host);
  const dialog = host.querySelector('dialog');
  const before = document.activeElement;
  const close = () => {
    dialog.close();
    host.remove();
    before?.focus?.();
  };
  dialog.showModal();
  return close;
}
