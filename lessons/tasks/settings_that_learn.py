"""Width, batch size and learning rate with which a network learns a circle in a few epochs."""

import math
from functools import cache
from itertools import pairwise

from derive import Network, tanh, train
from derive.data import circle
from derive.grading import Task, varied
from derive.stopping import reached


@cache
def network(width):
    net = Network.dense(2, width, 1, activation=tanh)
    return net, net.compile()


@varied
def task(draw):
    seed, epochs, goal = draw.whole(0, 0, 50), draw.one_of(40, 30, 50), draw.one_of(0.97, 0.96, 0.95)
    data = circle(400, seed, held_out=0.5)
    samples = len(data.X)

    def check(v):
        width, batch, rate = (float(v[name]) for name in ("width", "batch", "rate"))
        for name, value, most in (("width", width, 64), ("batch", batch, samples)):
            if value != round(value) or not 1 <= value <= most:
                return f"{name} is {value:g}: it is a whole number from 1 to {most}"
        if not 0 < rate < 1e6:
            return f"rate is {rate:g}: a learning rate is above 0, and here below a million"
        net, code = network(int(width))
        start, stop = net.init(0), reached(goal)
        history = train(
            net, data.X, data.Y, epochs=epochs, batch_size=int(batch), rate=rate, rng=0, params=start, held_out=data.held_out,
            stop=stop, progress=False, compiled=code,
        )  # fmt: skip
        if not history.accuracy:
            return f"with the rate {rate:g} it {history.stopped.partition(':')[0]}"
        if stop(history):
            return ""
        updates = epochs * math.ceil(samples / batch)
        told = f"after {updates} updates {history.accuracy[-1]:.0%} of the held-out points are right"
        if width < 3:
            return f"{told}: the border of {width:g} hidden neuron{'s' * (width != 1)} cannot close around the disc"
        losses = [code.value_and_grad(start, data.X, data.Y)[0], *history.loss]
        rises = sum(after > before for before, after in pairwise(losses))
        jumps = 3 * rises > epochs or max(losses) > 1.05 * losses[0]
        return f"{told}, and the loss {'jumps up: the steps are too long' if jumps else 'falls slowly: more updates or longer steps'}"

    return Task.choice(
        "Settings that learn",
        {"width": (), "batch": (), "rate": ()},
        check,
        example={"width": 8, "batch": 10, "rate": 0.3},
        statement=f"{samples} points lie in a disc or in a ring around it, and as many are held out. A network of 2 inputs, one hidden "
        "layer and 1 output, both with tanh, is trained on half the mean squared error from small random weights. Choose width, the "
        "hidden neurons, batch, the samples of a mini-batch, and rate, the learning rate, so that after at most "
        f"{epochs} epochs {goal:.0%} of the held-out points are right. They are tried out. Write: width = ...; batch = ...; rate = ...",
    )
