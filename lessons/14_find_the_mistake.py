# %% [markdown]
# # 14. Find the mistake: fifteen errors that were published
#
# Would you have seen it? The fifteen mistakes of this appendix were all published, in tutorials, notes and notebooks. Some give right
# numbers at the one point that was tried. Such mistakes are easy to make and hard to see.
#
# Each case has the same form. You read what was published, in our words. A cell runs it, so that you see a symptom. Then it is your turn:
# solve the exercise as it should have been solved. At the end of each group the grader reads the *published* answers, and says what is
# wrong with them.
#
# You need lessons 1 to 10. There are four groups of about ten minutes each. Take them in order, since some cells use what earlier ones
# have defined. The cases are grouped by the kind of their mistake, so their numbers, X1 to X15, do not come in order.

# %%
import math

from IPython.display import display

from derive import DeriveError, Graph, derive, descend, grade
from derive.counting import memory, species_table
from derive.data import seven_points
from derive.grading import load_task
from derive.perceptron import perceptron
from derive.widgets import Curve, DescentFigure, Exercise, MyWork, Stepper

# %% [markdown]
# ## First group: which way is down?
#
# ### X1. The error is the root of the loss
#
# A small program learns $\hat y = w x + b$ from one sample, with $L = (\hat y - y)^2$. Its backward pass gets the error back from the
# loss, $\text{error} = \sqrt{L}$, and goes on with $\partial L/\partial w = 2 \cdot \text{error} \cdot x$ and $\partial L/\partial b = 2
# \cdot \text{error}$. At $w = 3$, $b = 2$, $x = 4$, $y = 5$ this gives 72 and 18, and that is right. Here is the program, with the
# learning rate 1/18:


# %%
def run(w, b, x, y, steps):
    for _ in range(steps):
        loss = (w * x + b - y) ** 2
        print(f"w = {w:7.2f}  b = {b:6.2f}  loss = {loss:8.1f}")
        error = math.sqrt(loss)
        w, b = w - 2 * error * x / 18, b - 2 * error / 18


run(w=3, b=2, x=4, y=5, steps=4)
right = descend(lambda p: (4 * p[0] + p[1] - 5) ** 2, (3, 2), 1 / 18, steps=3)
print("with the right gradient:", [round(loss, 1) for loss in right.values])

# %% [markdown]
# The first step is good; from then on the loss grows. The curve is the published slope over $w$, the dashed line the right one. Move $w$
# and $b$: where are they the same, and where not?

# %%
Curve(
    "8*sqrt((4*w + b - 5)^2)",
    variable="w",
    x=(-3, 5),
    at=-1,
    parameters={"b": (-5, 5, 2)},
    beside={"the right slope": "8*(4*w + b - 5)"},
    slope=False,
    title="Slope of the loss by w as it was published, at x = 4 and y = 5",
)

# %%
Exercise("toy_gradient")

# %% [markdown]
# ### X2. The slope of a squared residual
#
# A network with a sum of squared residuals, $\mathrm{SSR} = \sum_i (y_i - \hat y_i)^2$. The published derivative by the last bias, behind
# which nothing is left to multiply, is $-2 \sum_i (y_i - \hat y_i)^2$. Nudge the bias, and compare:

# %%
network = ["blue = softplus(w1*x + b1)", "orange = softplus(w2*x + b2)", "green = w3*blue + w4*orange + b3", "SSR = (y - green)^2"]
at = {"x": [0.1, 0.53, 0.82], "y": [1.2, 3.2, 1.1], "w1": 0.49671415, "w2": -0.1382643, "w3": 0.64768854, "w4": 1.52302986}
at |= {"b1": 0, "b2": 0, "b3": 0}
graph = Graph.from_equations(network, samples=3)
ssr = graph.forward(at)
print(f"published: {-2 * ssr:.4f}")
print(f"nudged:    {(graph.forward(at | {'b3': 1e-6}) - ssr) / 1e-6:.4f}")

# %%
Exercise("residual_slope")

# %% [markdown]
# ### X3. The update
#
# The same text writes one step of learning as $\theta_{\text{new}} = \theta_{\text{old}} + \alpha\, \partial f/\partial \theta$. This is
# the same as a *descent on* $-f$, and so you can watch it. Take $f(x) = (x - 2)^2$; the figure steps down on $F = -f$. Press *Step*, and
# move the learning rate. Is there a rate with which it finds the minimum of $f$, at 2?

# %%
DescentFigure("-(x - 2)^2", x=(0, 5), start=2.5, rate=0.1, steps=5, most=20, without=("f", "schedule", "warmup", "momentum", "log"))

# %%
Exercise("update_rule")

# %% [markdown]
# ### X11. A rate that is damped
#
# To avoid steps that are too long, a program multiplies its learning rate by $10^{-\operatorname{int}(\log_{10} d)}$, where $d = \partial
# L/\partial w$ and int cuts off the decimals. Six steps with it look well (lesson 5). Its slopes there are all above 10. What does the
# factor do elsewhere?

# %%
for d in (7200, 720, 72, 7.2, 0.72, 0.072, 0.0072, -72):
    try:
        print(f"slope {d:>7}: rate times {10.0 ** -int(math.log10(d)):g}")
    except ValueError as error:
        print(f"slope {d:>7}: {error}")

# %%
Exercise(
    "damping_factor",
    hints=[
        r"$\log_{10}$ of a number below 1 is negative, and int goes towards 0: int(1.86) = 1, int(-1.3) = -1.",
        r"At 72: $10^{-1}$. At 5: $10^{0}$. At 0.05: $10^{1}$. For a better factor use the size of the slope, $|d|$, and make sure that "
        "it is never above 1 and falls as fast as $1/|d|$ does.",
        "at 72 = 0.1; at 5 = 1; at 0.05 = 10. Undefined where there is no logarithm: -72. Better, for example: 1/(1 + abs(d_w)).",
    ],
)

# %% [markdown]
# ### What the grader says of these four
#
# Guess first: which words will it use for each? (There is no int in the formulas that the grader reads. So for X11 it is given
# $10^{-\ln(d_w)/\ln(10)}$, the same factor without cutting off the decimals.)

# %%
for name, part, published in [
    ("toy_gradient", "dL/dw", "2*sqrt(L)*x"),
    ("residual_slope", "dL/dyhat", "-2*(y - yhat)^2"),
    ("damping_factor", "better", "10^(-ln(d_w)/ln(10))"),
]:
    task = load_task(name)
    display(grade(task, task.solution() | {part: published}))
display(grade(load_task("update_rule"), "b + 2*alpha*(w*x + b - y)"))

# %% [markdown]
# The derivative that X2 got wrong, line by line. At which line was the exponent lost from sight?

# %%
Stepper("(y - yhat)^2", "yhat", at={"y": 3.2, "yhat": 1.5})

# %% [markdown]
# ## Second group: which variable?
#
# ### X4. Two hidden units
#
# The network of X2 has two hidden units, blue and orange. In the published formulas both are the softplus of $w_1 x + b_1$. Everything
# runs, no error is raised. Compare the outputs with those of the network above:

# %%
twice = Graph.from_equations([network[0], "orange = softplus(w1*x + b1)", *network[2:]], samples=3)
twice.forward({name: value for name, value in at.items() if name not in ("w2", "b2")})
graph.forward(at)
print("published:", [f"{green:.3f}" for green in twice.value("green")])
print("two units:", [f"{green:.3f}" for green in graph.value("green")])

# %%
Exercise(
    "softplus_forward",
    hints=[
        "Two hidden units that compute the same are one unit. Which weights belong to which?",
        r"Softplus is $\ln(1 + e^z)$. Blue uses $w_1$ and $b_1$, orange $w_2$ and $b_2$.",
        r"For $x = 0.1$: orange is $\ln(1 + e^{w_2 \cdot 0.1})$, about 0.686, and green is $w_3 \cdot 0.718 + w_4 \cdot 0.686$.",
    ],
)

# %% [markdown]
# ### X5. Upstream times local
#
# A text explains that a gradient is the upstream gradient times the local one. Its formula is $\frac{\partial z}{\partial x} =
# \frac{\partial L}{\partial z} \cdot \frac{\partial z}{\partial x}$. Put numbers into both sides, with $z = x y$, $L = z^2$, $x = 3$, $y
# = -2$:

# %%
gates = Graph.from_equations(["z = x*y", "L = z^2"])
gates.forward(x=3, y=-2)
gates.backward()
dz_dx = -2  # z = x y, and y is -2
print(f"left:  dz/dx = {dz_dx}")
print(f"right: dL/dz · dz/dx = ({gates.gradient('z')}) · ({dz_dx}) = {gates.gradient('z') * dz_dx}")
print(f"graph: dL/dx = {gates.gradient('x')}")

# %%
Exercise("upstream_and_local")

# %% [markdown]
# ### X6. A factor that is nearly 1
#
# A 1-2-1 network uses its output weight $w_3$ twice: $z_3 = w_3 a_1 + w_3 a_2 + b_3$. The published code for the first hidden unit is
# $\frac{\partial L}{\partial a_1} = \frac{\partial L}{\partial w_3} \cdot w_3 \cdot \sigma'(z_1)$, and the numbers look well. Compare
# with the graph, at the numbers that were published with it:

# %%
hidden = ["z1 = w1*x + b1", "a1 = sigma(z1)", "z2 = w2*x + b2", "a2 = sigma(z2)"]
shared = [*hidden, "z3 = w3*a1 + w3*a2 + b3", "yhat = sigma(z3)", "L = (y - yhat)^2/2"]
point = {"x": 0.5, "y": 0.8, "w1": 0.2, "w2": -0.3, "b1": 0.4, "b2": -0.5, "w3": 0.1, "b3": 0.2}
unit = Graph.from_equations(shared)
unit.forward(point)
slopes = unit.backward()
a1 = unit.value("a1")
published = slopes["w3"] * point["w3"] * a1 * (1 - a1)
print(f"published {published:.7f}, graph: dL/dz1 = {unit.gradient('z1'):.7f}, dL/da1 = {unit.gradient('a1'):.7f}")
print(f"published / (dL/dz1) = {published / unit.gradient('z1'):.4f}")

# %% [markdown]
# Within 4 % of $\partial L/\partial z_1$, and far from $\partial L/\partial a_1$, as which it was published. So there are two mistakes.
# Which ones?

# %%
Exercise("hidden_error")

# %% [markdown]
# ### X12. A derivative by something else
#
# A linear layer is $z = \sum_j w_j x_j$. Its derivative by $w_i$ was written down as $\partial z/\partial x_i$, and then said to be
# $x_i$. The two do not fit. Nudge $w_2$, and compare with the derivative by $x_2$:

# %%
z = "w1*x1 + w2*x2 + w3*x3"
layer = Graph(z)
here = {"w1": 0.5, "x1": 1, "w2": -1, "x2": 3, "w3": 2, "x3": -2}
before = layer.forward(here)
print(f"w2 nudged by 0.01: z changes by {layer.forward(here | {'w2': -0.99}) - before:.4f}")
print("derivative by x2:", derive(z, "x2").result, "   derivative by w2:", derive(z, "w2").result)

# %%
Exercise("linear_layer")

# %% [markdown]
# ### What the grader says of these four

# %%
for name, part, published in [
    ("softplus_forward", "orange_1", "0.718"),
    ("upstream_and_local", "chain rule", "dz/dx = dL/dz · dz/dx"),
    ("hidden_error", "dL/dz1", "dL_dw3*w3*sigma'(z1)"),
    ("linear_layer", "dz/dw2", "w2"),
]:
    task = load_task(name)
    display(grade(task, task.solution() | {part: published}))

# %% [markdown]
# The error of the hidden unit of X6, link by link: the factor $a_1 + a_2$ is nowhere on this way. It belongs to $\partial z_3/\partial
# w_3$, and at the numbers above it is what you saw printed, 0.9654.

# %%
Stepper(shared, "z1")

# %% [markdown]
# ## Third group: programs and misprints
#
# ### X8. A comment
#
# A program minimises $F(x) = (x - 2)^2$. The comment above it says that the minimum is expected, by calculation, at $x = 9/4$. Let it
# run, and look at the slope at 9/4:

# %%
way = descend(lambda x: (x - 2) ** 2, 4.0, 0.01, stop=1e-4)
print(f"after {way.steps} steps x = {way.points[-1]:.4f}")
print("slope at 9/4:", derive("(x - 2)^2", "x").at({"x": 9 / 4}).value)

# %%
Exercise(
    "where_the_minimum_is",
    hints=[
        "Comments are not run. What is true at a minimum?",
        "The slope is 0 there. The code says what the slope is.",
        r"$2(x - 2) = 0$.",
    ],
)

# %% [markdown]
# ### X9. A layer without weights
#
# The constructor of a class for linear layers takes two sizes, and then keeps `weights`, which nobody has given to it:


# %%
class Linear:
    def __init__(self, in_size=None, out_size=None):
        self.weights = weights  # noqa: F821  # this is the mistake


try:
    Linear(3, 2)
except NameError as error:
    print("NameError:", error)

# %% [markdown]
# In a notebook this is worse than it looks: if another cell happens to define `weights`, the class runs, with weights that nobody meant.
# A checker such as `ruff` finds it without running anything; the comment in the cell keeps it quiet.

# %%
Exercise(
    "mend_layers",
    hints=[
        "Where must the weights come from? And what is the derivative of w x by x?",
        "The constructor, __init__(self, weights), keeps them; forward is matrix times vector; its derivative by x is the matrix. "
        r"For the sigmoid, $\sigma' = \sigma (1 - \sigma)$.",
        "def __init__(self, weights): self.weights = weights. And a sigmoid that bears 1000: 0.5*np.tanh(0.5*x) + 0.5",
    ],
)

# %% [markdown]
# ### X13. Misprints
#
# One text has four small slips: the gate that passes its gradient to the larger input is written $\max(x + y)$; a chain has the factor
# $\partial\,\text{orange}/\partial\,\text{orange}$ where $\partial\,\text{green}/\partial\,\text{orange}$ should be; the names of the
# loss and of the activation, softplus, are exchanged; and the learning rate is .001 in the text and .01 in the code. Give both gates to
# the graph:

# %%
for gate in ("max(x, y)", "max(x + y)"):
    try:
        router = Graph(gate)
        router.forward(x=5, y=2)
        print(gate, "passes on", router.backward())
    except DeriveError as error:
        print(error)

# %%
Exercise(
    "a_gate_written_wrong",
    hints=[
        "1: between which numbers is to be chosen? 2 and 3: what does green do with orange? 4: which of the two is made of one number?",
        r"$\max(x, y)$. Green is $w_3 \text{ blue} + w_4 \text{ orange} + b_3$, and the factor $dL/d\,\text{green}$ comes before.",
        r"dgreen/dorange = w4; dL/dorange = $-2\,(y - \text{green})\, w_4$; softplus is $\ln(1 + e^z)$.",
    ],
)

# %% [markdown]
# **All together.** The program of that text has X2, X3 and X4 in it at once. What will its first step do to the loss? Predict before
# you look at the result. The exercise asks what a right step would have done.

# %%
slope = -2 * twice.value("SSR")
after = {name: value for name, value in at.items() if name not in ("w2", "b2")} | {"b3": 0.01 * slope}
print(f"loss before {twice.value('SSR'):.3f}, after {twice.forward(after):.3f}")

# %%
Exercise(
    "wrong_gradient_descent",
    hints=[
        "Two things have to be right: the slope, and the direction of the step.",
        r"The slope of a sum of $(y - \text{green})^2$ by $b_3$ is $-2 \sum (y - \text{green})$; descent subtracts rate times slope.",
        "For mended: compute green for all three samples, add their residuals, multiply by $2 \\cdot 0.01$: this is the new $b_3$. "
        "Then the loss once more.",
    ],
)

# %% [markdown]
# ### What the grader says of these
#
# The code of X9 is run, in a process of its own.

# %%
layers = """
import numpy as np

class Linear:
    def __init__(self, in_size=None, out_size=None):
        self.weights = weights

    def forward(self, x):
        return np.dot(self.weights, x)

    def df(self, x):
        return self.weights

class Sigmoid:
    def forward(self, x):
        return 1/(1 + np.exp(-x))

    def df(self, x):
        return self.forward(x)*(1 - self.forward(x))
"""
display(grade(load_task("where_the_minimum_is"), "9/4"))
display(grade(load_task("mend_layers"), layers))
for name, part, published in [("a_gate_written_wrong", "gate", "max(x + y)"), ("wrong_gradient_descent", "right", "A")]:
    task = load_task(name)
    display(grade(task, task.solution() | {part: published}))

# %% [markdown]
# ## Fourth group: said in words
#
# ### X7. Linear in what?
#
# A text calls $a x^2 + b x + c$ a linear model, because it is linear in "the parameter $x^2$". If a model is linear in some letters, the
# result doubles when you double all of them. Try both:

# %%
model = Graph("a*x^2 + b*x + c")
start = {"a": 1, "b": -2, "c": 3, "x": 2}
print("as it is:          ", model.forward(start))
print("a, b and c doubled:", model.forward(start | {"a": 2, "b": -4, "c": 6}))
print("x doubled:         ", model.forward(start | {"x": 4}))

# %%
Exercise(
    "linear_in_what",
    hints=[
        "Which letters does learning change? And which one is data?",
        "Take the derivative by a letter. If the model is linear in it, the letter is gone.",
        r"The derivatives by $a$, $b$, $c$ are $x^2$, $x$ and 1: none of $a$, $b$, $c$ is left in them. So it is linear in these three.",
    ],
)

# %% [markdown]
# ### X10. A table of brains
#
# If a synapse is one number of 4 bytes, a roundworm needs 400 kB, a fruit fly 40 MB, a bee 4 GB, a mouse 4 TB, a cat 40 TB and a human,
# with $10^{15}$ synapses, 4 EB. So says the table. How much more than a cat is that, in synapses and in bytes?

# %%
count = {kind: synapses for kind, synapses, _ in species_table()}
print("synapses:", count["human"] // count["cat"], "times as many")
print("bytes as published, 4 EB:", 4 * 10**18 // memory(count["cat"]), "times as many")

# %%
Exercise(
    "size_table",
    hints=[
        "Go down the table: by which factor do the synapses grow, by which the bytes?",
        "4 bytes times the number of synapses; kB, MB, GB, TB, PB, EB are 1000 times one another.",
        r"$4 \cdot 10^{15}$ bytes are 4 PB, which is 4000 TB.",
    ],
)

# %% [markdown]
# ### X14. What the rate does for a perceptron
#
# The perceptron rule starts at $w = 0$, $b = 0$. A learning rate $\eta$, says the text, controls how fast it converges. Run it with four
# rates:

# %%
points = seven_points()
for rate in (0.1, 0.5, 1, 10):
    history = perceptron(points.X, points.Y, rate=rate)
    line = f"w = ({history.w[0]:g}, {history.w[1]:g}), b = {history.b:g}"
    print(f"rate {rate:>4}: epoch {history.epochs} is the first without a mistake, {len(history.updates)} updates, {line}")

# %%
Exercise(
    "perceptron_run",
    hints=[
        r"What does the rule ask of $w$ and $b$? Only whether $w \cdot x + b$ is at least 0. What if both are multiplied by $\eta > 0$?",
        r"From zero, $w$ and $b$ are sums of changes, each multiplied by $\eta$. So at every step they are $\eta$ times those of the run "
        "with rate 1, and every decision is the same.",
        "Run the rule by a program: for each point, f = 1 if w·x + b >= 0, then add (y - f) x to w and (y - f) to b. It ends in the 8th "
        "epoch; rescaled, w and b are the rate times as large.",
    ],
)

# %% [markdown]
# ### X15. The least cross entropy
#
# The cross entropy goes to 0, a text says, as the output $a$ comes near the target $y$. The curve is
# $C(a) = -\big(y \ln a + (1 - y) \ln(1 - a)\big)$. Move $y$: where is it least, and how small is it there?

# %%
Curve("-(y*ln(a) + (1 - y)*ln(1 - a))", variable="a", x=(0.01, 0.99), y=(0, 3), at=0.5, parameters={"y": (0.05, 0.95, 0.5)})

# %%
Exercise(
    "cross_entropy_least",
    hints=[
        "Put a = y into C. Is anything there that would be 0?",
        r"At $a = y$ it is $-\big(y \ln y + (1 - y) \ln(1 - y)\big)$, the entropy of $y$.",
        r"For $y = 0.5$ it is $\ln 2 = 0.693$; at $a = 0.8$ it is $-\tfrac12(\ln 0.8 + \ln 0.2)$.",
    ],
)

# %% [markdown]
# ### What the grader says of these four

# %%
display(grade(load_task("linear_in_what"), "x"))
for name, part, published in [
    ("size_table", "terabytes", {"terabytes": 4_000_000}),
    ("perceptron_run", "effect", "with 0.5 it needs fewer epochs"),
]:
    task = load_task(name)
    display(grade(task, task.solution() | {part: published}))
task = load_task("cross_entropy_least")
display(grade(task, task.solution() | {"at a = y": 0}))

# %% [markdown]
# ## What you take with you
#
# - A gradient that is right at one point can be wrong at others: try both sides of the target, and slopes of both signs (X1, X11).
# - Two quick tests: nudge and compare (X2, X6, X12), and see whether the loss falls (X1, X3, X13).
# - A small deviation is not a rounding error until you know where it comes from (X6).
# - Read the left side of a formula, too: of what, and by what, is it the derivative (X5, X12)?
# - Comments, tables and names are not run, so nobody notices when they are wrong (X7, X8, X10, X13).
#
# This was the last lesson. Back to [the first](01_linear_models.ipynb), or on to [training](11_training.ipynb) with what you know now.

# %%
MyWork("my_work_14.json")
