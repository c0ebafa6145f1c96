"use strict";

/** Columns that levels are kept in; those of the screen are made of them. */
const COLUMNS = 2000;
/** A drag shorter than this, in CSS pixels, is a click. */
const CLICK_PX = 5;
/** Shortest loop in seconds. */
const LOOP_MIN_S = 0.1;

/** Level over time, the playhead and the loop; a slider for the keyboard, clicks and drags for the pointer. */
class Waveform {
  #element;
  #canvas;
  #player;
  #levels;
  #drag = null;

  constructor(element, buffers, player) {
    this.#element = element;
    this.#canvas = element.querySelector("canvas");
    this.#player = player;
    this.#levels = {
      before: peaks(buffers.before, COLUMNS),
      difference: peaks(buffers.difference, COLUMNS),
    };
    element.setAttribute("aria-valuemax", player.duration.toFixed(1));
    element.addEventListener("pointerdown", (event) => this.#press(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    element.addEventListener("pointerup", (event) => this.#release(event));
    element.addEventListener("pointercancel", () => { this.#drag = null; this.draw(); });
    new ResizeObserver(() => this.draw()).observe(element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  draw() {
    const canvas = this.#canvas;
    const { clientWidth: width, clientHeight: height } = canvas;
    const scale = devicePixelRatio || 1;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    const style = getComputedStyle(this.#element);
    const colour = (name) => style.getPropertyValue(`--${name}`);
    const x = (seconds) => (seconds / this.#player.duration) * width;

    const [from, to] = this.#selection();
    if (from > 0 || to < this.#player.duration) {
      context.fillStyle = colour("line");
      context.fillRect(x(from), 0, Math.max(1, x(to) - x(from)), height);
    }
    const loudest = this.#levels.before.reduce((a, b) => Math.max(a, b), 1e-9);
    for (const name of ["before", "difference"]) {
      context.fillStyle = colour(name);
      this.#bars(context, this.#levels[name], loudest, width, height);
    }
    context.fillStyle = colour("ink");
    context.fillRect(Math.round(x(this.#player.position)) - 1, 0, 2, height);
    this.#say();
  }

  #bars(context, levels, loudest, width, height) {
    for (let column = 0; column < width; column++) {
      const first = Math.floor((column * COLUMNS) / width);
      const end = Math.max(first + 1, Math.floor(((column + 1) * COLUMNS) / width));
      let level = 0;
      for (let i = first; i < end; i++) level = Math.max(level, levels[i]);
      if (level > 0) {
        const half = Math.max(0.5, (Math.min(1, level / loudest) * height * 0.94) / 2);
        context.fillRect(column, height / 2 - half, 1, 2 * half);
      }
    }
  }

  #say() {
    const { position, duration } = this.#player;
    this.#element.setAttribute("aria-valuenow", position.toFixed(1));
    const text = `${position.toFixed(1)} of ${duration.toFixed(1)} seconds`;
    this.#element.setAttribute("aria-valuetext", text);
  }

  #selection() {
    return this.#drag?.moved ? [...this.#drag.part].sort((a, b) => a - b) : this.#player.loop;
  }

  #seconds(event) {
    const box = this.#canvas.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    return share * this.#player.duration;
  }

  #press(event) {
    if (event.button !== 0) return;
    const at = this.#seconds(event);
    this.#element.setPointerCapture(event.pointerId);
    this.#drag = { x: event.clientX, part: [at, at], moved: false };
  }

  #move(event) {
    if (!this.#drag) return;
    this.#drag.part[1] = this.#seconds(event);
    this.#drag.moved ||= Math.abs(event.clientX - this.#drag.x) >= CLICK_PX;
    this.draw();
  }

  #release() {
    if (!this.#drag) return;
    const { moved, part: [at] } = this.#drag;
    const [from, to] = this.#selection();
    this.#drag = null;
    if (moved && to - from >= LOOP_MIN_S) this.#player.setLoop([from, to]);
    else this.#player.seek(at);
  }
}
