"use strict";

/** A blind test. It knows nothing of the page; `X` of the present trial is known to nobody else. */
class AbxTest {
  #x = [];
  #answers = [];

  constructor(count) {
    this.count = count;
    this.begun = new Date();
    this.#draw();
  }

  /** Number of the present trial, from 1. */
  get trial() { return this.#answers.length + 1; }
  get done() { return this.#answers.length === this.count; }

  /** Whether a letter, A, B or X, stands for A or B in this trial. */
  standsFor(letter) {
    return letter === "X" ? this.#x.at(-1) : letter;
  }

  /** Notes an answer and draws the next X. */
  answer(letter) {
    this.#answers.push(letter);
    if (!this.done) this.#draw();
  }

  /** Everything, once all is answered. */
  get result() {
    if (!this.done) return null;
    const trials = this.#answers.map((answer, i) => ({ x: this.#x[i], answer, hit: answer === this.#x[i] }));
    const hits = trials.filter((trial) => trial.hit).length;
    return { hits, trials, p: chanceOfGuessing(hits, this.count) };
  }

  #draw() {
    this.#x.push(coin() ? "B" : "A");
  }
}

/** The test's part of the page. */
class AbxPanel {
  #player;
  #facts;
  #test = null;
  #letter = null;
  #answer = null;

  /** `onrun` is called with whether a test runs, when that changes. */
  constructor(player, facts, onrun) {
    this.#player = player;
    this.#facts = facts;
    this.onrun = onrun;
    const form = byId("abx-form");
    form.querySelector("button").disabled = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#start(Math.round(byId("abx-count").valueAsNumber));
    });
    for (const button of this.#buttons("letter")) onpress(button, () => this.hear(button.dataset.letter));
    for (const button of this.#buttons("answer")) onpress(button, () => this.choose(button.dataset.answer));
    onpress(byId("abx-next"), () => this.next());
    onpress(byId("abx-stop"), () => this.#leave("Stopped. A test that was not finished has no result."));
    onpress(byId("abx-again"), () => this.#leave(""));
    onpress(byId("abx-save"), () => this.#save());
  }

  get running() { return this.#test !== null && !this.#test.done; }

  /** Plays A, B or X. */
  hear(letter) {
    this.#letter = letter;
    this.#player.hear(this.#test.standsFor(letter) === "A" ? "before" : "after");
    press(this.#buttons("letter"), "letter", letter);
    if (!this.#player.playing) this.#player.play();
  }

  choose(letter) {
    this.#answer = letter;
    press(this.#buttons("answer"), "answer", letter);
    byId("abx-next").disabled = false;
  }

  next() {
    if (!this.#answer) {
      byId("abx-status").textContent = "Answer first: 1 if X is A, 2 if X is B.";
      return;
    }
    this.#test.answer(this.#answer);
    if (this.#test.done) this.#finish();
    else this.#ask();
  }

  #start(count) {
    this.#test = new AbxTest(count);
    this.#show("abx-test");
    this.onrun(true);
    this.#ask();
    byId("abx-trial").focus();
  }

  #ask() {
    this.#answer = null;
    press(this.#buttons("answer"), "answer", null);
    byId("abx-next").disabled = true;
    byId("abx-trial").textContent = `Trial ${this.#test.trial} of ${this.#test.count}`;
    byId("abx-status").textContent = "";
    // Always the same one first, so that a trial says nothing about the one before.
    this.hear("A");
  }

  #finish() {
    const { hits, trials, p } = this.#test.result;
    const said = `${hits} of ${trials.length} right, p = ${probability(p)}`;
    byId("abx-hits").textContent = said;
    byId("abx-meaning").textContent =
      `By guessing alone, at least ${hits} of ${trials.length} are right with this probability. ` +
      "A large p does not show that there is nothing to hear, only that this test did not find it.";
    const items = trials.map(({ x, answer, hit }, i) => {
      const item = document.createElement("li");
      item.className = hit ? "hit" : "miss";
      item.textContent = `${i + 1}: X was ${x}, you said ${answer} ${hit ? "✓" : "✗"}`;
      return item;
    });
    byId("abx-list").replaceChildren(...items);
    byId("abx-status").textContent = "";
    this.#player.pause();
    this.#show("abx-result");
    this.onrun(false);
    byId("abx-hits").focus();
  }

  #leave(said) {
    this.#test = null;
    this.#show("abx-intro");
    byId("abx-status").textContent = said;
    this.#player.pause();
    this.onrun(false);
    byId("abx-title").focus();
  }

  #show(part) {
    for (const id of ["abx-intro", "abx-test", "abx-result"]) byId(id).hidden = id !== part;
  }

  #save() {
    const { before, after, excerpt, gains, sample_rate_hz } = this.#facts;
    const { hits, trials, p } = this.#test.result;
    const file = {
      kind: "patchveil abx",
      version: 1,
      date: this.#test.begun.toISOString(),
      a: before,
      b: after,
      sample_rate_hz,
      excerpt,
      levels: { matched_by: gains.basis, a_db: gains.before_db, b_db: gains.after_db },
      count: trials.length,
      hits,
      p,
      trials,
    };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2) + "\n"], { type: "application/json" }));
    link.download = `abx-${file.date.slice(0, 19).replaceAll(":", "-")}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  #buttons(kind) {
    return document.querySelectorAll(`[data-${kind}]`);
  }
}
