# Privacy accounting by Google's dp-accounting. Arguments: the probability of sampling, the number of
# steps, delta, then words: "noise EPSILON" asks for the smallest noise multiplier of DP-SGD
# that keeps epsilon, "epsilon MULTIPLIER" for the epsilon of a multiplier. Prints one number a pair.
import sys

try:
    import dp_accounting
    from dp_accounting import pld
except ImportError as error:
    sys.exit(f"the package {error.name} is missing")

sampling, steps, delta = float(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])


def event(multiplier):
    gaussian = dp_accounting.GaussianDpEvent(multiplier)
    step = dp_accounting.PoissonSampledDpEvent(sampling, gaussian) if sampling < 1 else gaussian
    return dp_accounting.SelfComposedDpEvent(step, steps)


def accountant():
    # Neighbours differ by one clip that is there or not.
    return pld.PLDAccountant(dp_accounting.NeighboringRelation.ADD_OR_REMOVE_ONE)


for kind, value in zip(sys.argv[4::2], map(float, sys.argv[5::2])):
    if kind == "noise":
        print(
            dp_accounting.calibrate_dp_mechanism(
                accountant,
                event,
                value,
                delta,
                bracket_interval=dp_accounting.ExplicitBracketInterval(0.3, 200.0),
                tol=1e-3,
            )
        )
    else:
        print(accountant().compose(event(value)).get_epsilon(delta))
