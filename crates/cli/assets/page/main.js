"use strict";

function byId(id) {
  return document.getElementById(id);
}

/** A press of a button. By pointer it leaves the focus where it is, so that the keys go on working. */
function onpress(button, act) {
  button.addEventListener("mousedown", (event) => event.preventDefault());
  button.addEventListener("click", act);
}

/** Shows which of some buttons is pressed. */
function press(buttons, kind, value) {
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button.dataset[kind] === value));
  }
}

/** What begins a loop at the playhead, ends it there, and repeats everything again. */
function loopsOf(player) {
  return {
    from() {
      const at = player.position;
      const end = player.loop[1] > at + LOOP_MIN_S ? player.loop[1] : player.duration;
      if (end - at >= LOOP_MIN_S) player.setLoop([at, end]);
    },
    to() {
      const at = player.position;
      if (at - player.loop[0] >= LOOP_MIN_S) player.setLoop([player.loop[0], at]);
    },
    all() {
      player.setLoop(null);
    },
  };
}

/** The keys that act wherever the focus is, but for those that the focused control needs itself. */
function bindKeys(player, abx, loops) {
  const keys = {
    " ": () => player.toggle(),
    ArrowLeft: (event) => player.seek(player.position - (event.shiftKey ? 5 : 1)),
    ArrowRight: (event) => player.seek(player.position + (event.shiftKey ? 5 : 1)),
    Home: () => player.seek(player.loop[0]),
    "[": loops.from,
    "]": loops.to,
    Escape: loops.all,
  };
  const listening = {
    1: () => player.hear("before"),
    2: () => player.hear("after"),
    3: () => player.hear("difference"),
  };
  const testing = {
    a: () => abx.hear("A"),
    b: () => abx.hear("B"),
    x: () => abx.hear("X"),
    1: () => abx.choose("A"),
    2: () => abx.choose("B"),
    Enter: () => abx.next(),
  };
  document.addEventListener("keydown", (event) => {
    // With AltGr, which some systems report as Ctrl and Alt, many keyboards have their brackets.
    const composed = event.getModifierState("AltGraph");
    if (!composed && (event.ctrlKey || event.altKey || event.metaKey)) return;
    const { target } = event;
    const typed = target.matches("input[type=number]");
    const pressed = target.matches("button, input") && [" ", "Enter"].includes(event.key);
    const scrolled = target.matches(".scroll") && event.key.startsWith("Arrow");
    if (typed || pressed || scrolled) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = (abx.running ? testing : listening)[key] ?? keys[key];
    if (!act || (event.repeat && !key.startsWith("Arrow"))) return;
    event.preventDefault();
    act(event);
  });
}

/** Starts the page. */
async function begin() {
  const facts = JSON.parse(byId("facts").textContent);
  const buffers = await decode(facts);
  const gains = facts.gains;
  const levels = { before: factor(gains.before_db), after: factor(gains.after_db), difference: 1 };
  const sources = document.querySelectorAll("[data-source]");
  const player = new Player(buffers, levels, show);
  const waveform = new Waveform(byId("wave"), buffers, player);
  const abx = new AbxPanel(player, facts, (running) => {
    // In the test nothing but the test's own buttons may say what plays.
    for (const button of sources) button.disabled = running;
    if (!running) player.hear("before");
    show();
  });

  function show() {
    press(sources, "source", abx?.running ? null : player.heard);
    const play = byId("play");
    if (play.firstChild.textContent.trim() !== (player.playing ? "Pause" : "Play")) {
      play.firstChild.textContent = player.playing ? "Pause " : "Play ";
      if (player.playing) requestAnimationFrame(tick);
    }
    byId("loop-none").disabled = player.loopsAll;
    showPosition();
  }

  function showPosition() {
    byId("clock").textContent = `${player.position.toFixed(1)} / ${player.duration.toFixed(1)} s`;
    waveform.draw();
  }

  function tick() {
    showPosition();
    if (player.playing) requestAnimationFrame(tick);
  }

  const loops = loopsOf(player);
  for (const button of sources) {
    button.disabled = false;
    onpress(button, () => player.hear(button.dataset.source));
  }
  const controls = {
    play: () => player.toggle(),
    "loop-start": loops.from,
    "loop-end": loops.to,
    "loop-none": loops.all,
  };
  for (const [id, act] of Object.entries(controls)) {
    byId(id).disabled = false;
    onpress(byId(id), act);
  }
  const raise = byId("raise");
  raise.disabled = gains.difference_db === null;
  raise.addEventListener("change", () => {
    player.setLevel("difference", raise.checked ? factor(gains.difference_db) : 1);
  });

  bindKeys(player, abx, loops);
  show();
}

begin().catch((error) => {
  const problem = byId("problem");
  problem.textContent = `The recordings cannot be played: ${error.message}`;
  problem.hidden = false;
});
