# %% [markdown]
# # 13. Universal approximation: what can a network say at all?
#
# Lesson 12 ended with a warning: in a deep network gradients vanish. So why not stay shallow? Is one hidden layer enough for every
# function, and if it is, why does training sometimes fail all the same?
#
# In this lesson you build networks *without* learning, with weights that you choose yourself. Then you let learning try the same.
#
# You need lesson 2 (the sigmoid), lesson 4 (learning rates) and lesson 12 (slopes that fade). About 35 minutes.

# %%
import numpy as np

from derive import Network, derive, identity, train
from derive.grading import Task
from derive.widgets import Bumps, Curve, Exercise, MyWork, Stepper, Surfaces

# %% [markdown]
# ## A sigmoid that is nearly a step
#
# The unit $\sigma(k(x - c))$ switches from 0 to 1 at $x = c$. How suddenly, is for $k$ to say. Beside it, dashed: the step, which is 0 to
# the left of $c$ and 1 to the right.
#
# **Predict:** let $k$ grow without end. The largest gap between the sigmoid and the step, over all $x$, becomes ...

# %%
Exercise(
    Task.pick(
        "Prediction: the largest gap",
        ["0", "1/4", "1/2, and it stays so", "1"],
        "1/2, and it stays so",
        why={
            "0": "at every single place but c the gap goes to 0; but look for the largest one, near c",
            "1/4": "this is the largest slope of the sigmoid; what is its value at c?",
            "1": "at c the sigmoid is halfway between 0 and 1",
        },
    )
)

# %%
Curve(
    "sigma(k*(x - c))",
    x=(-1, 1),
    y=(-0.1, 1.1),
    at=0.1,
    parameters={"k": (1, 100, 5), "c": (-1, 1, 0)},
    beside={"step": "(1 + (x - c)/abs(x - c))/2"},
    slope=False,
    title="Sigmoid and step",
)

# %% [markdown]
# At $x = c$ the sigmoid is $1/2$, whatever $k$ is. But the places where the gap is large come closer and closer together:

# %%
x = np.linspace(-1, 1, 401)
for k in (5, 50, 500):
    gap = abs(0.5 + 0.5 * np.tanh(k * x / 2) - (x >= 0))
    far = gap[abs(x) > 0.1].max()
    print(f"k = {k:3}: largest gap {gap.max():.2f}, farther than 0.1 from the jump {far:.2g}")

# %% [markdown]
# (The code writes $\sigma(z)$ as $\tfrac12 + \tfrac12 \tanh\tfrac z2$, from lesson 2, as it does not overflow.)
#
# How steep is steep enough? At a distance $d$ from the jump the gap is $\sigma(-k d)$. It is $\varepsilon$ for
# $e^{k d} = 1/\varepsilon - 1$, so
#
# $$k = \frac{\ln(1/\varepsilon - 1)}{d}$$
#
# Try it:

# %%
Exercise(
    "steep_sigmoid",
    hints=[
        r"Put the jump in the middle between the two places. How far is it from there to each of them?",
        r"The distance is $d = 0.1$ and the gap has to be below $\varepsilon = 0.05$: $w$ must be above $\ln(19)/0.1 \approx 29.4$. "
        r"The jump is where $w x + b = 0$.",
        "With w = 40 and the jump at 0.5: b = -40*0.5, so w = 40; b = -20.",
    ],
)

# %% [markdown]
# ## Surfaces: one, two and three layers
#
# Now two inputs, so that the output is a surface over the plane. The region where it is above $1/2$ is what the network says *yes* to.
#
# - **One layer**, a single unit: $\sigma(w \cdot x + b)$ is above $1/2$ where $w \cdot x + b > 0$. That is lesson 1's half plane.
# - **Two layers:** the hidden units are three half planes. The output adds them up and subtracts $2.5$: only where all three
#   say yes, it is positive. It computes *and*.
# - **Three layers:** six half planes, two units that compute *and*, and an output that subtracts only $0.5$: it computes *or*.
#
# **Before you look at the next figure:** sketch the three regions from the weights.

# %%
half_plane = {"w1": [[1, 0.5]], "b1": [-0.5]}
triangle = {"w1": [[1, 0], [0, 1], [-1, -1]], "b1": [1, 1, 1], "w2": [[1, 1, 1]], "b2": [-2.5]}
two_triangles = {
    "w1": [[1, 0], [0, 1], [-1, -1], [-1, 0], [0, -1], [1, 1]],
    "b1": [1.5, 1.5, -0.5, 1.5, 1.5, -0.5],
    "w2": [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]],
    "b2": [-2.5, -2.5],
    "w3": [[1, 1]],
    "b3": [-0.5],
}

# %%
Surfaces({"1 layer": half_plane, "2 layers": triangle, "3 layers": two_triangles}, steepness=12)

# %% [markdown]
# Every weight and bias is multiplied by $k$. Move it:
#
# - At $k = 100$ every unit is a step, and the regions have straight edges. At $k = 5$ their corners are round.
# - At $k = 1$ the triangle is gone. Why? The point $(0, 0)$ is in its middle, and all three hidden $z$ are 1 there. Each unit
#   should say 1. What is $3\,\sigma(1) - 2.5$?
#
# An output that computes *and* gives a *convex* region: with any two points it has all that lies between them. A union of two
# such regions needs one more layer **if you build it like this**. It is not the only way: other output weights make other
# shapes. With two hidden units, the output weights 1 and 1 and the bias $-0.5$ you have an *or* of two half planes, and that is
# not convex. What else can two layers do? That is the question of the theorem.
#
# ## Bumps: any curve with one hidden layer
#
# Back to one input. The difference of two steps is a bump: up at $a_i$, down again at $b_i$, times a height $h_i$. Put bumps
# side by side, each as high as $f$ in its middle, and their sum follows $f$:
#
# $$a(x) = \sum_{i=1}^{N} h_i \left(\sigma(k(x - a_i)) - \sigma(k(x - b_i))\right)$$
#
# This is a network with one hidden layer of $2N$ units, and nobody has trained it. (Where one bump ends, the next begins, $b_i = a_{i+1}$.
# So there are only $N + 1$ different edges, and two units at the same edge could be made into one. We count $2N$, two for each bump.)
#
# **Predict:** twice as many bumps; what happens to the largest error?

# %%
Bumps("sin(3*x)", bumps=5, steepness=50)

# %% [markdown]
# The largest error, $\max |f - a|$ over the whole range, is called the *sup error*. The right-hand picture has it for every $N$.
#
# - Add bumps with the right arrow key. Then type a function of your own: `x^2 - x`, `exp(-20*(x - 0.5)^2)`, `abs(x - 0.3)`.
# - With $N = 40$, make $k$ small. What do the bumps do to each other? More bumps need steeper sides.
# - Tick *output weights chosen best*: the hidden units stay, only $h_i$ and a bias are fitted. How much was left to gain?
# - Type `sin(20*x)`, and take $k = 200$. How many bumps does it need to be as good as `sin(3*x)` with 5?
#
# ## How many are needed?
#
# With steps for units this can be computed. $f(x) = \sin 3x$ has the slope $3 \cos 3x$, never more than 3. Within a bump of
# width $1/N$ no place is farther than $1/(2N)$ from the middle, where the height is right. So the error is at most
#
# $$3 \cdot \frac{1}{2N} = \frac{1.5}{N}$$

# %%
steps = Bumps("sin(3*x)", activation="step")
for n in (1, 5, 10, 20, 40):
    print(f"{2 * n:2} hidden units: sup error {steps.errors[n - 1]:.4f}, at most {1.5 / n:.4f}")

# %% [markdown]
# Twice the bumps, half the error. Steep sigmoids in place of the steps add little: the gap of $1/2$ is now half of a jump, and
# a jump from one height to the next is at most $3/N$. So the error can be made as small as you like. This is a proof, for one
# input and for every $f$ whose slope is bounded. (A function that is only continuous takes a little more care, and more inputs
# take another proof.)
#
# ## Not every bend will do
#
# Would any activation do, as long as it is not a straight line? Take $z^2$: it bends.
#
# **Predict:** 80 hidden units with the activation $z^2$, the output weights chosen as well as possible. The error for $\sin 9x$ ...

# %%
Exercise(
    Task.pick(
        "Prediction: units with z^2",
        ["becomes as small as you like with more units", "soon does not change any more", "grows with more units"],
        "soon does not change any more",
        why={
            "becomes as small as you like with more units": "what kind of function is the sum of eighty parabolas?",
            "grows with more units": "an output weight can be 0, so more units are never worse",
        },
    )
)

# %%
Bumps("sin(9*x)", bumps=5, activation="z²", title="Units of a polynomial")

# %% [markdown]
# With $z^2$ the output weights are always chosen best, so the box for it is switched off. As before, the 10 hidden units of 5 bumps have 6
# different edges, but the error does not depend on their number. However many units there are, their sum is one parabola. Here are a
# thousand of them, with random weights:

# %%
rng = np.random.default_rng(0)
v, w, b = rng.normal(size=(3, 1000))
total = sum(np.poly1d([w[i], b[i]]) ** 2 * v[i] for i in range(1000))
print(total)

# %% [markdown]
# And $\sin 9x$ is no parabola: the dashed line in the figure is an error that *no* parabola gets below. With $z^3$ the sum is a
# polynomial of degree 3, and so on. This is the content of a theorem of Leshno, Lin, Pinkus and Schocken (1993): one hidden
# layer can come as near as you like to every continuous function exactly when the activation is **not a polynomial**. (They
# need that it does not jump too wildly.) Sigmoid, tanh, relu and even the step will do.
#
# ## To exist is one thing, to be found another
#
# So good weights exist. Does gradient descent find them? Look at what tells a bump where to move its left edge $a$. The loss is
# $\tfrac12(\text{bump} - y)^2$:

# %%
edge = derive("(h*(sigma(k*(x - a)) - sigma(k*(x - b))) - y)^2/2", "a")
Stepper(edge)

# %% [markdown]
# The sample is at $x = 0.5$ with the target 1. The bump reaches from 0.6 to 0.9: it should come a little to the left. How
# clearly does the gradient say so? **Predict:** is it larger for steep or for soft edges?

# %%
sample = {"x": 0.5, "y": 1, "h": 1, "a": 0.6, "b": 0.9}
for k in (5, 50, 500):
    print(f"k = {k:3}: dC/da = {edge.at(sample | {'k': k}).value:.3g}")

# %% [markdown]
# A positive slope: descent makes $a$ smaller, as it should. But the steep unit, the one that approximates so well, is saturated
# at $x$, and its slope is practically 0. The network that you have built by hand is one that could hardly be learned. Learning
# has to begin with soft units.
#
# Let it try. The same sizes by hand (with $k = 200$) and trained, 1000 epochs from the start that `Network.dense` gets by default:

# %%
x, fine = np.linspace(0, 1, 100), np.linspace(0, 1, 401)
for name, f in (("sin(3*x)", lambda x: np.sin(3 * x)), ("sin(20*x)", lambda x: np.sin(20 * x))):
    by_hand = Bumps(name, steepness=200).errors
    for n in (6, 20, 80):
        net = Network.dense(1, n, 1, output=identity)
        trained = train(net, x, f(x), epochs=1000, rate=0.3, rng=0, progress=False)
        a = net.compile().predict(trained.params, fine[:, None])[:, 0]
        error = abs(a - f(fine)).max()
        print(f"{name:9} {n:2} hidden units: by hand {by_hand[n // 2 - 1]:.3f}, trained {error:.3f}")

# %% [markdown]
# Three things to see:
#
# - With 6 units on $\sin 3x$ learning beats your bumps by far. It is free to use soft, overlapping units. The bumps were made
#   to be understood, not to be thrifty.
# - With 80 units on $\sin 3x$ it does worse than with 20. Every output weight takes its step, and 80 steps in the same direction overshoot:
#   the rate that was right for 20 is too large. Lesson 4 again. With `rate=0.05` more units are better: 0.61, 0.46 and 0.38 are
#   left on $\sin 3x$. But 1000 epochs are not enough then.
# - On $\sin 20x$ it fails with every size, although the hand-made network of 80 units is there. An error of 1 is what a network has
#   that always says 0.
#
# The last one is not a matter of size, but of where learning begins: these units begin so soft that over $[0, 1]$ each is
# nearly a straight line. Go back to the first *Bumps* figure, type `sin(20*x)`, choose 10 bumps and press *Train*. Its units
# begin steep, and switch at places spread over the range. The same size (20 units), the same rate, and now it learns.
#
# ## What the theorem says
#
# Cybenko (1989): let $f$ be continuous on a cube, and $\varepsilon > 0$. Then there are a number $N$ and weights with
#
# $$\left| f(x) - \sum_{i=1}^{N} v_i\, \sigma(w_i \cdot x + b_i) \right| < \varepsilon \quad \text{for all } x \text{ in the cube.}$$
#
# And what it does *not* say:
#
# - **How many** units: $N$ may be huge.
# - **How to find** the weights. It is about existence, not about learning.
# - Anything **outside** the cube. Your bumps end where the range ends:

# %%
made = Bumps("sin(3*x)", activation="step").made(40)
for x in (0.5, 0.9, 1.5):
    print(f"x = {x}: f = {np.sin(3 * x):.3f}, network {made(np.array([x]))[0]:.3f}")

# %% [markdown]
# - Anything about functions that **jump**: a continuous network misses a jump of height 1 by at least $1/2$ somewhere. You have
#   met this $1/2$ at the beginning.
# - Anything about **samples**: to be near $f$ everywhere is more than to be right at the hundred places that were in the training set.
#
# Which of these does the theorem promise?

# %%
Exercise(
    Task.pick(
        "The promise",
        [
            "gradient descent finds the weights if there are enough units",
            "for every continuous f on [0, 1] and every error there is a network with one hidden layer",
            "twice as many units always give half the error",
            "more layers are never of use",
        ],
        "for every continuous f on [0, 1] and every error there is a network with one hidden layer",
        why={
            "gradient descent finds the weights if there are enough units": "sin(20x) with 80 units: they exist, and were not found",
            "twice as many units always give half the error": "so it was for bumps and this f; the theorem names no number",
            "more layers are never of use": "it says that one is enough, not that one is best: a deeper network may need far fewer units",
        },
    )
)

# %% [markdown]
# ## Exercises
#
# **1.** A bump by hand.

# %%
Exercise(
    "bump",
    hints=[
        "One unit switches on at the left edge, the other one at the right edge. What must the second output weight do to the first?",
        r"A step at $c$ is $\sigma(k(x - c))$, so $w = k$ and $b = -k c$. At the distance 0.25 it has to be right to 5 %: $k$ above "
        r"$\ln(19)/0.25 \approx 11.8$. The output weights are the height and its negative.",
        "With k = 40: w = (40, 40); b = (-40, -120); v = (3, -3).",
    ],
)

# %% [markdown]
# **2.** A region in the plane, as in the figure with the triangle. The units are steps here.

# %%
Exercise(
    "region_in_the_plane",
    hints=[
        "One hidden unit for each of the three conditions. Bring each of them into the form: something is above 0.",
        r"$x_1 + x_2 < 4$ is $-x_1 - x_2 + 4 > 0$: the weights are $(-1, -1)$ and the bias is 4. The output says yes only for a sum of 3.",
        "w = ((1, 0), (0, 1), (-1, -1)); b = (0, -1, 4); v = (1, 1, 1); c = -2.5",
    ],
)

# %% [markdown]
# **3.** Why $z^2$ is not enough.

# %%
Exercise(
    "polynomial_units",
    hints=[
        "Multiply out both squares, then collect what belongs to $x^2$, to $x$, and to neither. How often can a parabola turn?",
        r"$v (w x + b)^2 = v w^2 x^2 + 2 v w b\, x + v b^2$.",
        r"$3(2x + 1)^2 = 12x^2 + 12x + 3$ and $-(x - 2)^2 = -x^2 + 4x - 4$. Their sum is $11x^2 + 16x - 1$; and of the three functions "
        r"only $x^2/3 - 5x + 7$ is a parabola.",
    ],
)

# %% [markdown]
# ## What you take with you
#
# - A steep sigmoid is a step except near the jump, where the gap of $1/2$ remains.
# - One unit is a half plane, *and* makes a convex region of half planes, *or* a union of such regions.
# - Two hidden units make a bump, and bumps make every continuous curve; for $N$ bumps on $\sin 3x$ the error is at most $1.5/N$.
# - With a polynomial for activation, no number of units helps. With any other of the usual ones, one hidden layer is enough.
# - Enough to *exist*. Whether it is found depends on the start, the rate, and on slopes that do not vanish.
#
# Next: [find the mistake](14_find_the_mistake.ipynb). You know enough now to correct what others have published.

# %%
MyWork("my_work_13.json")
