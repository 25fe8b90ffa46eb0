# %% [markdown]
# # 7. One neuron, one delta
#
# A neuron has said 0.80, and 0 would have been right. It may have three weights or a million. Which of them should move, in which
# direction, and how much? You will see that one number, computed once for the neuron, settles it for every weight. This number is
# called $\delta$, and the rest of this course is about getting it cheaply.
#
# You need the slope of the sigmoid (lesson 2), the squared error (lesson 3) and the chain rule along a graph (lessons 5 and 6). About
# 35 minutes.

# %%
import numpy as np

from derive import Dense, Network, derive, half_sum_of_squares, sigmoid
from derive.grading import Task
from derive.widgets import Curve, DescentFigure, Exercise, MyWork, NetworkFigure, Saturation, Stepper

# %% [markdown]
# ## Which weight is to blame?
#
# The neuron of this lesson has three inputs. It adds up, it bends, and its output is compared with a target $y$:
#
# $$z = w_1 x_1 + w_2 x_2 + w_3 x_3 + b, \qquad a = \sigma(z), \qquad C = \tfrac12 (a - y)^2$$
#
# Here is one sample, with weights that are what they are:

# %%
neuron = Network(3, Dense(1, sigmoid), loss=half_sum_of_squares)
code = neuron.compile()

p = {"w1": [[2.0, -0.3, 0.1]], "b1": [-0.3]}
x, y = [0.5, -2.0, 1.0], [0.0]

print("output", code.predict(p, [x]))

# %% [markdown]
# **Predict:** the loss reacts to each of the three weights. For which is $\partial C/\partial w_i$ largest in size? (The gradients
# have been computed before you answer, but they are not shown yet.)

# %%
C, gradient = code.value_and_grad(p, [x], [y])
largest = abs(gradient["w1"][0]).argmax() + 1

# %%
Exercise(
    Task.pick(
        "Prediction: the largest gradient",
        ["w1", "w2", "w3", "all three are equal"],
        f"w{largest}",
        why={
            "w1": "w1 is the largest weight, but the question is what multiplies it",
            "w3": "a change of w3 changes z by as much; does another weight change z by more?",
            "all three are equal": "they share the error, but reach z through different inputs",
        },
    )
)

# %% [markdown]
# Look at the numbers. Switch on *backward*, and press the right arrow key to go from weight to weight. Read the last formula below
# the picture: which factor stays the same, and which one changes?
#
# Then move *its value* a little, and compare the two numbers of the line that begins with $C$: how much the loss has changed, and how
# much the gradient said it would.
#
# The figure is made for networks of any size, so its letters have numbers: $z^1_1$, $a^1_1$, $b^1_1$ and $w^1_{12}$ are your $z$, $a$, $b$
# and $w_2$, and $\delta^1_1$ is a product that gets its name in the section *Delta* below.

# %%
NetworkFigure(neuron, p, x=x, y=y, title="A neuron with three inputs")

# %% [markdown]
# ## The product
#
# Between $w_2$ and the loss there are three links: $w_2$ changes $z$, $z$ changes $a$, $a$ changes $C$. The chain rule multiplies
# their slopes. Open the derivation line by line; take the hint first. Under each brace stands the name of the factor above it, and
# each line is also shown with the numbers of our sample.

# %%
equations = ["z = w1*x1 + w2*x2 + w3*x3 + b", "a = sigma(z)", "C = (a - y)^2/2"]
sample = {"w1": 2.0, "w2": -0.3, "w3": 0.1, "b": -0.3, "x1": 0.5, "x2": -2.0, "x3": 1.0, "y": 0.0}

Stepper(derive(equations, "w2"), at=sample)

# %% [markdown]
# Three factors, and each can be read on its own:
#
# - $a - y$: how wrong the output is, and to which side,
# - $a(1 - a)$: how much the output still reacts, the slope of the sigmoid from lesson 2,
# - $x_2$: how much this weight had to do with it.
#
# Only the last one knows which weight it belongs to. Here are all of them, and the value that the formula has at our sample:

# %%
for name in ["w1", "w2", "w3", "b"]:
    d = derive(equations, name)
    print(f"{d.detail('result')}   value {float(d.at(sample).value):.5f}")

# %% [markdown]
# Were you right about the largest? The input $x_2 = -2$ has the largest size, so its weight has the largest gradient; and since the
# input is negative, its gradient has the opposite sign. How large the weight itself is does not matter at all.
#
# ## Delta
#
# The first two factors are common to all weights, so they get a name of their own:
#
# $$\delta = \frac{\partial C}{\partial z}, \qquad \frac{\partial C}{\partial w_i} = \delta\, x_i.$$
#
# Mind what $\delta$ is a derivative *by*: by the weighted input $z$, not by the output $a$. Open it, and find the place where
# $\partial C/\partial a$ becomes $\partial C/\partial z$:

# %%
Stepper(derive(equations[1:], "z"), at={"z": 1.4, "y": 0.0})

# %% [markdown]
# A derivative by $z$ is a slope over $z$. So draw the loss over $z$: what you see on the right is $\delta$ itself.
#
# - With $y = 0$, move $z$ from left to right. Where is $\delta$ largest? What happens to it after that, while the neuron gets *more*
#   wrong?
# - Set $y = 1$. Which sign does $\delta$ have now, and does a gradient step push $z$ the right way?
# - Set $y = 0.5$. Where is $\delta = 0$?

# %%
Curve(
    "(sigma(z) - y)^2/2",
    "z",
    x=(-8, 8),
    y=(-0.02, 0.52),
    at=1.4,
    parameters={"y": (0, 1, 0)},
    title="Delta as a slope",
)

# %% [markdown]
# With $y = 0$ we have $\delta = a^2 (1 - a)$, which is largest where $a = \tfrac23$, at $z = \ln 2 \approx 0.69$. It is
# $\tfrac{4}{27} \approx 0.148$ there and never more. Further right the loss still rises, and $\delta$ falls.
#
# ## The bias is a weight, too
#
# Lesson 1 used a trick: $b$ is the weight of an input that is always 1. If so, the formula $\delta\, x_i$ must hold for the bias with
# $x_0 = 1$. Derive both:

# %%
Stepper(derive(equations, "b"), at=sample)

# %%
as_weight = derive(["z = w0*x0 + w1*x1 + w2*x2 + w3*x3", *equations[1:]], "w0")
print(as_weight.detail("result"))

numbers = {**sample, "w0": sample["b"], "x0": 1.0}
numbers.pop("b")
print(f"with x0 = 1: {float(as_weight.at(numbers).value):.5f}")

# %% [markdown]
# The same number as $\partial C/\partial b$ above. So a neuron needs one $\delta$, and then one product for each weight; the bias
# gets $\delta$ as it is.
#
# ## The derivation as a program
#
# This is the code that `neuron.compile()` made from the same equations. Find $\delta$ in it, and the products with the inputs:

# %%
print(code.source)

# %% [markdown]
# It works on many samples at once (a sample is a row of `X`), which is why there is a matrix product and a sum. For our one sample
# you can do it by hand, and compare:

# %%
a = code.predict(p, [x])[0, 0]
delta = (a - y[0]) * a * (1 - a)
print("by hand   ", delta * np.array(x), delta)
print("generated ", gradient["w1"][0], gradient["b1"][0])

# %% [markdown]
# ## Three ways to learn nothing
#
# A product is small as soon as one factor is. Read off the formula $(a - y)\, a(1 - a)\, x_i$ when a weight does not move:
#
# - $a - y \approx 0$: the output is right; there is nothing to learn,
# - $x_i \approx 0$: this input was off; the weight had no part in the error,
# - $a(1 - a) \approx 0$: the neuron is saturated; its output hardly reacts, wrong or not.
#
# The first two are as they should be. The third is not.
#
# **Predict:** which of these neurons is badly wrong, with its input on, and can still hardly learn?

# %%
cases = {
    "z = 0.1, y = 0, x1 = 2": (0.1, 0, 2),
    "z = 6, y = 0, x1 = 2": (6, 0, 2),
    "z = 6, y = 1, x1 = 2": (6, 1, 2),
    "z = 0.1, y = 0, x1 = 0.01": (0.1, 0, 0.01),
}

# %%
Exercise(
    Task.pick(
        "Prediction: wrong and stuck",
        list(cases),
        "z = 6, y = 0, x1 = 2",
        why={
            "z = 0.1, y = 0, x1 = 2": "the slope is nearly 1/4 here: this one learns fastest",
            "z = 6, y = 1, x1 = 2": "the output is right: there is nothing to learn",
            "z = 0.1, y = 0, x1 = 0.01": "the input is nearly off: the weight is hardly to blame",
        },
    )
)

# %%
slope = derive(["z = w1*x1", *equations[1:]], "w1")
for words, (z, target, x1) in cases.items():
    print(f"{words:26} {float(slope.at({'w1': z / x1, 'x1': x1, 'y': target}).value):10.6f}")

# %% [markdown]
# Move $z$ with the target at 0 and look for the place where the error is large and $\delta$ is small. The third panel also shows
# $\delta$ for the cross entropy of lesson 3, where the factor $a(1 - a)$ has cancelled. (BP1 and BP4 are the numbers that the
# formulas for $\delta$ and for $\partial C/\partial w$ will have in lesson 10.)

# %%
Saturation(z=3.0, y=0.0)

# %% [markdown]
# ## What it costs
#
# Let a neuron with one input $x = 1$ learn to say 0, so $a = \sigma(w + b)$. It learns by gradient descent (lesson 4), from two
# different places.
#
# - Start at $w = 0.6$, $b = 0.9$. Press *10 steps* (arrow up) until the loss is small.
# - Now start at $w = 2$, $b = 2$, where the neuron is *more* wrong. Watch the picture on the right: how long does it stay flat?

# %%
DescentFigure(
    "sigma(w + b)^2/2",
    ["b", "w"],
    x=(-3, 3),
    y=(-3, 3),
    start=(0.9, 0.6),
    rate=0.15,
    rates=(0.01, 10),
    most=400,
    without=["f", "schedule", "warmup", "momentum"],
    title="A neuron that has to unlearn",
)

# %% [markdown]
# The same in numbers, from the generated code: the output after so many steps.

# %%
one = Network(1, Dense(1, sigmoid), loss=half_sum_of_squares)
step = one.compile()

for w, b in [(0.6, 0.9), (2.0, 2.0)]:
    q = {"w1": np.array([[w]]), "b1": np.array([b])}
    for k in range(301):
        if k % 50 == 0:
            print(f"{step.predict(q, [[1.0]])[0, 0]:7.3f}", end="\n" if k == 300 else "")
        C, g = step.value_and_grad(q, [[1.0]], [[0.0]])
        q = {name: q[name] - 0.15 * g[name] for name in q}

# %% [markdown]
# The first neuron is nearly done before the second one has begun. One would wish for the opposite: the more wrong, the faster. A
# saturated neuron with the squared error cannot do it.
#
# ## The same in other letters
#
# Books do not agree on letters. Many call the weighted input $a$, the output $y$, the desired output $d$ and the error $E$. It is the
# same product:

# %%
print(derive(["a = w1*x1 + w2*x2 + b", "y = sigma(a)", "E = (y - d)^2/2"], "w1"))

# %% [markdown]
# The exercises use these letters. Read the equations first, and then trust the structure, not the names: **in the exercises, $a$ is
# the weighted input and $y$ the output**, so $\delta = \partial E/\partial a = (y - d)\, y (1 - y)$.
#
# ## Exercises
#
# **1.** The three factors, each on its own, and their product.

# %%
Exercise(
    "final_layer_product",
    hints=[
        "Three links, three factors. For each: which quantity is changed, and which one answers? Everything else is a constant.",
        r"$\frac{\partial E}{\partial w_1} = \frac{\partial E}{\partial y}\,\frac{\partial y}{\partial a}\,"
        r"\frac{\partial a}{\partial w_1}$; the power rule for the first, $\sigma' = \sigma(1 - \sigma)$ for the second; the third is the "
        r"derivative by $w_1$, not by $x_1$.",
        r"$\frac{\partial E}{\partial y} = y - d$, $\frac{\partial y}{\partial a} = y(1 - y)$, "
        r"$\frac{\partial a}{\partial w_1} = x_1$, and their product is $(y - d)\,y(1 - y)\,x_1$.",
    ],
)

# %% [markdown]
# **2.** Delta, and the bias as the weight of a constant 1.

# %%
Exercise(
    "final_layer_delta",
    hints=[
        r"$\delta$ is the product of the first two factors of exercise 1. For the bias and the weight only one factor is to be added.",
        r"$\delta = \frac{\partial E}{\partial y}\,\frac{\partial y}{\partial a}$, with the slope of the sigmoid in terms of $y$. Then "
        r"$\frac{\partial a}{\partial b} = 1$ and $\frac{\partial a}{\partial w} = x$.",
        r"$\delta = (y - d)\,y(1 - y)$, $\;\frac{\partial E}{\partial b} = \delta$, $\;\frac{\partial E}{\partial w} = \delta\,x$.",
    ],
)

# %% [markdown]
# **3.** A saturated unit, in numbers. (Here the output is $a$ again, the target $y$.)

# %%
Exercise(
    "saturation",
    hints=[
        r"Compute $a = \sigma(z)$ first; everything else is made of $a$ and $y$, without another exponential.",
        r"$\sigma'(z) = a(1 - a)$. With the quadratic loss $\delta = (a - y)\,\sigma'(z)$; with cross entropy $\sigma'(z)$ cancels.",
        r"For $z = 4$: $a = 0.9820$, slope $0.9820 \cdot 0.0180 = 0.0177$, quadratic $0.9820 \cdot 0.0177 = 0.0173$, entropy $0.9820 - 0$.",
    ],
)

# %% [markdown]
# **4.** If you want the whole derivation in your own hand: at least two lines, each equal to the one before.

# %%
Exercise("final_layer_steps")

# %% [markdown]
# ## What you take with you
#
# - $\partial C/\partial w_i = (a - y)\, a(1 - a)\, x_i$: how wrong, how ready to react, how much to blame.
# - $\delta = \partial C/\partial z = (a - y)\, a(1 - a)$ is computed once for the neuron; each weight multiplies it by its own input.
# - The bias is the weight of a constant 1: its gradient is $\delta$ itself.
# - A saturated neuron learns slowly, however wrong it is.
#
# Next: [a small network](08_a_small_network.ipynb). What is the $\delta$ of a neuron that has no target?

# %%
MyWork("my_work_07.json")
