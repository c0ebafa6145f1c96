"""Feeds the standalone through a JACK server and records what comes back.

jack_client.py SECONDS SENT RECEIVED: connects to Patchveil's ports, sends noise, and writes what
was sent and what came back as raw 32-bit floats, mono, sample for sample side by side. Prints
how many blocks came late."""

import sys
import threading
import time

import jack
import numpy as np

seconds, sent_path, received_path = float(sys.argv[1]), sys.argv[2], sys.argv[3]
client = jack.Client("feeder", no_start_server=True)
output, back = client.outports.register("out"), client.inports.register("back")
total = int(seconds * client.samplerate)
rng = np.random.default_rng(1)
noise = (rng.standard_normal(total) * 0.05).astype(np.float32)
received = np.zeros(total, dtype=np.float32)
done, finished, xruns = 0, threading.Event(), 0


@client.set_process_callback
def process(frames):
    global done
    count = min(frames, total - done)
    block = output.get_array()
    block[:] = 0
    block[:count] = noise[done:done + count]
    received[done:done + count] = back.get_array()[:count]
    done += count
    if done == total:
        finished.set()


@client.set_xrun_callback
def xrun(_):
    global xruns
    xruns += 1


deadline = time.time() + 20
while True:
    ports = client.get_ports("patchveil:", is_audio=True)
    inputs = [port for port in ports if port.is_input]
    outputs = [port for port in ports if port.is_output]
    if inputs and outputs:
        break
    if time.time() > deadline:
        sys.exit("the standalone has registered no ports")
    time.sleep(0.05)
client.activate()
client.connect(output, inputs[0])
client.connect(outputs[0], back)
if not finished.wait(60 + 4 * seconds):
    sys.exit("the server has stopped")
client.deactivate()
noise.tofile(sent_path)
received.tofile(received_path)
print(xruns)
