/* The same task as a file: YAML or XML, to copy. */

import { html, nothing } from './lit.js';
import { copyable, problemText } from './ui.js';

const FORMATS = [['yaml', 'YAML'], ['xml', 'XML']];

/**
 * @param loaded what is loaded of the file
 * @param format yaml or xml
 */
export function routeFile(loaded, format, choose, copied) {
  return html`<div class="route-file">
    <div class="ways" role="group" aria-label="Format of the file">
      ${FORMATS.map(
        ([value, text]) => html`<button type="button" class="small" aria-pressed=${value === format ? 'true' : 'false'} @click=${() => choose(value)}>${text}</button>`,
      )}
    </div>
    ${loaded?.value !== undefined ? copyable(loaded.value, 'The task as a file', copied) : loaded?.problem ? html`<div class="notice warning">${problemText(loaded.problem)}</div>` : nothing}
  </div>`;
}
