/* What the console uses of lit-html: templates in which every value is text, never markup. */
export { html, svg, noChange, nothing, render } from './lib/lit-html/lit-html.js';
export { keyed } from './lib/lit-html/directives/keyed.js';
export { live } from './lib/lit-html/directives/live.js';
export { repeat } from './lib/lit-html/directives/repeat.js';
