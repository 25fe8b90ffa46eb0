# %% [markdown]
# # 12. Vanishing gradients: why the first layers sleep
#
# In lesson 11 one hidden layer learned the disc and the ring in a few epochs. Give it more layers. It can do more now, so it should learn
# at least as well. Does it?
#
# You need the slope of the sigmoid and saturation (lesson 2), cross entropy (lesson 3) and the four equations (lesson 10). About 35
# minutes.

# %%
import numpy as np
from sympy import symbols

from derive import Dense, Graph, Network, Residual, cross_entropy, derive, identity, relu, sigmoid, squared_error, tanh, train
from derive.data import circle
from derive.grading import Task
from derive.stopping import reached
from derive.training import gradient_norms
from derive.widgets import Curve, Exercise, GradientNorms, MyWork, Saturation, Stepper

# %% [markdown]
# ## More layers, less learning
#
# All layers have 8 sigmoid neurons, the output is one sigmoid neuron, the targets are 0 and 1. Each training stops when 97 % of the
# held-out points are right, at the latest after 100 epochs.

# %%
data = circle(500, 0, held_out=0.5).with_targets(0, 1)


def learn(net, epochs=100):
    settings = {"rate": 1.0, "stop": reached(0.97), "progress": False}
    return train(net, data.X, data.Y, epochs=epochs, rng=0, held_out=data.held_out, **settings)


for depth in (1, 2, 3, 5):
    h = learn(Network.dense(2, *[8] * depth, 1))
    print(f"{depth} hidden: {h.accuracy[-1]:.0%} right after {h.epochs} epochs")

# %% [markdown]
# With three or five layers it still guesses after 100 epochs: about half is right by chance. Which of the weights do not move? **Predict:**

# %%
Exercise(
    Task.pick(
        "Prediction: which layer sleeps?",
        ["the first one", "the last one", "all of them alike"],
        "the first one",
        why={
            "the last one": "its error comes straight from the loss",
            "all of them alike": "how many factors are in the slope of a first weight, and how many in that of a last one?",
        },
    ),
    hints=[
        "BP2 makes the errors of a layer from those above it. In which direction does the error travel?",
        r"Each layer on the way multiplies by its weights and by $\sigma'(z) \le \tfrac14$.",
        "The first layer is the last one to be reached: it gets what all the others have left.",
    ],
)

# %%
deep = Network.dense(2, 8, 8, 8, 8, 8, 1)
begin, h = deep.init(0), learn(deep)  # with the seed 0 it starts there
print("layer   norm of its gradient in the 1st and 100th epoch   way it went, of its length")
for layer in range(1, 7):
    w = f"w{layer}"
    first, *_, last = h.gradient_norms[w]
    way = np.linalg.norm(h.params[w] - begin[w]) / np.linalg.norm(begin[w])
    print(f"{layer:5}   {first:23.5f} {last:20.5f}   {way:26.1%}")

# %% [markdown]
# The last layer has gone a good part of its own length, the first ones practically stayed where they were by chance. So the last layers
# work with features that nobody has learned. The network is not unable to learn; it is slow. Leave it alone for longer:

# %%
h = learn(deep, 2000)
norms = h.gradient_norms["w1"]
for epoch in (1, 250, 500, 750, 1000, h.epochs):
    print(f"epoch {epoch:5}: held out {h.accuracy[epoch - 1]:.0%} right, gradient of w1 {norms[epoch - 1]:.5f}")

# %% [markdown]
# A thousand epochs of nearly nothing, and then it is quick. What takes the gradient away? Look at one neuron first.
#
# ## One factor: the slope of the last neuron
#
# An output neuron has the target $y = 0$ and the squared error. At $z = 0$ it says $a = 0.5$; at $z = 5$ it says $a = 0.993$, so it is
# twice as wrong. **Predict:** how large is $\delta = \partial C/\partial z$ at $z = 5$, compared with $z = 0$?

# %%
neuron = Graph("(sigma(z) - y)^2/2")
delta = {}
for z in (0, 5):
    neuron.forward(z=z, y=0)
    delta[z] = float(neuron.backward()["z"])
times = round(delta[0] / delta[5])

# %%
Exercise(
    Task.pick(
        "Prediction: twice as wrong",
        ["about 2 times larger", "equal", f"about {times} times smaller"],
        f"about {times} times smaller",
        why={
            "about 2 times larger": "so it is with a - y, but this is not the only factor",
            "equal": "the slope of the sigmoid differs much between the two places",
        },
    ),
    hints=[
        r"BP1: $\delta = (a - y)\,\sigma'(z)$. Put both places in.",
        r"$\sigma'(z) = a (1 - a)$: 0.25 at $z = 0$, and $0.993 \cdot 0.007$ at $z = 5$.",
        r"$0.5 \cdot 0.25 = 0.125$ against $0.993 \cdot 0.993 \cdot 0.0067 \approx 0.0066$.",
    ],
)

# %% [markdown]
# Move $z$ from 0 to 5 and watch the two curves on the right. BP1 gives $\delta$, and BP4 says what the weights get: $\delta$ times the
# activation at their beginning. If $\delta$ is small, or that activation is, the weight learns slowly.

# %%
Saturation(z=0, y=0)

# %% [markdown]
# Cross entropy takes $\sigma'(z)$ out of the error of the *last* layer. Is the problem of the deep network solved with this? Keep your
# guess.
#
# ## Many factors: a chain
#
# Four neurons, one after the other, the simplest deep network. How does the loss change with the very first weight? Open it line by line.
# Below each line are its values where all $z = 0$ and all weights are 1, the place where every sigmoid is steepest:

# %%
links = ["z1 = w1*x + b1", "a1 = sigma(z1)", "z2 = w2*a1 + b2", "a2 = sigma(z2)"]
links += ["z3 = w3*a2 + b3", "a3 = sigma(z3)", "z4 = w4*a3 + b4", "a4 = sigma(z4)", "C = (a4 - y)^2/2"]
at = {"x": 1, "y": 0, "b1": -1, "b2": -0.5, "b3": -0.5, "b4": -0.5} | {f"w{k}": 1 for k in range(1, 5)}
Stepper(derive(links, "w1"), at=at)

# %% [markdown]
# The slope of the first weight is a product: the error at the end, a $\sigma'$ for each neuron on the way, and the weights between them. No
# $\sigma'$ is ever more than $\tfrac14$. So with weights of size 1, this is the most that can be left:

# %%
for neurons in (1, 2, 4, 8, 12):
    print(f"{neurons:2} neurons: {0.25**neurons:.1e}")

# %% [markdown]
# **Do larger weights help?** One link of the chain has the factor $w\,\sigma'(w a + b)$, where $0 < a < 1$ is the activation from below.
# Here is this factor as a function of $a$. With $w = 4$ and $b = -2$ it reaches 1 in the middle. Now take $w = 16$ and $b = -8$: how large
# is the factor at best? And for which part of all $a$ is it below 1?

# %%
Curve("w*sigma'(w*a + b)", "a", x=(0, 1), at=0.5, parameters={"w": (1, 40, 4), "b": (-20, 0, -2)})

# %% [markdown]
# The best is $w/4$, at $w a + b = 0$. But the larger $w$, the narrower the peak: the same weight that makes the factor large drives $z$ to
# where $\sigma'$ is practically 0. And where the factor is above 1, the product of many of them *explodes*. It takes luck to stay near 1.
#
# ## The same in whole layers
#
# Between layers there are matrices, and a sum over all ways. Otherwise it is the same product. This is $\partial C/\partial w^1$ of a
# network of four layers of any sizes (the inputs, layer 0, are not counted), with one $\delta$ after the other put in. Count the
# $\sigma'$ in the last line.

# %%
sizes = symbols("n0:5")
Stepper(Network.dense(*sizes).backprop().unrolled("w1"))

# %% [markdown]
# For whole layers, the norm $\|\delta^l\|$ (the square root of the sum of all squares) says how much error a layer gets. From BP2,
# $\delta^l = \left((w^{l+1})^T \delta^{l+1}\right) \odot \sigma'(z^l)$, it follows at once that
#
# $$\|\delta^l\| \le \max \sigma' \cdot \|w^{l+1}\| \cdot \|\delta^{l+1}\|$$
#
# where $\|w\|$ is how much the matrix can stretch a vector at most. One such factor for each layer: the norms shrink, or grow, like a
# power.
#
# **Predict before you move anything:** 8 layers of sigmoids, weights from $N(0, 1/n)$. What part of the norm that the last layer's gradient
# has does the first layer's have?

# %%
net = Network.dense(2, *[8] * 7, 1)
g = gradient_norms(net, net.init(0), data.X, data.Y)
ratio = g["w1"] / g["w8"]

# %%
Exercise(
    Task.pick(
        "Prediction: eight layers",
        ["about 1/8", "about 1/100", f"about 1/{round(1 / ratio, -3):,.0f}"],
        f"about 1/{round(1 / ratio, -3):,.0f}",
        why={
            "about 1/8": "the factors are multiplied, not added",
            "about 1/100": "this would be about a half for each of seven layers, but a slope is a quarter at most",
        },
    ),
    hints=[
        "There are seven steps from the last layer to the first. What does each of them multiply by?",
        r"A slope of at most $\tfrac14$; the weights can stretch a little or shrink.",
        r"$\left(\tfrac14\right)^7 = 1/16384$, and what the weights do comes on top.",
    ],
)

# %% [markdown]
# Now play. The bars are the norms $\|\partial C/\partial w^l\|$, on a logarithmic axis: tops on a straight line mean the same factor for
# each layer. The figure has a network of its own, so its numbers differ from those above: 8 random inputs, 50 samples, hidden layers of 16
# neurons, and an output without a curve.
#
# - Change the number of layers. How much does one more layer cost the first one?
# - Take tanh, then relu. Their slopes can be 1. What becomes of the bars?
# - Multiply the weights: 0.3, 3, 10. Which activation suffers, and in which direction?
# - Take the start *nielsen*, all weights from $N(0, 1)$. Read the numbers on the axis, too: what happens with relu?

# %%
GradientNorms(depth=8, width=16)

# %% [markdown]
# The same network in a table: the first layer's norm divided by the last one's, and the last one's alone. The column at the right is not in
# the figure. It has the last norm of the same network with a sigmoid at its output.

# %%
rng = np.random.default_rng(0)
X, Y = rng.standard_normal((50, 8)), rng.integers(0, 2, (50, 1)).astype(float)
print("                   first/last      last   last, with a sigmoid")
for activation in (sigmoid, tanh, relu):
    plain, bent = (Network.dense(8, *[16] * 7, 1, activation=activation, output=output) for output in (identity, sigmoid))
    for scheme in ("scaled", "nielsen"):
        g, with_sigmoid = (gradient_norms(net, net.init(0, scheme), X, Y) for net in (plain, bent))
        ratio = g["w1"] / g["w8"]
        print(f"{activation.__name__:>8} {scheme:>8}: {ratio:10.6f}   {g['w8']:.1e}   {with_sigmoid['w8']:.1e}")

# %% [markdown]
# The slopes of tanh and relu can be 1. With weights that neither stretch nor shrink much, the first layer gets a good part of what the last
# one gets, or more. With relu and the start *nielsen* the ratio is well behaved, too, but look at the last norm: with such a gradient every
# usual learning rate overshoots. The sums have become so large on their way through the layers. Put a sigmoid at the end and the same sums,
# from 13 to 2,199, saturate this output neuron: its norm is then the smallest of all.
#
# ## What cross entropy mends
#
# Now your guess from above. **Which** $\sigma'$ does cross entropy take away?

# %%
Exercise(
    Task.pick(
        "Prediction: cross entropy in a deep network",
        ["all of them", "the one of the output layer", "those of the hidden layers"],
        "the one of the output layer",
        why={
            "all of them": "it cancels against the derivative of the loss, and this is there once",
            "those of the hidden layers": "the loss does not know the hidden layers: they come in with BP2, whatever the loss",
        },
    ),
    hints=[
        "Where does the loss stand in the four equations?",
        "Only in BP1. BP2 has the slopes of the hidden layers, and no loss.",
        r"$\delta^L = a^L - y$, but $\delta^l = \left((w^{l+1})^T \delta^{l+1}\right) \odot \sigma'(z^l)$ as before.",
    ],
)

# %% [markdown]
# Open it, and compare its last line with the one above:

# %%
Stepper(Network.dense(*sizes, loss=cross_entropy).backprop().unrolled("w1"))

# %%
for loss in (squared_error, cross_entropy):
    net = Network.dense(2, *[8] * 7, 1, loss=loss)
    g = gradient_norms(net, net.init(0), data.X, data.Y)
    print(f"{loss.__name__:>14}: first {g['w1']:.1e}, last {g['w8']:.1e}, first/last {g['w1'] / g['w8']:.1e}")
for depth in (1, 2, 3, 5):
    h = learn(Network.dense(2, *[8] * depth, 1, loss=cross_entropy))
    print(f"{depth} hidden, cross entropy: {h.accuracy[-1]:.0%} right after {h.epochs} epochs")

# %% [markdown]
# The whole gradient is about 4 times larger, since the outputs are near $\tfrac12$, where the factor $\sigma' = \tfrac14$ is gone. Shallow
# networks learn faster. But the *ratio* of first to last has not changed, and five layers still sleep. Cross entropy mends the last layer
# only.
#
# ## What helps
#
# - An activation whose slope can be 1: tanh near 0, relu wherever it is positive. (A relu neuron whose $z$ is negative for *all* samples
#   has the slope 0 for all of them: its own weights then stand still.)
# - A start that fits: weights that keep the sums at a size where the slopes are large.
# - A way around. If a layer *adds* its result to what came in, $a^l = a^{l-1} + \sigma(z^l)$, then the error has a way past the slope. What
#   becomes of the product?

# %%
Stepper(["a1 = sigma(w1*x)", "a2 = a1 + sigma(w2*a1)", "a3 = a2 + sigma(w3*a2)"], "x")

# %% [markdown]
# Two of the factors are now $1 + w\,\sigma'$ instead of $w\,\sigma'$: a small slope leaves them near 1. Try all of it on five hidden
# layers, and look at what is left of the error of the fifth in the first, $\|\delta^1\| / \|\delta^5\|$, before the training begins:

# %%
nets = {
    "sigmoid": deep,
    "tanh": Network.dense(2, 8, 8, 8, 8, 8, 1, activation=tanh, output=sigmoid),
    "relu": Network.dense(2, 8, 8, 8, 8, 8, 1, activation=relu, output=sigmoid),
    "sigmoid with a way around": Network(2, Dense(8), *[Residual(Dense(8)) for _ in range(4)], Dense(1)),
}
for name, net in nets.items():
    errors = net.compile().trace(net.init(0), data.X, data.Y)
    left = np.linalg.norm(errors["delta1"]) / np.linalg.norm(errors["delta5"])
    h = learn(net)
    print(f"{name:>25}: left of the error {left:5.3f}; {h.accuracy[-1]:.0%} right after {h.epochs} epochs")

# %% [markdown]
# ## Exercises
#
# **1.** The product of slopes, and how fast it vanishes.

# %%
Exercise(
    "vanishing_product",
    hints=[
        "For 1: one factor for each link, from the end to the beginning. For 2: what is the most that one link can be?",
        r"A link $a_k = \sigma(w_k a_{k-1})$ has the derivative $w_k\,a_k(1 - a_k)$. At most it is $w \cdot \tfrac14$.",
        r"For 1: the product of $a_k (1 - a_k) w_k$ over all $k$. For 2: the least $n$ with $(w/4)^n < 0.0001$.",
    ],
)

# %% [markdown]
# **2.** A saturated output neuron, with both losses. Compare the two gradients when you are done.

# %%
Exercise(
    "saturation",
    variant=3,
    hints=[
        r"Compute $a$ first. Everything else follows from $a$ and $y = 0$.",
        r"slope $= a (1 - a)$; quadratic $= (a - y)$ times the slope; with cross entropy the slope cancels.",
        r"With $y = 0$: quadratic $= a \cdot a (1 - a)$, entropy $= a$.",
    ],
)

# %% [markdown]
# ## What you take with you
#
# - The slope of a weight in the first layer is a product: one $\sigma'$ for each layer, and the weights between the layers.
# - $\sigma' \le \tfrac14$: with sigmoids the product vanishes like a power of the depth; too large weights make it saturate or explode.
# - The first layers then hardly move, and the others work with features that nobody learned.
# - Cross entropy removes the slope of the output layer, and of no other.
# - tanh, relu, a start that fits, and ways around keep the factors near 1.
#
# Next: [what can a network represent?](13_universal_approximation.ipynb) You know now what is hard to learn. Is there also something that
# cannot be built?

# %%
MyWork("my_work_12.json")
