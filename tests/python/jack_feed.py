"""Plays a recording into a JACK server, again and again, as a microphone would.

jack_feed.py SAMPLES: raw 32-bit floats, mono, at the server's rate. The client is called
"microphone". It ends with its standard input."""

import sys

import jack
import numpy as np

samples = np.fromfile(sys.argv[1], dtype=np.float32)
client = jack.Client("microphone", no_start_server=True)
output = client.outports.register("out")
at = 0


@client.set_process_callback
def process(frames):
    global at
    where = np.arange(at, at + frames) % len(samples)
    output.get_array()[:] = samples[where]
    at += frames


with client:
    print("plays", flush=True)
    sys.stdin.read()
