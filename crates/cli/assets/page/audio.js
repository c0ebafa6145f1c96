"use strict";

/** The bytes of a WAV file that the page holds in base64. */
function embedded(id) {
  const element = document.getElementById(id);
  const text = atob(element.textContent);
  element.remove(); // It is large, and decoded only once.
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
}

/** Both recordings as audio buffers at their own sample rate where the browser knows it. */
async function decode(facts) {
  let context;
  try {
    context = new OfflineAudioContext(facts.channels, 1, facts.sample_rate_hz);
  } catch {
    context = new OfflineAudioContext(facts.channels, 1, 48000);
  }
  const [before, after] = await Promise.all(
    ["before-wav", "after-wav"].map((id) => context.decodeAudioData(embedded(id))));
  return { before, after, difference: difference(before, after) };
}

/** Sample by sample, after − before. */
function difference(before, after) {
  const { numberOfChannels, length, sampleRate } = before;
  const result = new AudioBuffer({ numberOfChannels, length, sampleRate });
  for (let channel = 0; channel < numberOfChannels; channel++) {
    const [a, b] = [before, after].map((buffer) => buffer.getChannelData(channel));
    const c = result.getChannelData(channel);
    for (let i = 0; i < length; i++) c[i] = b[i] - a[i];
  }
  return result;
}

/** Highest absolute samples of `columns` equal parts of a buffer, over all channels. */
function peaks(buffer, columns) {
  const result = new Float32Array(columns);
  for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
    const samples = buffer.getChannelData(channel);
    for (let i = 0; i < samples.length; i++) {
      const column = Math.floor((i * columns) / samples.length);
      result[column] = Math.max(result[column], Math.abs(samples[i]));
    }
  }
  return result;
}

/** A gain in dB as a factor. */
function factor(db) {
  return 10 ** (db / 20);
}
