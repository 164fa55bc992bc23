/* Addresses of views: #/topics/orders?timeline=newest. Parts and values are encoded, so that any name can be one. */

/** What the address says now: its parts, and its query by name. */
export function here() {
  const hash = location.hash.replace(/^#\/?/, '');
  const [path, query = ''] = hash.split(/\?(.*)/s);
  return {
    parts: path.split('/').filter((part) => part !== '').map(decoded),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** The address of a view; values of the query that are null, undefined or empty are left out. */
export function to(parts, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const search = new URLSearchParams(given).toString();
  return `#/${parts.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`;
}

/** Goes there. */
export function go(parts, query) {
  location.hash = to(parts, query);
}

/** Changes the query of the view that is shown, so that it can be kept as a link; nothing is loaded anew. */
export function keep(parts, query) {
  history.replaceState(null, '', to(parts, query));
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
