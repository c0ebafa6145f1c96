"""Feeds the standalone from before it is there, and records everything that ever comes back.

jack_all.py SECONDS SENT RECEIVED: sends noise, which Patchveil connects by itself, and connects to its
output as soon as that is possible. Writes what was sent and what came back, until SECONDS after that, as
raw 32-bit floats, mono, sample for sample side by side. Prints how many blocks came late. It is called
"feeder"."""

import sys
import threading
import time

import jack
import numpy as np

seconds, sent_path, received_path = float(sys.argv[1]), sys.argv[2], sys.argv[3]
client = jack.Client("feeder", no_start_server=True)
output, back = client.outports.register("out"), client.inports.register("back")
limit = int(60 * client.samplerate)
rng = np.random.default_rng(2)
noise = (rng.standard_normal(limit) * 0.05).astype(np.float32)
received = np.zeros(limit, dtype=np.float32)
done, end, finished, xruns = 0, limit, threading.Event(), 0


@client.set_process_callback
def process(frames):
    global done
    count = min(frames, limit - done)
    output.get_array()[:count] = noise[done:done + count]
    received[done:done + count] = back.get_array()[:count]
    done += count
    if done >= end:
        finished.set()


@client.set_xrun_callback
def xrun(_):
    global xruns
    xruns += 1


def connect():
    """Whether Patchveil's output is connected; ports of a client that has not begun cannot be."""
    try:
        client.connect("patchveil:output_1", back)
    except jack.JackError:
        # It connects by itself what was connected before.
        return bool(client.get_all_connections(back))
    return True


client.activate()
deadline = time.time() + 30
while not connect():
    if time.time() > deadline:
        sys.exit("the standalone cannot be connected")
    time.sleep(0.005)
end = min(limit, done + int(seconds * client.samplerate))
if not finished.wait(60):
    sys.exit("the server has stopped")
count = done
client.deactivate()
noise[:count].tofile(sent_path)
received[:count].tofile(received_path)
print(xruns)
