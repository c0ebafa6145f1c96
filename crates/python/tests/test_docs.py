"""The Python in the docs runs as it stands there: a page is a script."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BLOCK = re.compile(r"(?:<!-- (needs|not run): (.*?) -->\n)?```python\n(.*?)```", re.DOTALL)


def test_the_examples_of_the_page_run(tmp_path):
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    run, left_out = [], []
    for kind, what, code in BLOCK.findall(page):
        is_left_out = kind == "not run" or kind == "needs" and not importlib.util.find_spec(what)
        (left_out if is_left_out else run).append(what if is_left_out else code)
    assert len(run) >= 2
    print("left out:", left_out)
    shutil.copy(ROOT / "assets" / "demo.wav", tmp_path / "episode.wav")
    (tmp_path / "page.py").write_text("\n".join(run), encoding="utf-8")
    done = subprocess.run([sys.executable, "page.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "episode.protected.wav").exists()
