/* Small templates that views share. */

import { html, nothing } from './lit.js';
import { isTime, localSecond, localTime, utc } from './format.js';

/** A time in the viewer's zone, with UTC on hover. */
export function time(moment, { exact = false } = {}) {
  if (!isTime(moment)) {
    return html`<span class="none">–</span>`;
  }
  const shown = exact ? localTime(moment) : localSecond(moment);
  return html`<time class="time" datetime=${utc(moment)} title="${utc(moment)} (UTC)">${shown}</time>`;
}

/** From a time to another. */
export function range(from, to) {
  return isTime(from) || isTime(to)
    ? html`<span class="range">${time(from)} <span class="muted">to</span> ${time(to)}</span>`
    : html`<span class="none">–</span>`;
}

const TONES = {
  running: 'good',
  finished: 'good',
  ok: 'good',
  done: 'good',
  retrying: 'warning',
  paused: 'quiet',
  stopped: 'quiet',
  cancelled: 'quiet',
  attention: 'warning',
  warning: 'warning',
  failed: 'bad',
  failure: 'bad',
  damage: 'bad',
};

/** A state, in its colour and in words. */
export function state(name, shown = name) {
  return badge(TONES[name] ?? 'quiet', shown);
}

/** @param tone good, warning, bad, info or quiet */
export function badge(tone, text) {
  return html`<span class="badge ${tone}"><span class="dot" aria-hidden="true"></span>${text}</span>`;
}

export function loadingState(what) {
  return html`<div class="state loading" role="status">
    <span class="spinner" aria-hidden="true"></span><span>${what}…</span>
  </div>`;
}

/** @param empty title, text, and where to go from here (action) */
export function emptyState({ title, text, action = nothing }) {
  return html`<div class="state empty">
    <svg class="state-sign" viewBox="0 0 48 32" aria-hidden="true" focusable="false">
      <rect x="1" y="2" width="20" height="7" rx="2"></rect>
      <rect x="24" y="2" width="23" height="7" rx="2"></rect>
      <rect x="1" y="12.5" width="30" height="7" rx="2"></rect>
      <rect x="34" y="12.5" width="13" height="7" rx="2"></rect>
      <rect x="1" y="23" width="46" height="7" rx="2"></rect>
    </svg>
    <p class="state-title">${title}</p>
    ${text ? html`<p class="muted">${text}</p>` : nothing}
    ${action === nothing ? nothing : html`<p>${action}</p>`}
  </div>`;
}

/** Why something is not shown, and what can be done. */
export function problemState(problem, again) {
  return html`<div class="state problem" role="alert">
    ${problemText(problem)}
    ${again ? html`<p><button type="button" @click=${again}>Try again</button></p>` : nothing}
  </div>`;
}

export function problemText(problem) {
  return html`<p class="state-title">${sentence(problem.message)}</p>
    ${problem.hint ? html`<p class="muted">${sentence(problem.hint)}</p>` : nothing}`;
}

/** A line about something to look at. */
export function notice(tone, text, hint, more = nothing) {
  return html`<div class="notice ${tone}">
    <div>
      <p><strong class="notice-word">${{ bad: 'Problem', warning: 'Attention', info: 'Note', good: 'Good' }[tone]}</strong> ${text}</p>
      ${hint ? html`<p class="notice-hint">${hint}</p>` : nothing}
    </div>
    ${more}
  </div>`;
}

/** Name and value pairs. */
export function facts(pairs) {
  return html`<dl class="facts">
    ${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

/** A part of a view, with a heading. */
export function section(heading, content, { aside = nothing, id = heading.toLowerCase().replace(/[^a-z0-9]+/g, '-') } = {}) {
  return html`<section class="section" aria-labelledby="h-${id}">
    <div class="section-head">
      <h2 id="h-${id}">${heading}</h2>
      ${aside === nothing ? nothing : html`<div class="section-aside">${aside}</div>`}
    </div>
    ${content}
  </section>`;
}

/** The heading of a view: what it is, and what can be done. */
export function heading(title, { trail = nothing, mark = nothing, text = nothing, actions = nothing } = {}) {
  return html`<header class="view-head">
    <div class="view-title">
      ${trail === nothing ? nothing : html`<nav class="trail" aria-label="Breadcrumb">${trail}</nav>`}
      <h1 tabindex="-1">${title}${mark === nothing ? nothing : html` <span class="title-mark">${mark}</span>`}</h1>
      ${text === nothing ? nothing : html`<p class="muted lead">${text}</p>`}
    </div>
    ${actions === nothing ? nothing : html`<div class="actions">${actions}</div>`}
  </header>`;
}

/**
 * A table; on narrow screens each row is a card, with the columns' names beside the values.
 *
 * @param columns {title, cell(row), number (right-aligned), main (the row's name)}
 */
export function table(label, columns, rows, { sort, sortBy } = {}) {
  return html`<table class="table" aria-label=${label}>
    <thead>
      <tr>${columns.map((column) => head(column, sort, sortBy))}</tr>
    </thead>
    <tbody>
      ${rows.map((row) => html`<tr>${columns.map((column) => cell(column, row))}</tr>`)}
    </tbody>
  </table>`;
}

function head(column, sort, sortBy) {
  const style = column.number ? 'number' : '';
  if (!sort || !column.sort) {
    return html`<th scope="col" class=${style}>${column.title}</th>`;
  }
  const sorted = sort.by === column.sort;
  return html`<th scope="col" class=${style} aria-sort=${sorted ? (sort.down ? 'descending' : 'ascending') : 'none'}>
    <button type="button" class="sort" @click=${() => sortBy(column.sort)}>
      ${column.title}<span class="sort-sign" aria-hidden="true">${sorted ? (sort.down ? '▼' : '▲') : ''}</span>
    </button>
  </th>`;
}

function cell(column, row) {
  const style = `${column.number ? 'number' : ''} ${column.main ? 'main' : ''} ${column.style ?? ''}`;
  return column.main
    ? html`<th scope="row" class=${style} data-label=${column.title}>${column.cell(row)}</th>`
    : html`<td class=${style} data-label=${column.title}>${column.cell(row)}</td>`;
}

/** A labelled field. */
export function field(label, control, { hint, id, problem } = {}) {
  return html`<div class="field ${problem ? 'wrong' : ''}">
    <label for=${id}>${label}</label>
    ${control}
    ${hint ? html`<p class="field-hint" id="${id}-hint">${hint}</p>` : nothing}
    ${problem ? html`<p class="field-problem" id="${id}-problem">${problem}</p>` : nothing}
  </div>`;
}

/** A choice that can be made or not, with what it does. */
export function choice(label, { id, checked, change, hint, danger = false, disabled = false }) {
  return html`<div class="choice ${danger ? 'danger' : ''}">
    <input type="checkbox" id=${id} .checked=${checked} ?disabled=${disabled} aria-describedby=${hint ? `${id}-hint` : nothing}
      @change=${(event) => change(event.target.checked)}>
    <div>
      <label for=${id}>${label}</label>
      ${hint ? html`<p class="field-hint" id="${id}-hint">${hint}</p>` : nothing}
    </div>
  </div>`;
}

/** One of a few, as buttons side by side. */
export function segments(label, name, options, chosen, choose) {
  return html`<fieldset class="segments">
    <legend>${label}</legend>
    <div class="segments-row">
      ${options.map(
        ([value, text]) => html`<label class="segment">
          <input type="radio" name=${name} value=${value} .checked=${value === chosen} @change=${() => choose(value)}>
          <span>${text}</span>
        </label>`,
      )}
    </div>
  </fieldset>`;
}

/** Text to copy. */
export function copyable(text, label, copied) {
  return html`<div class="copyable">
    <pre class="code" tabindex="0" role="region" aria-label=${label}>${text}</pre>
    <button type="button" class="copy" @click=${() => copy(text, copied)}>Copy</button>
  </div>`;
}

async function copy(text, copied) {
  try {
    await navigator.clipboard.writeText(text);
    copied('Copied');
  } catch {
    copied('Copying is not allowed here: select the text and copy it');
  }
}

/** How far something is, from 0 to 1. */
export function progress(label, part) {
  return html`<progress class="progress" max="1" .value=${Math.min(1, Math.max(0, part))} aria-label=${label}></progress>`;
}

/** The API's words begin small and end without a full stop, as they come behind `error:`. */
export function sentence(text) {
  return ended(text.charAt(0).toUpperCase() + text.slice(1));
}

/** The same of words that may begin with a name, which stays as it is. */
export function ended(text) {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
