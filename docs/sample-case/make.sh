#!/bin/sh
# Makes the sample case again: docs/sample-case/make.sh, from the root of the repository. Needs openssl.
#
# Everything in it is real but for the parties: a throw-away key, a synthetic voice of our own, a “model” that learns no
# more than the mean spectrum of its training audio (crates/cli/examples/sample_case.rs), a time-stamping authority made
# on the spot.
set -eu
root=$(pwd)
cargo build -p patchveil --bin patchveil --example sample_case
patchveil="$root/target/debug/patchveil"
sample="$root/target/debug/examples/sample_case"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export PATCHVEIL_KEYRING="$work/keyring"

# What the owner publishes.
mkdir published output new-output
"$patchveil" key new "Sample voice"
"$sample" voice 1 900 voice.wav
"$patchveil" protect voice.wav --key "Sample voice" -o published/voice.wav
"$patchveil" case open "SAMPLE: Sample voice against Nobody Ltd" --key "Sample voice" -o sample
cat > about-this-sample.txt <<'TEXT'
This is a sample. Nobody did what it says. The voice is synthetic; the model is no more than the mean spectrum of its
training audio, with noise through it; key and time-stamping authority were made for this sample. The figures are those
that the commands gave in one run with a random key. Other keys gave other figures, and with less training audio a key was once not
found: take them for how a report looks, not for how often a trace is found.
TEXT
"$patchveil" case add sample about-this-sample.txt \
  --note "This is a SAMPLE: a synthetic voice, a toy in place of a model, and a throw-away key. The figures are real."
"$patchveil" case add sample published/patchveil.jsonl --stamp-request

# A time-stamping authority for this sample.
printf '%s\n' '[tsa]' 'default_tsa = one' '[one]' 'serial = serial' 'default_policy = 1.2.3.4.1' \
  'digests = sha256' 'signer_digest = sha256' 'tsa_name = yes' \
  '[ext]' 'extendedKeyUsage = critical,timeStamping' '[req]' 'distinguished_name = dn' '[dn]' > tsa.cnf
echo 01 > serial
openssl req -x509 -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.pem -days 2 -config tsa.cnf -extensions ext \
  -subj "/O=Made for this sample only/CN=Sample TSA" 2>/dev/null
openssl ts -reply -queryfile sample/evidence/005-hashes.tsq -signer tsa.pem -inkey tsa.key -config tsa.cnf \
  -out reply.tsr 2>/dev/null
"$patchveil" case add sample reply.tsr

# What a model makes that was trained on it, in eight clips.
for clip in 1 2 3 4 5 6 7 8; do
  "$sample" model published/voice.wav $clip 15 output/clip-$clip.wav
done
"$patchveil" trace output --key "Sample voice" --json --png trace.png > trace.json || true
"$patchveil" case add sample trace.json trace.png \
  --note "SAMPLE: noise with the mean spectrum of the marked voice, in place of a model’s output"

# What a model makes that was trained on something else instead.
"$sample" voice 2 900 other.wav
for clip in 1 2 3 4 5 6 7 8 9 10 11 12; do
  "$sample" model other.wav 10$clip 15 new-output/clip-$clip.wav
done
"$patchveil" case recheck sample new-output || true
"$patchveil" case report sample

cp sample/report.html sample/report.pdf "$root/docs/sample-case/"
mkdir -p "$root/docs/sample-case/letters"
cp sample/letters/*.txt "$root/docs/sample-case/letters/"
