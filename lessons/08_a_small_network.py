# %% [markdown]
# # 8. A small network by hand
#
# The neuron of lesson 7 had a target, so it knew how wrong it was. A *hidden* neuron sits in the middle of a network, and nobody has
# ever told it what to say. How can it know which way to move its weights? In this lesson you compute every gradient of two networks
# with two hidden neurons: once with your own hands, once by code, and both must give the same number.
#
# You need lesson 7 (one neuron, one delta) and lesson 6 (gradients add where a value is used twice). About 40 minutes, and a
# calculator: any empty cell is one.

# %%
import numpy as np

from derive import Dense, Graph, Network, derive, identity, softplus, sum_of_squares, train
from derive.grading import Task
from derive.slopes import slope_derivation
from derive.ways import difference
from derive.widgets import Curve, Exercise, GraphStepper, MyWork, NetworkFigure, Stepper

# %% [markdown]
# ## Two bends make a curve
#
# One input, two hidden neurons, one output. The hidden neurons bend with the softplus, $\ln(1 + e^z)$, a relu with a round corner.
# The output only adds up:
#
# $$z_1 = w_1 x + b_1, \quad a_1 = \operatorname{softplus}(z_1), \qquad z_2 = w_2 x + b_2, \quad a_2 = \operatorname{softplus}(z_2)$$
#
# $$\hat y = w_3 a_1 + w_4 a_2 + b_3$$
#
# Three samples are to be learned: $x = 0.1,\ 0.53,\ 0.82$ with the targets $y = 1.2,\ 3.2,\ 1.1$: low, high, low. The loss is the sum
# of the squared residuals, $\mathrm{SSR} = \sum (y - \hat y)^2$.
#
# Which curves can this network draw? The dashed curves are what the hidden neurons contribute, $w_3 a_1$ and $w_4 a_2$; the solid one
# is the output. **Find weights** that make it low, high, low. (A hint: what must the signs of $w_1$ and $w_2$ be, and those of $w_3$
# and $w_4$?)

# %%
Curve(
    "w3*softplus(w1*x + b1) + w4*softplus(w2*x + b2) + b3",
    x=(0, 1),
    y=(-4, 5),
    at=0.53,
    parameters={
        "w1": (-6, 6, 0.5),
        "b1": (-4, 4, 0),
        "w2": (-6, 6, -0.1),
        "b2": (-4, 4, 0),
        "w3": (-4, 4, 0.6),
        "w4": (-4, 4, 1.5),
        "b3": (-6, 6, 0),
    },
    beside={"w₃ a₁": "w3*softplus(w1*x + b1)", "w₄ a₂": "w4*softplus(w2*x + b2)"},
    slope=False,
    points=[(0.1, 1.2), (0.53, 3.2), (0.82, 1.1)],
    title="A curve from two bends",
)

# %% [markdown]
# ## Forward
#
# Seven sliders were tiring; descent shall move them. It begins with weights that are drawn at random, and biases 0. Everything is
# computed once for each sample:

# %%
equations = [
    "z1 = w1*x + b1",
    "a1 = softplus(z1)",
    "z2 = w2*x + b2",
    "a2 = softplus(z2)",
    "yhat = w3*a1 + w4*a2 + b3",
    "SSR = (y - yhat)^2",
]
names = ["w1", "w2", "w3", "w4", "b1", "b2", "b3"]
weights = dict(zip(names, [*np.random.RandomState(42).normal(size=4), 0, 0, 0], strict=True))
xs, ys = [0.1, 0.53, 0.82], [1.2, 3.2, 1.1]

for name, value in weights.items():
    print(f"{name} = {value:.8f}")

# %%
graph = Graph.from_equations(equations, samples=3)
total = graph.forward({**weights, "x": xs, "y": ys})

for n in (1, 2, 3):
    a1, a2, yhat = (graph.value(f"{name}_{n}") for name in ("a1", "a2", "yhat"))
    print(f"sample {n}:  a1 = {a1:.8f},  a2 = {a2:.8f},  yhat = {yhat:.8f}")
print(f"SSR = {total:.8f}")

# %% [markdown]
# The output is nearly the same for all three samples: with these weights the network draws a line that hardly rises.
#
# **Predict:** the outputs are about 1.51, 1.54, 1.57, and the targets 1.2, 3.2, 1.1. A step of gradient descent moves $b_3$, which
# lifts or lowers all three outputs together. Which way?

# %%
gradients = graph.backward()

# %%
Exercise(
    Task.pick(
        "Prediction: the bias of the output",
        ["b3 becomes larger", "b3 becomes smaller", "b3 stays where it is"],
        "b3 becomes larger" if gradients["b3"] < 0 else "b3 becomes smaller",
        why={
            "b3 becomes smaller": "two of three outputs are too high, but the other is much further off",
            "b3 stays where it is": "only if the residuals added up to 0: compute the three",
        },
    )
)

# %% [markdown]
# ## The last layer
#
# The output adds up and does not bend, so there is no slope of an activation in its gradient. For one sample:

# %%
at = {**weights, "x": xs[1], "y": ys[1]}
Stepper(derive(equations, "b3"), at=at, title="By the bias of the output")

# %% [markdown]
# So $\partial\,\mathrm{SSR}/\partial \hat y = -2\,(y - \hat y)$: the residual, not its square. Over the three samples the gradients
# add, since the loss is a sum (lesson 3). Write it yourself before you go on; the outputs of the two hidden neurons are called *blue*
# and *orange* there, in place of $a_1$ and $a_2$. And what would $\partial L/\partial w_3$ be?

# %%
Exercise(
    "residual_slope",
    hints=[
        r"What is the outer function, and what is inside? For $b_3$ follow the path: $b_3$ changes $\hat y$, and $\hat y$ changes $L$.",
        r"$(u^2)' = 2u\,u'$ with $u = y - \hat y$. And what is $u'$, the derivative of $y - \hat y$ by $\hat y$?",
        r"$\frac{\partial L}{\partial \hat y} = 2(y - \hat y) \cdot (-1)$, and "
        r"$\frac{\partial L}{\partial b_3} = \frac{\partial L}{\partial \hat y} \cdot 1$.",
    ],
)

# %% [markdown]
# ## Back to a hidden neuron
#
# Now for a weight in front of a hidden neuron. Follow the way from $w_1$ to the loss: through $z_1$, $a_1$, $\hat y$. Two new factors
# will come in. Which? Write down your guess, then open the lines.

# %%
Stepper(derive(equations, "w1"), at=at, title="By a weight of a hidden neuron")

# %% [markdown]
# The new factors are $w_3$, the weight *through which this neuron acts on the output*, and $\operatorname{softplus}'(z_1)$, the slope
# of the neuron itself. This slope is an old friend:

# %%
Stepper(slope_derivation(softplus), title="The slope of softplus")

# %% [markdown]
# So this is what a hidden neuron learns about its error. It has no target, but it has a connection to the output, and the output has
# a $\delta$. The error comes back through the same weight through which the value went forward:
#
# $$\delta_1 = \frac{\partial\,\mathrm{SSR}}{\partial z_1}
# = \underbrace{\delta_{\mathrm{out}}\; w_3}_{\partial\,\mathrm{SSR}/\partial a_1}\; \sigma(z_1), \qquad
# \frac{\partial\,\mathrm{SSR}}{\partial w_1} = \delta_1\, x, \qquad \frac{\partial\,\mathrm{SSR}}{\partial b_1} = \delta_1.$$
#
# Look at it in the network. Switch on *backward*: the figure starts at the first hidden neuron, and the arrow keys go to the other
# weights and neurons. Read how each $\delta$ is made. The figure uses the names of the coming lessons: $w^1_{21}$ is the weight of
# layer 1 *to* neuron 2 *from* neuron 1. So our $w_1$, $w_2$ are $w^1_{11}$, $w^1_{21}$, and our $w_3$, $w_4$ are $w^2_{11}$,
# $w^2_{12}$.

# %%
net = Network(1, Dense(2, softplus), Dense(1, identity), loss=sum_of_squares)
w = weights
p = {"w1": [[w["w1"]], [w["w2"]]], "b1": [0.0, 0.0], "w2": [[w["w3"], w["w4"]]], "b2": [0.0]}

NetworkFigure(net, p, x=[xs[1]], y=[ys[1]], title="The second sample in the network")

# %% [markdown]
# ## All seven
#
# The derived formula is evaluated for each sample, and the three numbers are added. Beside it stands what the graph finds by going
# backward once:

# %%
for name in ["b3", "w3", "w4", "b1", "w1", "b2", "w2"]:
    d = derive(equations, name)
    at_each = [d.at({**weights, "x": x, "y": y}).value for x, y in zip(xs, ys, strict=True)]
    by_formula = float(sum(at_each))
    print(f"{name}   formula {by_formula:12.8f}   graph {gradients[name]:12.8f}")

# %% [markdown]
# And here is the program that `derive` makes of the network. It has `delta2` for the output and `delta1` for both hidden neurons at
# once; look for the weight that brings the error back.

# %%
code = net.compile()
print(code.source.split("# backward")[1])

X, Y = np.array(xs)[:, None], np.array(ys)[:, None]
C, g = code.value_and_grad({name: np.array(value) for name, value in p.items()}, X, Y)
print(f"SSR {C:.8f}")
for name, value in g.items():
    print(name, value.round(8).tolist())

# %% [markdown]
# ## Let it learn
#
# Gradient descent with these gradients, from the weights that were drawn, and from others, in which $w_1$ and $w_2$ have opposite
# signs, and $w_3$ and $w_4$ are negative. **Before you look at the result:** will both find the three
# samples?

# %%
humped = {"w1": [[3.0], [-3.0]], "b1": [-1.0, 1.0], "w2": [[-1.0, -1.0]], "b2": [3.0]}

for start in (p, humped):
    start = {name: np.array(value) for name, value in start.items()}
    history = train(net, X, Y, params=start, epochs=5000, batch_size=None, rate=0.05, progress=False)
    print(*(f"step {k}: SSR = {history.loss[k]:.4f}" for k in (0, 2500, 4999)), sep=",  ")
    print("outputs", code.predict(history.params, X)[:, 0].round(3))

# %% [markdown]
# The first start has become slow where the network says nearly the same for every $x$: the second half of its steps gains next to
# nothing, with a loss far from 0. The second start meets all three samples. The gradient only says which way is down *from here*.
# Where you start is part of the method; lesson 11 comes back to it.
#
# ## A weight that is used twice
#
# A second network, with sigmoids, and with a twist: the two connections to the output share *one* weight, $w_3$.
#
# $$z_3 = w_3 a_1 + w_3 a_2 + b_3, \qquad \hat y = \sigma(z_3), \qquad L = \tfrac12 (y - \hat y)^2$$
#
# Let $\delta_3 = \partial L/\partial z_3$. **Predict:** what is $\partial L/\partial w_3$?

# %%
Exercise(
    Task.pick(
        "Prediction: a shared weight",
        ["delta3 a1", "delta3 a2", "delta3 (a1 + a2)", "delta3 (a1 + a2)/2"],
        "delta3 (a1 + a2)",
        why={
            "delta3 a1": "this comes back through the first use; the second one is missing",
            "delta3 a2": "this comes back through the second use; the first one is missing",
            "delta3 (a1 + a2)/2": "a step of w3 acts in full at both places: nothing is averaged",
        },
    )
)

# %% [markdown]
# Go through its graph one gate at a time, forward and then backward. The hidden neurons have been computed already, so the graph
# begins with $a_1$ and $a_2$. Stop where two arrows go back into $w_3$. Then move $w_3$, and start again.

# %%
shared = [
    "z1 = w1*x + b1",
    "a1 = sigma(z1)",
    "z2 = w2*x + b2",
    "a2 = sigma(z2)",
    "z3 = w3*a1 + w3*a2 + b3",
    "yhat = sigma(z3)",
    "L = (y - yhat)^2/2",
]
sample = {"x": 0.5, "y": 0.8, "w1": 0.2, "w2": -0.3, "b1": 0.4, "b2": -0.5, "w3": 0.1, "b3": 0.2}

tied = Graph.from_equations(shared)
tied.forward(sample)
begin = {name: tied.value(name) for name in ("a1", "a2", "w3", "b3", "y")}

GraphStepper(shared[4:], begin, fold=False, sliders={"w3": (-2, 2)}, title="A shared weight")

# %% [markdown]
# The same as a formula. To see the two uses apart, the products get names, $u = w_3 a_1$ and $v = w_3 a_2$. Then there are two paths
# from $w_3$ to $L$, and the chain rule adds them:

# %%
apart = [*shared[:4], "u = w3*a1", "v = w3*a2", "z3 = u + v + b3", *shared[5:]]
Stepper(derive(apart, "w3"), at=sample, title="Two paths from one weight")

# %% [markdown]
# Does it hold in numbers? Give the two connections weights of their own, which happen to be equal. Each then has its own gradient;
# the shared weight has the sum:

# %%
untied = Graph.from_equations([*shared[:4], "z3 = w31*a1 + w32*a2 + b3", *shared[5:]])
values = {name: value for name, value in sample.items() if name != "w3"}
untied.forward({**values, "w31": 0.1, "w32": 0.1})
two = untied.backward(["w31", "w32"])

slopes = tied.backward()
print(f"L = {tied.value('L'):.8f},  yhat = {tied.value('yhat'):.8f}")
print(f"apart:  {two['w31']:.8f} + {two['w32']:.8f} = {two['w31'] + two['w32']:.8f}")
print(f"shared: {slopes['w3']:.8f}")

# %% [markdown]
# Weights are shared on purpose in networks for images and for text, where the same few weights are used in very many places. The rule
# is always this one: each use gives a gradient, and they add.
#
# ## Say what delta is a derivative by
#
# The hidden neurons of this network, step by step: the error arrives at the *output* of the neuron,
# $\partial L/\partial a_1 = \delta_3 w_3$. It then goes back through the curve, and only behind it is it called delta:
# $\delta_1 = \partial L/\partial z_1 = \delta_3 w_3\, a_1(1 - a_1)$. The two are different numbers:

# %%
for name in ["a1", "z1", "a2", "z2"]:
    print(f"dL/d{name}  {tied.gradient(name):.8f}")
for name in ["w1", "w2", "w3", "b3"]:
    print(f"dL/d{name}  {slopes[name]:.8f}")

# %% [markdown]
# $\partial L/\partial w_1$ is the *second* of these numbers times $x = 0.5$. Whoever writes $\delta$ for both, or confuses
# $\partial L/\partial z_3$ with $\partial L/\partial w_3$, gets an error that is hard to see. For instance, a published notebook
# starts the way back from $\partial L/\partial w_3$ in place of $\delta_3$. How far off is it?

# %%
a1 = tied.value("a1")
wrong = slopes["w3"] * sample["w3"] * a1 * (1 - a1) * sample["x"]

print(f"starting from dL/dw3  {wrong:.8f}")
print(f"starting from delta3  {slopes['w1']:.8f}")
print(f"finite difference     {difference(tied, sample, 'w1'):.8f}")
print(f"ratio {wrong / slopes['w1']:.4f},  a1 + a2 = {a1 + tied.value('a2'):.4f}")

# %% [markdown]
# The wrong number is off by the factor $a_1 + a_2$, which happens to be nearly 1 here. It is positive, so a descent with it would
# even go downhill, and nobody would notice. Only the comparison with a finite difference shows it at once: that is why there should
# always be a second way to the same gradient.
#
# ## Exercises
#
# New weights for the first network, so that the numbers above will not help. Use a cell as a calculator; `np.logaddexp(0, z)` is the
# softplus. The hidden neurons are *blue* and *orange* again, the output is *green*.
#
# **1.** Forward.

# %%
Exercise(
    "softplus_forward",
    variant=2,
    hints=[
        r"One sample at a time: the two $z$, the two bends, the output. Do all three outputs before you begin with the loss.",
        r"$\mathrm{blue} = \ln(1 + e^{w_1 x})$, $\mathrm{orange} = \ln(1 + e^{w_2 x})$, "
        r"$\mathrm{green} = w_3\,\mathrm{blue} + w_4\,\mathrm{orange}$, and $\mathrm{SSR} = \sum (y - \mathrm{green})^2$.",
        "blue = np.logaddexp(0, w1*x); orange = np.logaddexp(0, w2*x); green = w3*blue + w4*orange; SSR = ((y - green)**2).sum(), "
        "with x = np.array([0.1, 0.53, 0.82]) and y = np.array([1.2, 3.2, 1.1]).",
    ],
)

# %% [markdown]
# **2.** Backward, through the same network.

# %%
Exercise(
    "softplus_backward",
    variant=2,
    hints=[
        r"Begin at the loss: how does SSR change with each output? Then go back to the weights of the output, then through $w_3$ and "
        r"$w_4$ to the hidden neurons. Everything is computed for each sample, and added up at the end.",
        r"$\frac{\partial\,\mathrm{SSR}}{\partial\,\mathrm{green}_n} = -2(y_n - \mathrm{green}_n)$, call it $\delta_n$. "
        r"By $b_3$: $\sum \delta_n$. By $w_3$: $\sum \delta_n\,\mathrm{blue}_n$. By $b_1$: $\sum \delta_n\, w_3\, \sigma(w_1 x_n)$. "
        r"By $w_1$: the same with another factor $x_n$.",
        "With d = -2*(y - green), s1 = 1/(1 + np.exp(-w1*x)) and s2 = 1/(1 + np.exp(-w2*x)): d.sum(), (d*blue).sum(), "
        "(d*orange).sum(), (d*w3*s1).sum(), (d*w3*s1*x).sum(), (d*w4*s2).sum(), (d*w4*s2*x).sum().",
    ],
)

# %% [markdown]
# **3.** The shared weight, with other numbers.

# %%
Exercise(
    "shared_weight",
    variant=2,
    hints=[
        r"Forward first, and keep $a_1$, $a_2$ and $\hat y$. On the way back each number is the one before, times one local slope. The "
        r"weight $w_3$ has two uses.",
        r"$\frac{\partial L}{\partial \hat y} = -(y - \hat y)$, $\;\delta_3 = \frac{\partial L}{\partial \hat y}\,\hat y(1 - \hat y)$, "
        r"$\;\delta_1 = \delta_3\, w_3\, a_1(1 - a_1)$, and likewise $\delta_2$. A weight's gradient is the $\delta$ behind it times "
        r"what it is multiplied by.",
        r"$\frac{\partial L}{\partial w_3} = \delta_3 (a_1 + a_2)$, $\;\frac{\partial L}{\partial b_3} = \delta_3$, "
        r"$\;\frac{\partial L}{\partial w_1} = \delta_1 x$, $\;\frac{\partial L}{\partial w_2} = \delta_2 x$.",
    ],
)

# %% [markdown]
# ## What you take with you
#
# - A hidden neuron gets its $\delta$ from the output: back through the weight, and back through its own slope.
# - $\delta = \partial L/\partial z$, behind the curve; $\partial L/\partial a$ is what arrives in front of it.
# - Where a weight is used several times, the gradients of its uses add. So do those of several samples.
# - A gradient that looks right may be wrong by a few percent: compare with a second way.
# - Descent goes down from where it starts, and not everywhere does that lead to the same place.
#
# Next: [vectors and matrices](09_vectors_and_matrices.ipynb). All neurons of a layer at once, in one line.

# %%
MyWork("my_work_08.json")
