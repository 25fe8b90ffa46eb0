# %% [markdown]
# # 11. Training: what the knobs do
#
# You have a network, data, and for the price of two passes the slope of the loss by every weight. So you press *Start*. Then the loss
# stands still. Or it jumps. Or it falls, and the answers are still wrong. Is it the learning rate, the size of the batch, the number of
# neurons, or bad luck? In this lesson you turn each knob on its own and see what it does.
#
# You need gradient descent (lesson 4), matrices in index form (lesson 9) and the four equations (lesson 10). About 50 minutes.

# %%
import math
import time

import numpy as np
from sympy import MatrixSymbol, symbols

from derive import Dense, Network, half_sum_of_squares, identity, sigmoid, squared_error, tanh, train
from derive.components import Components
from derive.data import circle, clouds, clouds_start, digits
from derive.errors import DeriveError
from derive.fast.passes import PASSES
from derive.grading import Task
from derive.stopping import reached
from derive.widgets import Exercise, MyWork, Playground, Stepper

# %% [markdown]
# ## Does a hidden layer need its curve?
#
# Two clouds of 100 points each: a dense one, class 0, and a wide one above it, class 1, which reaches around the first. The network has 2
# inputs, 16 hidden neurons and 1 output. Its answer is *class 1* where the output is at least $\tfrac12$. First without any activation:
# every neuron hands on its sum, $a = z$.
#
# **Before you look at the figure:** what will the border between the two answers look like?

# %%
Exercise(
    Task.pick(
        "Prediction: sixteen neurons without a curve",
        ["a straight line", "a line with up to 16 bends", "a closed curve around class 0"],
        "a straight line",
        why={
            "a line with up to 16 bends": "a bend needs a neuron that bends; these only multiply and add",
            "a closed curve around class 0": "to close it, the border must bend, and nothing here bends",
        },
    ),
    hints=[
        r"Each hidden neuron computes $z_i = w_i x + b_i$, and the output adds multiples of these. What kind of function of $x$ is that?",
        r"A sum of multiples of functions $p x_1 + q x_2 + r$ is again of this form.",
        r"The border is where $p x_1 + q x_2 + r = \tfrac12$: a straight line.",
    ],
)

# %% [markdown]
# Press *Start*: 1,000 epochs, with all 200 samples in each update. The loss is half the sum of squared errors. It is the $C$ below the
# picture; the curve shows the loss of one sample, $C$ divided by 200. Then *Reset*, and try another learning rate,
# 0.00012. Then do the same with 0.00015.

# %%
flat = Network.dense(2, 16, 1, activation=identity, loss=half_sum_of_squares)
Playground("clouds", network=flat, params=clouds_start(), rate=1e-4, batch_size=None, epochs=1000)

# %% [markdown]
# The border turns and moves, but it never bends. Why? Ask how the output changes with an input $x_j$. Here $W$ and $b$ belong to the hidden
# layer, $v$ and $c$ to the output:

# %%
without = Components(["z_i = sum(W_ij*x_j, j) + b_i", "y = sum(v_i*z_i, i) + c"])
Stepper(without.backprop().derivation("x"))

# %% [markdown]
# Look for $x$ in the last line: it is not there. The slope is the same at every point, so the output is a plane over the inputs, and a
# plane is at the height $\tfrac12$ along a straight line. Now put a sigmoid in between. One input and one hidden neuron are enough: where
# does $x$ remain this time?

# %%
Stepper("v*sigma(w*x + b) + c", "x")

# %% [markdown]
# There is a shorter way to see it, with matrices. Multiply out:

# %%
n0, n1, n2 = symbols("n0:3")
w1, w2 = MatrixSymbol("w^1", n1, n0), MatrixSymbol("w^2", n2, n1)
b1, b2, x = MatrixSymbol("b^1", n1, 1), MatrixSymbol("b^2", n2, 1), MatrixSymbol("x", n0, 1)
(w2 * (w1 * x + b1) + b2).expand()

# %% [markdown]
# This is *one* layer, with the weights $w = w^2 w^1$ and the bias $b = w^2 b^1 + b^2$. The same holds for three layers or a hundred. Train
# the network and check it: one layer made of the two, and then the best plane that there is, from linear algebra without any training.

# %%
data = clouds()
settings = {"epochs": 1000, "batch_size": None, "rate": 1e-4, "progress": False}
history = train(flat, data.X, data.Y, params=clouds_start(), **settings)
p = history.params
w, b = p["w2"] @ p["w1"], p["w2"] @ p["b1"] + p["b2"]
two, one = flat.compile().predict(p, data.X), data.X @ w.T + b
print(f"largest difference: {abs(two - one).max():.0e}")
_, squares, _, _ = np.linalg.lstsq(np.c_[data.X, np.ones(200)], data.Y, rcond=None)
print(f"two layers:     loss {history.loss[-1]:.4f}, {history.accuracy[-1]:.1%} right")
print(f"the best plane: loss {squares[0] / 2:.4f}")

# %% [markdown]
# The 65 weights and biases found what 3 numbers can do, and not more. And they found it by luck: here are other clouds of the same kind,
# with other starts, and the same learning rate.

# %%
for seed in range(6):
    other = clouds(seed)
    h = train(flat, other.X, other.Y, params=clouds_start(16, seed), **settings)
    print(f"seed {seed}: {h.stopped.partition(':')[0]}, first loss {h.loss[0]:,.0f}")

# %% [markdown]
# Half of them diverge: each step jumps over the valley and lands higher on the other side, as in lesson 4. How steep the valley is depends
# on the data *and* on the start, so one learning rate cannot suit all.
#
# ## With the curve
#
# The same clouds, the same start, the same loss; only now each neuron has its sigmoid. **Predict:** where will the border bend? Start it
# and watch the first seconds. The full 10,000 epochs take a while; the cell below the figure does them too. (Again the curve in the figure
# is $C/200$, and below it, and in the table, stands $C$.)

# %%
curved = Network.dense(2, 16, 1, loss=half_sum_of_squares)
Playground("clouds", network=curved, params=clouds_start(), rate=0.01, batch_size=None, epochs=10_000)

# %% [markdown]
# `train` keeps a history: lists with one entry for each epoch. Here you see a few entries of two of them.

# %%
settings = {"epochs": 10_000, "batch_size": None, "rate": 0.01, "progress": False}
by_sum = train(curved, data.X, data.Y, params=clouds_start(), **settings)
for epoch in (1, 10, 50, 100, 1000, 10_000):
    loss, right = by_sum.loss[epoch - 1], by_sum.accuracy[epoch - 1]
    print(f"epoch {epoch:6,}: loss {loss:7.3f}, right {right:.1%}")

# %% [markdown]
# Most of it happens in the first 100 epochs; the rest of the time goes into a few points near the border. When is it enough? The history
# gives you the numbers to decide with.
#
# ## The same rate, and 200 times slower
#
# Somebody else uses the *mean* instead of the sum, $C = \frac{1}{2m}\sum (a - y)^2$ with $m = 200$ samples. The minimum is at the same
# place. So: the same start, the same $\eta = 0.01$, the same 10,000 epochs. **Predict** what comes out.

# %%
Exercise(
    Task.pick(
        "Prediction: the mean with the same rate",
        ["the same border", "about the border that the sum had after 50 epochs", "it diverges"],
        "about the border that the sum had after 50 epochs",
        why={
            "the same border": "the minimum is the same, but how long are the steps on the way to it?",
            "it diverges": "shorter steps do not diverge where longer ones did not",
        },
    ),
    hints=[
        r"Which factor does $\frac1m$ put in front of the gradient?",
        r"A step is $\eta$ times the gradient: 200 times shorter. How far do 10,000 short steps go?",
        "10,000 / 200 = 50.",
    ],
)

# %%
averaged = Network.dense(2, 16, 1, loss=squared_error)
by_mean = train(averaged, data.X, data.Y, params=clouds_start(), **settings)
print(f"mean, 10,000 epochs: 200 x loss {200 * by_mean.loss[-1]:.3f}, right {by_mean.accuracy[-1]:.1%}")
print(f"sum,      50 epochs:       loss {by_sum.loss[49]:.3f}, right {by_sum.accuracy[49]:.1%}")
print(f"sum,  10,000 epochs:       loss {by_sum.loss[-1]:.3f}, right {by_sum.accuracy[-1]:.1%}")

# %% [markdown]
# A learning rate without its loss says nothing. When you read "$\eta = 0.01$" somewhere, ask: of a sum or of a mean? Which rate would have
# made the same steps?

# %%
Exercise(
    "sum_or_mean",
    hints=[
        "Write both losses down. By which factor do they differ? Then so do their gradients.",
        r"A step is $\eta \cdot$ gradient. If the gradient is $m$ times smaller, the rate must be $m$ times larger for the same step.",
        r"times $= m$, the number of samples; eta is the given rate times $m$.",
    ],
)

# %% [markdown]
# ## The learning rate
#
# New data: a disc of one class, target $+1$, inside a ring of the other, target $-1$. Half of the 500 points are held out: the network
# never learns from them, they only judge it. The network has layers of 4 and 2 sigmoid neurons and a tanh neuron as its output, the loss is
# the mean, a batch has 10 samples. Weights start between $-0.5$ and $0.5$, biases at 0.1.
#
# Start with $\eta = 0.03$, and stop it when you have seen enough. Then *Reset*, set the rate to 0.3, and start again. In which epoch are
# 97 % first right? Then *Reset*, and the same with 10. How many different answers do the points get now?

# %%
net = Network(2, Dense(4, sigmoid), Dense(2, sigmoid), Dense(1, tanh))


def start(rng):
    p = {name: np.full(shape, 0.1) for name, shape in net.shapes.items()}
    return p | {name: rng.uniform(-0.5, 0.5, net.shapes[name]) for name in ("w1", "w2", "w3")}


rng = np.random.default_rng(0)
data = circle(500, rng, held_out=0.5)
Playground(data, network=net, params=start(rng), rate=0.03)

# %% [markdown]
# The same three rates in code. Each training stops when 97 % of the held-out points are right. (The figure takes the samples in another
# order, so its numbers differ a little.)

# %%
f = net.compile()


def learn(rate, seed, epochs):
    rng = np.random.default_rng(seed)
    data = circle(500, rng, held_out=0.5)
    settings = {"epochs": epochs, "batch_size": 10, "stop": reached(0.97), "compiled": f, "progress": False}
    p = start(rng)
    return train(net, data.X, data.Y, rate=rate, rng=rng, params=p, held_out=data.held_out, **settings)


for rate in (0.03, 0.3, 10):
    history = learn(rate, 0, 500)
    print(f"rate {rate:5}: {history.stopped}, held out {history.accuracy[-1]:.1%} right")

# %% [markdown]
# Too small: it works, and takes for ever. Ten times larger: many times faster. Too large: never. Look at what the last network has become:

# %%
outputs = f.predict(history.params, data.X)
print(f"outputs between {outputs.min():.4f} and {outputs.max():.4f}")
print(f"slope tanh'(z) = 1 - a^2, on average {np.mean(1 - outputs**2):.0e}")

# %% [markdown]
# It says $+1$ to every point. The first long steps threw the output neuron far out, where its curve is flat (lesson 2). The slope is a
# factor of the gradient, so now there is hardly anything to come back with. It did not diverge; it is stuck. In the figure you see
# the same: all points get one answer. Now and then it jumps from about $+1$ to about $-1$ or back, but all points jump together.
#
# **How much of it is luck?** The same rate, 0.3, on 20 seeds: each has its own points, its own start and its own order of samples. Guess
# first: in how many of the 20 does it work within 400 epochs?

# %%
histories = [learn(0.3, seed, 400) for seed in range(20)]
found = [str(h.epochs) if h.accuracy[-1] >= 0.97 else "never" for h in histories]
print("first epoch with 97 %:", *found)

# %% [markdown]
# It works for 18 of them, but one needs 42 epochs and another 169. The two that fail sit on a plateau, and more patience does not help:
# after 3,000 epochs they have still not got there. No rate is safe for all: one of the two gets there with another rate, the other
# fails with all four that follow.

# %%
for seed in range(20):
    if found[seed] == "never":
        rights = {rate: learn(rate, seed, 400).accuracy[-1] for rate in (0.1, 0.3, 1, 3)}
        print(f"seed {seed}:", ", ".join(f"rate {rate} {right:.0%} right" for rate, right in rights.items()))

# %% [markdown]
# If a training fails, try another rate *and* another seed before you change anything else. And do not trust a result from one seed.
#
# ## What `train` does
#
# The gradient comes from the code that the four equations became (or from a faster form of it; see the next section):

# %%
print(f.source[f.source.index("def value_and_grad") :])

# %% [markdown]
# Around it there is a loop, and that is all. An *epoch* goes once through all samples, in a new random order, a *batch* at a time. Written
# by hand it gives the same numbers as `train`, to rounding:

# %%
data, rng = circle(500, 0, held_out=0.5), np.random.default_rng(7)
p = start(rng)
for _ in range(20):
    order = rng.permutation(len(data.X))
    for first in range(0, len(order), 10):
        batch = order[first : first + 10]
        C, g = f.value_and_grad(p, data.X[batch], data.Y[batch])
        p = {name: p[name] - 0.3 * g[name] for name in p}

rng = np.random.default_rng(7)
q = train(net, data.X, data.Y, epochs=20, rate=0.3, params=start(rng), rng=rng, progress=False).params
print(f"largest difference: {max(abs(p[name] - q[name]).max() for name in p):.0e}")

# %% [markdown]
# ## The same, faster
#
# That code is there to be read. `train` itself runs a second program, made of the same equations. Take a network of 2, 3 and 1 neurons and
# batches of 4 samples. An update needs about a hundred multiplications, and a processor does thousands of millions in a second. Here is how
# long an update takes, by the code to read, on your machine:

# %%
small, rng = Network.dense(2, 3, 1), np.random.default_rng(0)
X, Y = rng.random((400, 2)), rng.random((400, 1))


def microseconds(code):
    """The time of an update: the best of nine trainings of 1,000 updates."""
    times = []
    for _ in range(9):
        begin = time.perf_counter()
        train(small, X, Y, epochs=10, batch_size=4, rate=0.1, compiled=code, progress=False)
        times.append(time.perf_counter() - begin)
    return min(times) * 1000


print(f"multiplications: {4 * (2 * 3 + 3 * 1)} forward, {4 * 3 * 1} for the errors, {4 * (2 * 3 + 3 * 1)} for the gradients")
print(f"readable: {microseconds(small.compile()):.0f} microseconds an update")

# %% [markdown]
# **Predict** where the time goes.

# %%
Exercise(
    Task.pick(
        "Prediction: where does the time go?",
        ["into the arithmetic", "into calling NumPy", "into fetching the numbers from memory"],
        "into calling NumPy",
        why={
            "into the arithmetic": "at a thousand million a second, how long do a hundred multiplications take?",
            "into fetching the numbers from memory": "a few dozen numbers: they all fit into the fastest part of the cache",
        },
    ),
    hints=[
        "A hundred multiplications take a tenth of a microsecond, at most. So it is something else.",
        "Each line of the readable code calls NumPy several times: it looks at types and shapes, makes an array, then adds 12 numbers.",
        "Some dozens of calls, each with a price of its own: that is the time.",
    ],
)

# %% [markdown]
# So an update gets faster with fewer and cheaper calls. Here is what `train` runs, for batches of 4: at the top it says which tricks it
# uses and why. Look for the line that computes $w^1 x + b^1$. Where is the addition of the bias?

# %%
quick = small.compile(target="fast", batch_size=4)
print(quick.source)

# %% [markdown]
# There is none. Each sample has got one more entry that is always 1, and the bias is its weight: one product does both. Now switch off all
# tricks, and then on again, one after the other. Those that change nothing for so small a network are left out. Which one is worth most,
# on your machine?

# %%
used, last = [], ""
for name in ["", *PASSES]:
    used += [name] if name else []
    code = small.compile(target="fast", batch_size=4, passes=used)
    if code.source != last:
        print(f"{f'+ {name}' if name else 'no tricks':18} {code.calls:2} calls, {microseconds(code):5.1f} microseconds an update")
    last = code.source

# %% [markdown]
# The gather of the samples and the loop are in these times too, and they stay. Do the two programs agree? They add in another order, so
# they differ by rounding, and by nothing else:

# %%
settings = {"epochs": 10, "batch_size": 4, "rate": 0.1, "progress": False}
p, q = (train(small, X, Y, compiled=code, **settings).params for code in (small.compile(), quick))
print(f"largest difference after 1,000 updates: {max(abs(p[name] - q[name]).max() for name in p):.0e}")

# %% [markdown]
# ## The batch, on handwritten digits
#
# 1,797 digits of 8 × 8 pixels come with scikit-learn. If it is not installed, the next cell tells you how to get it; the cells on digits
# then do nothing, and you can go on.

# %%
try:
    written = digits(rng=0)
    print(written)
except DeriveError as problem:
    written = None
    print(problem)

# %% [markdown]
# A network 64-30-10 of sigmoid neurons, $\eta = 3$, 5 epochs; a fifth of the digits is held out. Each batch size sees every sample 5 times.
# **Predict:** which batch gets furthest, 10 samples, 100 samples, or all of them?

# %%
Exercise(
    Task.pick(
        "Prediction: batches of 10, of 100, or all",
        ["batches of 10", "batches of 100", "all samples at once", "they are equal, as all see the same samples"],
        "batches of 10",
        why={
            "batches of 100": "ten times fewer steps of about the same length",
            "all samples at once": "its gradient is the most exact one, but it makes one step an epoch",
            "they are equal, as all see the same samples": "they see the same samples, but they make different numbers of steps",
        },
    ),
    hints=[
        "How many updates does each of them make in 5 epochs?",
        "With the mean as the loss, the gradient of a batch is about as long whatever its size. So the number of steps counts.",
        "1,438 samples make 144 batches of 10, but one batch of all.",
    ],
)

# %%
net = Network.dense(64, 30, 10)
if written:
    X, Y = written.X, written.Y
    settings = {"epochs": 5, "rate": 3.0, "rng": 0, "held_out": written.held_out, "progress": False}
    for size in (1, 10, 100, len(X)):
        begin = time.perf_counter()
        h = train(net, X, Y, batch_size=size, **settings)
        seconds, updates = time.perf_counter() - begin, 5 * math.ceil(len(X) / size)
        print(f"batch {size:4}: {updates:5,} updates, {1000 * seconds:4.0f} ms; right", *(f"{a:5.1%}" for a in h.accuracy))

# %% [markdown]
# Each row is a history: the share of held-out digits that are right, epoch by epoch. A small batch makes more updates, and each of them is
# rougher: its gradient is that of a few samples, not of all. How rough? Compare the gradients of single batches with that of all samples,
# at the same weights. An angle of 0° would be the same direction.

# %%
if written:
    code, p, rng = net.compile(), net.init(0), np.random.default_rng(0)
    C, every = code.value_and_grad(p, X, Y)
    for size in (1, 10, 100, 1000):
        cosines = []
        for _ in range(100):
            batch = rng.choice(len(X), size, replace=False)
            C, g = code.value_and_grad(p, X[batch], Y[batch])
            product = (g["w1"] * every["w1"]).sum()
            cosines.append(product / np.linalg.norm(g["w1"]) / np.linalg.norm(every["w1"]))
        print(f"batch {size:4}: angle to the gradient of all {np.degrees(np.arccos(cosines)).mean():3.0f}° on average")

# %% [markdown]
# From 10 samples to 1,000 the work is a hundred times as much. The direction gets better, but the step does not take you a hundred times as
# far. From 10 down to 1 you get ten times as many steps, in a longer time, as each call of NumPy has its price. So a batch of about 10 is a
# bargain here. It is no law: with another rate, other data or another machine you have to try again.
#
# ## The width
#
# Back to disc and ring, with one hidden layer of tanh neurons. **Predict:** how many hidden neurons does it take at least to close the
# border around the disc?

# %%
Exercise(
    Task.pick(
        "Prediction: how many neurons close a border?",
        ["1", "2", "3", "4"],
        "3",
        why={
            "1": "one neuron makes one line",
            "2": "two neurons make two lines, at best a strip or a wedge, and these are open at an end",
            "4": "four sides do close it; does it take so many?",
        },
    ),
    hints=[
        r"The hidden neuron $i$ is the same all along a line $w_i x + b_i = $ constant. What can be built of one such line, or two?",
        "Two neurons: stand anywhere in the region. Walk so that the sum of one neuron stays, and the other only raises the output.",
        "On this walk you never leave the region, so two neurons cannot close it. Three lines make a triangle.",
    ],
)

# %%
Playground("circle", hidden=(2,), rate=0.3, title="Width")

# %% [markdown]
# Try 2, 3 and 8 neurons, and *none* as the activation. Try more layers and the other start: *scaled* draws the weights of a neuron from
# $N(0, 1/n)$ if it has $n$ inputs, *nielsen* all from $N(0, 1)$, biases too. Now all widths in one table, the epochs until 97 % are right,
# for four seeds:

# %%
data = circle(500, 0, held_out=0.5)
for width in (1, 2, 3, 4, 8, 16):
    wide = Network.dense(2, width, 1, activation=tanh)
    settings = {"epochs": 60, "rate": 0.3, "compiled": wide.compile(), "progress": False, "stop": reached(0.97)}
    shown = []
    for seed in range(4):
        h = train(wide, data.X, data.Y, rng=seed, held_out=data.held_out, **settings)
        shown.append(f"{h.epochs} epochs" if h.accuracy[-1] >= 0.97 else f"{h.accuracy[-1]:.0%} right")
    print(f"{width:2} hidden:", ", ".join(shown))

# %% [markdown]
# ## Where it starts
#
# Why random weights, and not all equal? **Think of two hidden neurons with equal weights**: same inputs, same output, same weight to the
# next layer. What are their gradients? Here all weights and biases begin at 0.5, with four hidden neurons and with one:

# %%
for width in (4, 1):
    same = Network.dense(2, width, 1, activation=tanh)
    equal = {name: np.full(shape, 0.5) for name, shape in same.shapes.items()}
    h = train(same, data.X, data.Y, epochs=60, rate=0.3, params=equal, held_out=data.held_out, progress=False)
    print(f"{width} hidden: held out {max(h.accuracy):.1%} right at best; weights from the first input", np.round(h.params["w1"][:, 0], 4))

# %% [markdown]
# They remain equal for ever: four neurons, and the network can do no more than with one. Randomness is needed to make them different. How
# *large* the random weights should be matters as well, the more so the more inputs a neuron has:

# %%
if written:
    settings = {"epochs": 5, "rate": 3.0, "rng": 0, "held_out": written.held_out, "progress": False}
    for scheme in ("scaled", "nielsen"):
        p = net.init(0, scheme)
        z1 = X @ p["w1"].T + p["b1"]
        h = train(net, X, Y, params=p, **settings)
        print(f"{scheme:>8}: spread of z1 is {z1.std():.1f}; right", *(f"{a:5.1%}" for a in h.accuracy))

# %% [markdown]
# The spread is the standard deviation. Sums that are spread wide lie where the sigmoid is flat. Lesson 12 is about what this does in a
# network of many layers.
#
# ## Exercises
#
# **1.** Two layers without an activation: find the one layer that does the same.

# %%
Exercise(
    "two_linear_layers",
    hints=[
        r"Put $z = w^1 x + b^1$ into $y = w^2 z + b^2$ and multiply out.",
        r"$w = w^2 w^1$, a row times a matrix, and $b = w^2 b^1 + b^2$, a row times a column and a number.",
        r"$w_k = w^2_{11} w^1_{1k} + w^2_{12} w^1_{2k}$ for $k = 1, 2$, and $b = w^2_{11} b^1_1 + w^2_{12} b^1_2 + b^2$.",
    ],
)

# %% [markdown]
# **2.** Count the steps of a training.

# %%
Exercise(
    "mini_batches",
    hints=[
        "Fill whole batches first. What is left over?",
        "Divide the samples by the size of a batch: the whole part is the number of full batches, the remainder is the last batch.",
        "steps = full batches + 1, last = the remainder, all = steps times epochs.",
    ],
)

# %% [markdown]
# **3.** Choose the settings. There are many right answers: yours is tried out.

# %%
Exercise(
    "settings_that_learn",
    hints=[
        "Which of the figures above had data like these? Go there and play until it works.",
        "Three neurons close the border, a few more find it more surely. Small batches give many updates, but need a smaller rate.",
        "width = 8; batch = 10; rate = 0.3",
    ],
)

# %% [markdown]
# ## What you take with you
#
# - Layers without a curve collapse into one: $w = w^2 w^1$, $b = w^2 b^1 + b^2$. The border stays straight.
# - A learning rate belongs to its loss: a sum of $m$ samples has a gradient $m$ times that of the mean.
# - Too small a rate creeps, too large a rate swings, diverges, or throws neurons to where they are flat. Some starts fail at most rates.
# - Smaller batches: more updates from the same samples, each of them rougher.
# - Weights start random, so that neurons become different, and small, so that their sums stay where the curve is steep.
#
# Next: [vanishing gradients](12_vanishing_gradients.ipynb). More layers should be better. Why does a deep network of sigmoids hardly learn
# at all?

# %%
MyWork("my_work_11.json")
