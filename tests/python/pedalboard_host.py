"""pedalboard renders faster than real time without saying so. What it renders has to be what the
command makes with the parameters in force, whatever the block size."""

import os

import numpy as np
from common import RATE, noise, protected, run, same
from pedalboard import load_plugin

BLOCKS = [64, 512, 8_192]
# Lag of a change, the patch under way, the static EQ of one veil going over into the next; and what a restorer takes to
# get warm, which grows with the reach of the mark.
SETTLED = RATE * 200 // 1_000

SIGNAL = noise(21)


def plugin(preset=None):
    p = load_plugin(os.environ["PATCHVEIL_VST3"])
    if preset:
        p.preset = preset
    return p


def balanced(samples, *options):
    return protected(samples, "--preset", "balanced", *options)


def render(p, samples, block=512, reset=True):
    return p.process(samples, RATE, buffer_size=block, reset=reset)


def an_untouched_instance_is_the_command():
    for block in BLOCKS:
        same(render(plugin(), SIGNAL, block), protected(SIGNAL), f"blocks of {block}")


def the_marks_level_set_before_a_render_acts_from_the_first_sample():
    for block in BLOCKS:
        p = plugin()
        p.mark_level_db = -6.0
        want = protected(SIGNAL, "--mark-level", "-6")
        same(render(p, SIGNAL, block), want, f"-6 dB, {block}")
        p.mark_level_db = 0.0
        same(render(p, SIGNAL, block), protected(SIGNAL), f"0 dB, blocks of {block}")


def amount_set_before_a_render_acts_from_the_first_sample():
    for block in BLOCKS:
        p = plugin("Balanced")
        p.amount = 0.0
        same(render(p, SIGNAL, block), balanced(SIGNAL, "--amount", "0"), f"0 %, {block}")
        p.amount = 100.0
        same(render(p, SIGNAL, block), balanced(SIGNAL), f"100 %, blocks of {block}")


def preset_set_before_a_render_acts_from_the_first_sample():
    for block in BLOCKS:
        p = plugin()
        p.preset = "Strong"
        want = protected(SIGNAL, "--preset", "strong")
        same(render(p, SIGNAL, block), want, f"blocks of {block}")
        p.preset = "Light"
        want = protected(SIGNAL, "--preset", "light")
        same(render(p, SIGNAL, block), want, f"back, blocks of {block}")


def a_preset_file_renders_the_commands_samples():
    for name in ["Mark", "Light", "Balanced", "Strong"]:
        p = plugin()
        p.amount = 33.0
        # The host states what was set only when it processes.
        render(p, SIGNAL[:, :RATE])
        p.load_preset(os.path.join(os.environ["PATCHVEIL_PRESETS"], f"{name}.vstpreset"))
        same(render(p, SIGNAL), protected(SIGNAL, "--preset", name.lower()), name)


def restore_takes_mark_and_veil_off_from_the_first_sample():
    for preset in ["Mark", "Balanced"]:
        published = protected(SIGNAL, "--preset", preset.lower())
        for block in BLOCKS:
            p = plugin(preset)
            render(p, SIGNAL[:, :RATE], block)
            p.mode = "Restore"
            apart = np.abs(render(p, published, block) - SIGNAL).max()
            assert apart < 1e-6, f"{preset}, blocks of {block}: {apart} from the original"


def changes_between_chunks_act_at_one_place_whatever_the_block_size():
    second = RATE
    steps = [("mark_level_db", 3.0, ["--mark-level", "3"]),
             ("preset", "Balanced", ["--mark-level", "3", "--preset", "balanced"]),
             ("amount", 150.0, ["--mark-level", "3", "--preset", "balanced", "--amount", "150"]),
             ("preset", "Strong", ["--mark-level", "3", "--preset", "strong", "--amount", "150"])]
    renders = []
    for block in BLOCKS + [512]:
        p = plugin()
        out = [render(p, SIGNAL[:, :second], block)]
        for number, (name, value, _) in enumerate(steps, 1):
            setattr(p, name, value)
            chunk = SIGNAL[:, number * second:(number + 1) * second]
            out.append(render(p, chunk, block, reset=False))
        renders.append(np.concatenate(out, axis=1))
    for number, (_, _, options) in enumerate(steps, 1):
        part = slice(number * second + SETTLED, (number + 1) * second)
        want = protected(SIGNAL[:, :(number + 1) * second], *options)
        same(renders[0][:, part], want[:, part], f"after change {number}")
    for block, other in zip(BLOCKS[1:] + [512], renders[1:]):
        same(other, renders[0], f"blocks of {block} and of {BLOCKS[0]}")


def the_mode_changes_between_chunks_at_one_place():
    second = RATE
    veiled = balanced(SIGNAL[:, :3 * second])
    renders = []
    for block in BLOCKS:
        p = plugin("Balanced")
        out = [render(p, SIGNAL[:, :second], block)]
        p.mode = "Restore"
        out.append(render(p, veiled[:, second:2 * second], block, reset=False))
        p.mode = "Protect"
        out.append(render(p, SIGNAL[:, 2 * second:3 * second], block, reset=False))
        renders.append(np.concatenate(out, axis=1))
    restored = slice(second + SETTLED, 2 * second)
    apart = np.abs(renders[0][:, restored] - SIGNAL[:, restored]).max()
    assert apart < 1e-5, f"{apart} from the original"
    again = slice(2 * second + SETTLED, 3 * second)
    same(renders[0][:, again], veiled[:, again], "protecting again")
    for block, other in zip(BLOCKS[1:], renders[1:]):
        same(other, renders[0], f"blocks of {block} and of {BLOCKS[0]}")


def surround_and_ambisonics_are_the_command():
    for channels in (3, 4, 5, 6, 7, 8, 9, 10, 12, 16):
        samples = np.concatenate([noise(1, seed) for seed in range(1, 9)])[:channels]
        same(render(plugin(), samples), protected(samples), f"{channels} channels")


run([
    an_untouched_instance_is_the_command,
    surround_and_ambisonics_are_the_command,
    the_marks_level_set_before_a_render_acts_from_the_first_sample,
    amount_set_before_a_render_acts_from_the_first_sample,
    preset_set_before_a_render_acts_from_the_first_sample,
    a_preset_file_renders_the_commands_samples,
    restore_takes_mark_and_veil_off_from_the_first_sample,
    changes_between_chunks_act_at_one_place_whatever_the_block_size,
    the_mode_changes_between_chunks_at_one_place,
])
