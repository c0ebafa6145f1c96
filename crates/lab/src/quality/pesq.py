# Reads pairs of recordings from the file named in the first argument and prints a line for each:
# its PESQ, or a dash where PESQ finds nothing to compare.
import struct
import sys

try:
    import numpy
    from pesq import PesqError, pesq
except ImportError as error:
    sys.exit(f"the package {error.name} is missing")

with open(sys.argv[1], "rb") as pairs:
    while head := pairs.read(8):
        rate, length = struct.unpack("<II", head)
        before, after = (numpy.frombuffer(pairs.read(4 * length), "<f4") for _ in range(2))
        try:
            score = pesq(rate, before, after, "wb" if rate == 16000 else "nb")
        except (PesqError, ValueError):
            score = None
        print("-" if score is None or score != score else repr(float(score)))
