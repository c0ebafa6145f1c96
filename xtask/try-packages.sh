# Run by `cargo xtask package --try` inside a clean Debian: installs what was packaged, and uses it.
set -eux
export HOME=/root DEBIAN_FRONTEND=noninteractive
cd /root
apt-get update -qq
apt-get install -qq --yes --no-install-recommends /packages/*.deb
patchveil --version
zcat /usr/share/man/man1/patchveil-protect.1.gz | grep -q patchveil-protect
for file in bash-completion/completions/patchveil zsh/vendor-completions/_patchveil fish/vendor_completions.d/patchveil.fish
do test -s /usr/share/$file; done
bash -n /usr/share/bash-completion/completions/patchveil
patchveil key new show
patchveil key default show
patchveil protect demo.wav -o marked.wav
patchveil detect marked.wav
patchveil verify marked.wav
patchveil restore marked.wav -o restored.wav
if [ -e /usr/bin/patchveil-standalone ]; then
    patchveil-standalone --help > /dev/null
    # Where hosts look, and with all the libraries that loading takes.
    python3 -c "import ctypes
ctypes.CDLL('/usr/lib/clap/Patchveil.clap').clap_entry
ctypes.CDLL('/usr/lib/vst3/Patchveil.vst3/Contents/$(uname -m)-linux/Patchveil.so').GetPluginFactory"
fi
# By the wheel, if there is one: the same bytes.
if ls /packages/*.whl > /dev/null 2>&1; then
    python3 -m venv wheel
    wheel/bin/pip install --quiet --no-index --find-links /packages patchveil
    wheel/bin/patchveil protect demo.wav -o by-wheel.wav
    cmp marked.wav by-wheel.wav
    wheel/bin/python -c "import numpy, patchveil; key = patchveil.ClassKey.from_keyring(); \
    print(patchveil.protect(numpy.zeros(48000, 'float32'), 48000, key).dtype)"
fi
# And gone again.
apt-get purge -qq --yes 'patchveil*'
test ! -e /usr/bin/patchveil && test ! -e /usr/share/man/man1/patchveil.1.gz
