"use strict";

/** Length of a change from one recording to another, in seconds: too short for a gap, too long for a click. */
const FADE_S = 0.008;
/** How far ahead playing is scheduled, so that all recordings start at the same sample. */
const AHEAD_S = 0.03;

/**
 * Plays recordings of one length in step, of which one is heard. All of them run all the time, so a change is
 * nothing but two gains that move; the playhead stays.
 */
class Player {
  #buffers;
  #levels;
  #heard;
  #context = null;
  #run = null;
  #rest = 0; // The playhead while nothing plays.
  #loop;

  /** `buffers` and `levels` (factors) by name; `onchange` is called when anything but the playhead changes. */
  constructor(buffers, levels, onchange) {
    this.#buffers = buffers;
    this.#levels = { ...levels };
    this.#heard = Object.keys(buffers)[0];
    this.duration = buffers[this.#heard].duration;
    this.#loop = [0, this.duration];
    this.onchange = onchange;
  }

  get playing() { return this.#run !== null; }
  get heard() { return this.#heard; }
  get loop() { return this.#loop; }
  get loopsAll() { return this.#loop[0] === 0 && this.#loop[1] === this.duration; }

  /** The playhead in seconds. */
  get position() {
    if (!this.#run) return this.#rest;
    const { when, offset, loop: [from, to] } = this.#run;
    const at = offset + Math.max(0, this.#context.currentTime - when);
    return at < to ? at : from + ((at - from) % (to - from));
  }

  async play() {
    this.#context ??= this.#open();
    await this.#context.resume();
    if (!this.#run) this.#start(this.#rest);
    this.onchange();
  }

  pause() {
    this.#rest = this.position;
    this.#stop();
    this.onchange();
  }

  toggle() {
    return this.playing ? this.pause() : this.play();
  }

  /** Moves the playhead; outside the loop it ends the loop. */
  seek(seconds) {
    const at = Math.min(Math.max(seconds, 0), this.duration - 0.001);
    if (at < this.#loop[0] || at >= this.#loop[1]) this.#loop = [0, this.duration];
    this.#moveTo(at);
  }

  /** Repeats a part; null repeats everything. */
  setLoop(part) {
    const at = this.position;
    this.#loop = part ?? [0, this.duration];
    const [from, to] = this.#loop;
    this.#moveTo(at >= from && at < to ? at : from);
  }

  /** Makes another recording the one that is heard. */
  hear(name) {
    this.#heard = name;
    this.#fade();
    this.onchange();
  }

  setLevel(name, level) {
    this.#levels[name] = level;
    this.#fade();
  }

  #open() {
    const { sampleRate } = this.#buffers[this.#heard];
    try {
      return new AudioContext({ sampleRate });
    } catch {
      return new AudioContext(); // Which converts the rate while it plays.
    }
  }

  #moveTo(at) {
    this.#rest = at;
    if (this.#run) {
      this.#stop();
      this.#start(at);
    }
    this.onchange();
  }

  #start(offset) {
    const context = this.#context;
    const when = context.currentTime + AHEAD_S;
    const envelope = new GainNode(context, { gain: 0 });
    envelope.gain.setValueAtTime(0, when);
    envelope.gain.linearRampToValueAtTime(1, when + FADE_S);
    envelope.connect(context.destination);
    const [loopStart, loopEnd] = this.#loop;
    const voices = Object.entries(this.#buffers).map(([name, buffer]) => {
      const gate = new GainNode(context, { gain: this.#gainOf(name) });
      const source = new AudioBufferSourceNode(context, { buffer, loop: true, loopStart, loopEnd });
      source.connect(gate).connect(envelope);
      source.start(when, offset);
      return { name, source, gate };
    });
    this.#run = { when, offset, loop: this.#loop, envelope, voices };
  }

  #stop() {
    if (!this.#run) return;
    const { envelope, voices } = this.#run;
    const now = this.#context.currentTime;
    ramp(envelope.gain, 0, now);
    for (const { source } of voices) source.stop(now + FADE_S);
    voices[0].source.onended = () => envelope.disconnect();
    this.#run = null;
  }

  #fade() {
    for (const { name, gate } of this.#run?.voices ?? []) {
      ramp(gate.gain, this.#gainOf(name), this.#context.currentTime);
    }
  }

  #gainOf(name) {
    return name === this.#heard ? this.#levels[name] : 0;
  }
}

/** Moves a gain from where it is. */
function ramp(gain, to, now) {
  const from = gain.value;
  gain.cancelScheduledValues(now);
  gain.setValueAtTime(from, now);
  gain.linearRampToValueAtTime(to, now + FADE_S);
}
