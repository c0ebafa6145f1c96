"""dawdreamer renders a graph faster than real time. A parameter set before `render` acts from the
first sample, and automation acts where it is drawn, twice the same."""

import os

import numpy as np
import dawdreamer as daw
from common import RATE, noise, protected, run, same

BLOCKS = [64, 512, 8_192]
SECONDS = 21
SIGNAL = noise(SECONDS)
# The place of the preset among the six.
BALANCED = 2 / 5


def render(block, prepare):
    engine = daw.RenderEngine(RATE, block)
    playback = engine.make_playback_processor("playback", SIGNAL)
    plugin = engine.make_plugin_processor("patchveil", os.environ["PATCHVEIL_VST3"])
    plugin.set_parameter(index(plugin, "Preset"), BALANCED)
    prepare(plugin)
    engine.load_graph([(playback, []), (plugin, ["playback"])])
    engine.render(SECONDS)
    return np.ascontiguousarray(engine.get_audio()[:, :SIGNAL.shape[1]].astype(np.float32))


def index(plugin, name):
    for parameter in plugin.get_parameters_description():
        if parameter["name"] == name:
            return parameter["index"]
    raise AssertionError(f"no parameter is called {name}")


def a_parameter_set_before_a_render_acts_from_the_first_sample():
    want = protected(SIGNAL, "--preset", "balanced", "--amount", "50")
    for block in BLOCKS:
        got = render(block, lambda p: p.set_parameter(index(p, "Amount"), 0.25))
        same(got, want, f"blocks of {block}")


def the_mark_has_a_level_and_no_amount():
    def prepare(plugin):
        plugin.set_parameter(index(plugin, "Preset"), 0.0)
        plugin.set_parameter(index(plugin, "Amount"), 0.25)
        plugin.set_parameter(index(plugin, "Mark Level"), 0.5)

    same(render(512, prepare), protected(SIGNAL, "--mark-level", "-6"), "at -6 dB")


def automation_is_the_same_twice():
    curve = np.where(np.arange(SIGNAL.shape[1]) % (3 * RATE) < RATE, 0.25, 0.5)

    def prepare(plugin):
        plugin.set_automation(index(plugin, "Amount"), curve.astype(np.float32))

    for block in BLOCKS:
        same(render(block, prepare), render(block, prepare), f"blocks of {block}")
    first, want = render(512, prepare), protected(SIGNAL, "--preset", "balanced")
    part = slice(RATE + RATE // 4, 3 * RATE)
    same(first[:, part], want[:, part], "at 100 %")


run([
    a_parameter_set_before_a_render_acts_from_the_first_sample,
    the_mark_has_a_level_and_no_amount,
    automation_is_the_same_twice,
])
