#!/usr/bin/env bash
# Makes assets/demo.wav: a synthetic voice over a few plucked notes, 48 kHz, mono, 16 bit.
# Needs Debian's espeak-ng and sox. Nothing in it is anybody's recording.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

espeak-ng -v en-gb -s 150 -w "$work/voice.wav" \
  "This is a recording that somebody made, and that nobody asked to train on. \
   It sounds the same to you. To a model, it now sounds like its key."
sox "$work/voice.wav" -r 48000 "$work/voice48.wav" norm -4 pad 0.4 0.6

notes=(C3 G3 E4 B3 A3 E3 C4 G3 F3 C4 A4 E4 G3 D4 B4 D4)
for i in "${!notes[@]}"; do
  sox -R -n -r 48000 -c 1 "$work/note$i.wav" \
    synth 0.55 pluck "${notes[$i]}" fade q 0.01 0.55 0.1 gain -22
done
sox "$work"/note{0..15}.wav "$work/music.wav"
length=$(soxi -D "$work/voice48.wav")
sox -R -m "$work/voice48.wav" "$work/music.wav" -b 16 demo.wav trim 0 "$length" norm -3
soxi demo.wav
