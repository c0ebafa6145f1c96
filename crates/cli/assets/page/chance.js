"use strict";

/** A fair coin. */
function coin() {
  return crypto.getRandomValues(new Uint8Array(1))[0] % 2 === 1;
}

/** The chance that `trials` guesses have at least `hits` right: one-sided, binomial, exact. */
function chanceOfGuessing(hits, trials) {
  let ways = 1n; // C(trials, right), from C(trials, trials) down
  let atLeast = 0n;
  for (let right = trials; right >= hits; right--) {
    atLeast += ways;
    ways = (ways * BigInt(right)) / BigInt(trials - right + 1);
  }
  return Number(atLeast) / Number(1n << BigInt(trials));
}

/** A probability with two digits. */
function probability(p) {
  return p < 0.001 ? p.toExponential(1) : p.toPrecision(2);
}
