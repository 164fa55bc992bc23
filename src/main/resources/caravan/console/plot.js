/* Small plots over the last minutes, drawn by uPlot. */

import uPlot from './lib/uplot/dist/uPlot.esm.js';
import { clock } from './format.js';

const DARK = window.matchMedia('(prefers-color-scheme: dark)');

/**
 * <caravan-plot>: a line over time. Properties: `times` (epoch milliseconds), `values` (numbers or null), `unit` (a function that
 * writes a value), `label` (what is plotted), `small` (without axes).
 */
class PlotElement extends HTMLElement {
  times = [];
  values = [];
  unit = String;
  label = '';
  small = false;
  #plot = null;
  #sizes = new ResizeObserver(() => this.#resize());
  #redraw = () => this.#remake();

  connectedCallback() {
    this.setAttribute('role', 'img');
    this.#sizes.observe(this);
    DARK.addEventListener('change', this.#redraw);
    this.draw();
  }

  disconnectedCallback() {
    this.#sizes.disconnect();
    DARK.removeEventListener('change', this.#redraw);
    this.#plot?.destroy();
    this.#plot = null;
  }

  /** All at once, as the parts belong together. */
  set series({ times, values, unit, label, small = false }) {
    Object.assign(this, { times, values, unit, label, small });
    if (this.isConnected) {
      this.draw();
    }
  }

  draw() {
    this.setAttribute('aria-label', this.#words());
    const data = [this.times.map((time) => time / 1000), this.values];
    if (this.#plot) {
      this.#plot.setData(data);
    } else if (this.clientWidth > 0) {
      this.#plot = new uPlot(this.#options(), data, this);
    }
  }

  #words() {
    const known = this.values.filter((value) => value !== null);
    return known.length === 0
      ? `${this.label}: nothing seen yet`
      : `${this.label}: now ${this.unit(known.at(-1))}, at most ${this.unit(Math.max(...known))} since ${clock(this.times[0])}`;
  }

  #remake() {
    this.#plot?.destroy();
    this.#plot = null;
    this.draw();
  }

  #resize() {
    if (this.#plot) {
      this.#plot.setSize({ width: this.clientWidth, height: this.#height() });
    } else {
      this.draw();
    }
  }

  #height() {
    return this.small ? 36 : 190;
  }

  #options() {
    const style = getComputedStyle(this);
    const colour = (name) => style.getPropertyValue(name).trim();
    const line = {
      stroke: colour('--accent'),
      fill: colour('--accent-faint'),
      width: 1.5,
      points: { show: false },
      spanGaps: false,
    };
    const axis = {
      stroke: colour('--muted'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
      font: `11px ${style.fontFamily}`,
    };
    return {
      width: this.clientWidth,
      height: this.#height(),
      padding: this.small ? [3, 0, 3, 0] : [10, 28, 0, 0],
      cursor: { show: !this.small, y: false, drag: { x: false, y: false } },
      legend: { show: false },
      scales: { y: { range: (_, low, high) => [0, Math.max(high ?? 0, 1) * 1.1] } },
      series: [{}, line],
      axes: this.small
        ? [{ show: false }, { show: false }]
        : [
            { ...axis, size: 26, space: 90, values: (_, seconds) => seconds.map((second) => clock(second * 1000)) },
            { ...axis, size: 74, space: 40, values: (_, values) => values.map((value) => this.unit(value)) },
          ],
    };
  }
}

customElements.define('caravan-plot', PlotElement);
