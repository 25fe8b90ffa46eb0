# %% [markdown]
# # 3. Losses: how wrong is wrong?
#
# Two programs sort the same thousand pictures, and both get 900 of them right. Which one is better? And if you may change one weight of
# either by a little: in which direction? Counting mistakes answers neither question. In this lesson you look for numbers that do.
#
# You need lesson 1 (a line that decides), lesson 2 (the sigmoid and its slope) and the logarithm. About 35 minutes.

# %%
import numpy as np
from sympy import Piecewise, Symbol

from derive import Dense, Graph, Network, cross_entropy, derive, sigmoid, squared_error, train
from derive.data import seven_points
from derive.grading import Task
from derive.widgets import Curve, Exercise, MyWork, Stepper

# %% [markdown]
# ## Right or wrong, and by how much: the margin
#
# In lesson 1 a sample was on the right side of a line or on the wrong one. Call the two classes $t = +1$ and $t = -1$. Then one number
# tells the side, and how far the sample is from the decision:
#
# $$m = t\,(w \cdot x + b)$$
#
# This is the *margin* of the sample. It is positive where the decision is right, negative where it is wrong. Its size is the distance from
# the line times the length of $w$. (A sample exactly on the line, $m = 0$, is counted as wrong here.) Counting mistakes means: every sample
# costs 1 if $m \le 0$, and 0 if $m > 0$. This is the *0/1 loss*.


# %%
def zero_one(m):
    return 1.0 if m <= 0 else 0.0


h = 1e-6
slope = (zero_one(-0.5 + h) - zero_one(-0.5 - h)) / (2 * h)

# %%
Exercise(
    Task.pick(
        "Prediction: a slope of the 0/1 loss",
        ["-1", "0", "1", "it has no slope there"],
        f"{slope:g}",
        why={
            "-1": "the loss falls from 1 to 0, but not here: below 0 it is 1 everywhere",
            "1": "this is the loss itself at m = -0.5, and not its slope",
            "it has no slope there": "this is so at m = 0 only, where the loss jumps",
        },
        statement="What is the slope of the 0/1 loss at m = -0.5?",
    )
)

# %% [markdown]
# Here are the seven points of lesson 1 with the weights that the perceptron found. Only $b$ moves. Compare the two columns: the first
# counts the mistakes, the second is the mean of a loss that you will meet in a moment.

# %%
data = seven_points()
t = 2 * data.Y[:, 0] - 1  # classes 0 and 1 become -1 and +1
for b in (-1.60, -1.55, -1.50, -1.45, -1.40, -1.35, -1.30):
    m = t * (data.X @ [-1.2, 3.2] + b)
    mean = np.log(1 + np.exp(-m)).mean()
    print(f"b = {b:.2f}:  mistakes: {sum(m <= 0)},  mean of ln(1 + e^(-m)): {mean:.4f}")

# %% [markdown]
# The count stays where it is for most changes of $b$, and then it jumps. If you stand on one of its flat places, nothing tells you which
# way to go. By the chain rule this holds for every weight: the derivative of the loss by $w_k$ is its slope at $m$, times $t\,x_k$. The
# slope is 0, so the gradient is 0, whatever the sample is. A step along it is a step of length 0. At the jump there is no slope at all.
#
# The second column changes with every change of $b$. It has a slope, and the slope shows the way.
#
# ## Losses that take its place
#
# Five functions of the margin are in common use instead of the 0/1 loss:
#
# - perceptron, $\max(0, -m)$: the rule of lesson 1 is descent on it, one sample at a time;
# - hinge, $\max(0, 1 - m)$: wants a margin of 1, not only the right side (support vector machines);
# - logistic, $\ln(1 + e^{-m})$: smooth, and never quite content (this course);
# - exponential, $e^{-m}$: hard on what is far on the wrong side (boosting);
# - squared, $(1 - m)^2$: wants a margin of exactly 1.
#
# The curve below is the logistic loss, divided by $\ln 2$ so that it is 1 at $m = 0$. Move $m$.
#
# - Where is the logistic loss steepest: far on the wrong side, at 0, or far on the right side?
# - Which of the dashed curves is flat where a sample is wrong? Which is flat where it is right?
# - Which one lies below the 0/1 loss somewhere?

# %%
margin = Symbol("m")
mistakes = Piecewise((1, margin <= 0), (0, True))
Curve(
    "ln(1 + e^(-m))/ln(2)",
    "m",
    x=(-4, 4),
    y=(-0.3, 5),
    at=0,
    beside={
        "0/1": mistakes,
        "perceptron": "max(0, -m)",
        "hinge": "max(0, 1 - m)",
        "exponential": "e^(-m)",
    },
    title="The logistic loss beside four others",
)

# %% [markdown]
# A loss that is nowhere below the 0/1 loss is useful in one more way: if its mean over the samples is 0.1, then at most one sample in ten
# can be wrong. Which of them have this property? **Write down your answer,** then let the numbers say.

# %%
m = np.arange(-300, 301) / 100
losses = {
    "perceptron": np.maximum(0, -m),
    "hinge": np.maximum(0, 1 - m),
    "logistic": np.log(1 + np.exp(-m)),
    "logistic / ln 2": np.log(1 + np.exp(-m)) / np.log(2),
    "exponential": np.exp(-m),
    "squared": (1 - m) ** 2,
}
for name, loss in losses.items():
    below = m[loss < (m <= 0) - 1e-9]
    where = f"from m = {below.min():.2f} to {below.max():.2f}" if len(below) else "nowhere"
    print(f"{name:16} below the 0/1 loss: {where}")

# %% [markdown]
# The squared loss passes this test, and still there is something odd about it. Move $m$ to 3, a sample that is far on the *right* side.
# What does the sign of the slope say?

# %%
Curve("(1 - m)^2", "m", x=(-4, 4), y=(-1, 9), at=2.5, beside={"0/1": mistakes}, title="The squared loss of a margin")

# %% [markdown]
# Beyond $m = 1$ its slope is positive: descent makes the margin smaller, and pulls a sample back that was decided too well. For a curve
# through measured points this is what you want; for a decision it is not.
#
# ## Many samples: the mean
#
# One sample gives one loss, $C_s$. For $n$ samples we take the mean, $C = \frac1n \sum_s C_s$.

# %%
net = Network(2, Dense(1, sigmoid), loss=cross_entropy)
f, p = net.compile(), net.init(np.random.default_rng(0))
once = f.value_and_grad(p, data.X, data.Y)[1]["b1"]
twice = f.value_and_grad(p, np.tile(data.X, (2, 1)), np.tile(data.Y, (2, 1)))[1]["b1"]

# %%
Exercise(
    Task.pick(
        "Prediction: every sample twice",
        ["doubles", "stays the same", "is halved"],
        {2: "doubles", 1: "stays the same", 0.5: "is halved"}[round(float((twice / once)[0]), 6)],
        why={
            "doubles": "the gradient of the sum doubles; the mean divides it by twice as many samples",
            "is halved": "there are twice as many samples to divide by, but the sum has doubled as well",
        },
        statement="Every sample is put into the data a second time. The gradient of the mean loss ...",
    )
)

# %% [markdown]
# What is the gradient of a mean? Two samples and one weight are enough to see it. Watch where the factor $1/2$ goes.

# %%
Stepper("((w*x1 - y1)^2 + (w*x2 - y2)^2)/2", "w", title="The derivative of a mean of two losses")

# %% [markdown]
# The derivative went into the sum, term by term, and the factor in front stayed where it was. Each term in the bracket is the derivative
# of *one* sample's loss. Nothing of this depended on the squares, so it holds for any loss and any number of samples:
#
# $$\frac{\partial C}{\partial w} = \frac1n \sum_s \frac{\partial C_s}{\partial w}$$
#
# In words: **the gradient of the mean is the mean of the gradients.** The generated code works on all samples at once. Does it agree with
# one sample at a time?

# %%
C, gradient = f.value_and_grad(p, data.X, data.Y)
each = [f.value_and_grad(p, x[None], y[None]) for x, y in zip(data.X, data.Y, strict=True)]
print("loss, all at once    ", round(C, 6))
print("mean of seven losses ", round(np.mean([loss for loss, _ in each]), 6))
print("gradient, all at once", gradient["w1"].round(6))
print("mean of seven        ", np.mean([g["w1"] for _, g in each], axis=0).round(6))

# %% [markdown]
# This is why a gradient can be estimated from a few samples, and why seven machines can each compute a seventh of it. Lesson 4 makes use
# of it.
#
# ## Two losses for networks
#
# From here on the targets are called $y$, and the last neuron's output is $a$. Two losses will do for the whole course. With $n$ samples,
#
# $$\text{squared error:}\quad C = \frac{1}{2n} \sum_s \lVert y_s - a_s \rVert^2, \qquad
# \text{cross entropy:}\quad C = -\frac1n \sum_s \bigl(y_s \ln a_s + (1 - y_s) \ln (1 - a_s)\bigr).$$
#
# The second needs outputs between 0 and 1, such as those of a sigmoid. It looks new, but you know it already. Take $a = \sigma(z)$ and a
# target $y = 1$: what remains is $-\ln \sigma(z) = \ln(1 + e^{-z})$. For $y = 0$ it is $-\ln(1 - \sigma(z)) = \ln(1 + e^{z})$. Both are
# the logistic loss of the margin, with $t = 1$ and $t = -1$.
#
# Neither loss is ever negative: a square is not, and logarithms of numbers up to 1 are not positive. When is it least? **Predict:** a
# coin is tossed, so the best target we can give is $y = 1/2$, and the network says just that, $a = 1/2$.

# %%
entropy = Graph("-(y*ln(a) + (1 - y)*ln(1 - a))")
at_best = float(entropy.forward(y=0.5, a=0.5))

# %%
Exercise(
    Task.pick(
        "Prediction: the least cross entropy",
        ["0", "0.5", "0.693", "1.386"],
        f"{at_best:.3f}",
        why={
            "0": "ln 0.5 is not 0, so neither term is",
            "0.5": "it is -ln 0.5, and not 0.5",
            "1.386": "each of the two terms has the factor 1/2",
        },
        statement="What is the cross entropy at y = 0.5 and a = 0.5?",
    )
)

# %% [markdown]
# Move $a$ and find the lowest point for a few targets $y$. Where is it, and how high is it? The dashed straight line is the *entropy* of
# the target, $-(y \ln y + (1 - y) \ln(1 - y))$; the other dashed curve is the squared error of the same output.

# %%
Curve(
    "-(y*ln(a) + (1 - y)*ln(1 - a))",
    "a",
    x=(0.01, 0.99),
    y=(-0.2, 3),
    at=0.8,
    parameters={"y": (0.05, 0.95, 0.3)},
    beside={"entropy of y": "-(y*ln(y) + (1 - y)*ln(1 - y))", "squared error": "(a - y)^2/2"},
    title="Cross entropy over the output",
)

# %% [markdown]
# Both losses are least at $a = y$. There the squared error is 0, but cross entropy is not: it is the entropy of $y$, and this is 0 only
# for the certain targets 0 and 1. Here is the slope, to see why the lowest place is $a = y$:

# %%
Stepper("-(y*ln(a) + (1 - y)*ln(1 - a))", "a", title="The slope of cross entropy by the output")

# %% [markdown]
# Bring the two fractions over one line. Above it you have $y\,(1 - a) - (1 - y)\,a = y - a$, so that
#
# $$\frac{\partial C}{\partial a} = \frac{a - y}{a\,(1 - a)}.$$
#
# Below the line is a positive number, so the sign is that of $a - y$: falling before $a = y$, rising after it. Check it with what the
# derivation itself says:

# %%
derived = derive("-(y*ln(a) + (1 - y)*ln(1 - a))", "a")
y = 0.3
print("   a       C   derived   (a - y)/(a(1 - a))")
for a in (0.1, 0.2, 0.3, 0.4, 0.9):
    C, slope = entropy.forward(y=y, a=a), derived.at({"y": y, "a": a}).value
    print(f"{a:.2f}  {float(C):.4f}  {float(slope):8.4f}   {(a - y) / (a * (1 - a)):8.4f}")

# %% [markdown]
# Now with numbers, by hand or with a calculator:

# %%
Exercise(
    "cross_entropy_least",
    hints=[
        "For the first number, put the target itself in the place of the output. Which of the two terms is 0?",
        r"None is. At $a = y$ the loss is the entropy of the target, $-(y \ln y + (1 - y) \ln(1 - y))$.",
        r"For $y = 1/2$ it is $-\ln \frac12$; elsewhere it is $-\frac12(\ln 0.8 + \ln 0.2)$.",
    ],
)

# %% [markdown]
# ## What cross entropy does to the slope of the sigmoid
#
# Remember the last figure of lesson 2: with the squared error a neuron that is badly wrong and saturated hardly learns. The factor
# $\sigma'(z)$ was to blame. Here it comes:

# %%
Stepper(["a = sigma(z)", "C = (a - y)^2/2"], "z", at={"z": 4, "y": 0}, title="The squared error of a sigmoid neuron")

# %% [markdown]
# Look at $\partial C/\partial a$ of cross entropy once more. There is $a(1 - a)$ *below* the line. And $\sigma'(z) = a(1 - a)$.
#
# **Predict:** at $z = 4$ and $y = 0$, how much larger is the derivative with cross entropy?

# %%
with_square = derive(["a = sigma(z)", "C = (a - y)^2/2"], "z")
with_entropy = derive(["a = sigma(z)", "C = -(y*ln(a) + (1 - y)*ln(1 - a))"], "z")
times = float(with_entropy.at({"z": 4, "y": 0}).value) / float(with_square.at({"z": 4, "y": 0}).value)

# %%
Exercise(
    Task.pick(
        "Prediction: cross entropy against squared error at z = 4",
        ["just", "about 4 times", "about 57 times", "about 3,000 times"],
        f"about {times:.0f} times",
        why={
            "just": "one has the factor a(1 - a), which is small at z = 4, and the other has not",
            "about 4 times": "this would be so at z = 0, where the slope is 1/4",
            "about 3,000 times": "the factor a(1 - a) is missing once, not twice",
        },
        statement="dC/dz with cross entropy is ... as large as with the squared error.",
    )
)

# %%
Stepper(with_entropy, at={"z": 4, "y": 0}, title="Cross entropy of a sigmoid neuron")

# %% [markdown]
# What remains is $a - y$: the error itself. The more wrong the neuron is, the faster it learns. Here the two losses lie over $z$, with
# the target $y$ to move. Go to the far right with $y$ near 0: compare the slope of the curve with that of the dashed one.

# %%
Curve(
    "-(y*ln(sigma(z)) + (1 - y)*ln(1 - sigma(z)))",
    "z",
    x=(-6, 6),
    y=(-0.5, 6),
    at=4,
    parameters={"y": (0, 1, 0)},
    beside={"squared error": "(sigma(z) - y)^2/2"},
    title="Cross entropy over the weighted input",
)

# %% [markdown]
# The derivation is also what the program is made of. Two networks of one neuron, and of each the line of code that computes the error:

# %%
squared = Network(1, Dense(1, sigmoid), loss=squared_error)
entropic = Network(1, Dense(1, sigmoid), loss=cross_entropy)
for neuron in (squared, entropic):
    print(*(line for line in neuron.compile().source.splitlines() if "BP1" in line))

# %% [markdown]
# Let both learn the same: for the input 1 the output should be 0. Both start badly, at $w = b = 2$, and both take the same learning rate.

# %%
start = {"w1": np.array([[2.0]]), "b1": np.array([2.0])}
print("epochs: ", *(f"{epochs:6}" for epochs in (0, 25, 50, 100, 200, 300)))
for name, neuron in {"squared": squared, "entropy": entropic}.items():
    outputs = [neuron.compile().predict(start, [[1.0]])[0, 0]]
    for epochs in (25, 50, 100, 200, 300):
        end = train(neuron, [[1]], [[0]], epochs=epochs, rate=0.15, params=start, progress=False)
        outputs.append(neuron.compile().predict(end.params, [[1.0]])[0, 0])
    print(f"{name}:", *(f"{a:6.3f}" for a in outputs))

# %% [markdown]
# The neuron with the squared error waits long before it begins to learn. The other one learns at once.
#
# ## Exercises
#
# **1.** A smooth loss has what the 0/1 loss has not.

# %%
Exercise("surrogate_slope")

# %% [markdown]
# **2.** Work with per-sample gradients, without computing them anew.

# %%
Exercise(
    "mean_of_gradients",
    hints=[
        "The mean is a sum with a factor in front. What does the derivative do with a sum, and what with a factor?",
        r"$(f + g)' = f' + g'$ and $(c f)' = c f'$: differentiate each sample's loss on its own.",
        r"$\frac{\partial C}{\partial w} = \frac12 (g_1 + g_2)$",
    ],
)

# %% [markdown]
# **3.** Derive for yourself how the slope cancels. In part 2 a whole layer has to answer, and letters get numbers: $a^1_j$ is the output of
# neuron $j$ in layer 1, $z^1_j$ is its weighted input, and $y_j$ is its target. The 1 above is the number of the layer and no power.

# %%
Exercise("cross_entropy_steps")

# %% [markdown]
# ## What you take with you
#
# - The margin tells the side, and with the length of $w$ the distance. Counting mistakes has the slope 0 wherever it has one, so no
#   gradient can reduce it.
# - Losses with a slope take its place: hinge, logistic, exponential and squared, suitably scaled, are nowhere below it.
# - The gradient of the mean is the mean of the gradients.
# - Squared error and cross entropy are never negative and least at $a = y$: there one is 0, the other the entropy of $y$.
# - Cross entropy after a sigmoid cancels $\sigma'(z)$: the error of the output is $a - y$.
#
# Next: [downhill, step by step](04_gradient_descent.ipynb). You have a loss and its slope; now use them.

# %%
MyWork("my_work_03.json")
