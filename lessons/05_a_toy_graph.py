# %% [markdown]
# # 5. A toy graph: the gradient by hand
#
# A model says 14, and 5 would have been right. It has two numbers that may be changed, $w$ and $b$. Which one should move more, in which
# direction, and how far? In lesson 4 you went downhill along a slope that came from a formula. In this lesson the slope comes from plain
# numbers: you compute it yourself, with one multiplication at a time, on a picture.
#
# You need lesson 4 (gradient descent) and the chain rule. Keep a pencil at hand. About 40 minutes.

# %%
import math
from fractions import Fraction

from derive import Graph, derive
from derive.grading import Task
from derive.ways import three_ways
from derive.widgets import DescentFigure, Exercise, GraphStepper, MyWork, Stepper

# %% [markdown]
# ## A formula is a graph
#
# To compute $x + y$ you take two numbers and put them into one addition. Draw this as a circle with two lines coming in and one going out.
# Such a circle is called a *gate*. The result of a gate needs a name. Where the formula has none for it, the program calls the results
# $v_1$, $v_2$ and so on:

# %%
Graph("x + y")

# %% [markdown]
# A longer formula needs more gates, and what one gate puts out is what the next one takes in. In $g = (x + y)\,z$ the addition comes
# first. Give its result a better name than $v_1$: $p = x + y$, and then $g = p\,z$.
#
# **Predict:** let $x = 1$, $y = 2$, $z = 4$. Now $x$ alone grows by 0.1.

# %%
first = Graph.from_equations(["p = x + y", "g = p*z"])
change = first.forward(x=1.1, y=2, z=4) - first.forward(x=1, y=2, z=4)

# %%
Exercise(
    Task.pick(
        "Prediction: x grows by 0.1",
        ["0.1", "0.3", "0.4", "1.2"],
        f"{change:.1f}",
        why={
            "0.1": "this is how much p grows; after that p is multiplied by z",
            "0.3": "that is 0.1 times p, and p multiplies a change of z, not one of x",
            "1.2": "that is 0.1 times the whole of g",
        },
        statement="By how much does g grow?",
    )
)

# %% [markdown]
# The change went through two gates. The addition passed it on as it was, the product made it 4 times as large. This number 4 is the
# derivative $\partial g/\partial x$: so many times as large as the change of $x$ is the change of $g$.
#
# Below is the graph. Press *Next*, or click on the picture and press the right arrow key. First the values are computed, from left to
# right; they stand above the lines. Then the gradients are computed, from right to left; they stand below. Look out for two things:
#
# - Where does the way back begin, and with which number?
# - At the end, set $z$ to 0. Which gradients are 0 now, and which one is not?

# %%
GraphStepper(
    ["p = x + y", "g = p*z"],
    {"x": 1, "y": 2, "z": 4},
    sliders={"x": (-6, 6), "y": (-6, 6), "z": (-6, 6)},
)

# %% [markdown]
# The way back begins at the output, with $\partial g/\partial g = 1$. Each gate multiplies what it receives by its own derivative and
# hands the product on. Your turn, with other numbers:

# %%
Exercise(
    "first_graph",
    hints=[
        "Do the two gates one after the other. For the way back, ask of each gate: if this input grows a little, how much does the output "
        "of the gate grow?",
        r"At a product, $\partial g/\partial p = z$ and $\partial g/\partial z = p$. At a sum both derivatives are 1.",
        r"$\frac{\partial g}{\partial x} = \frac{\partial g}{\partial p} \cdot \frac{\partial p}{\partial x} = z \cdot 1$, and the same "
        r"for $y$.",
    ],
)

# %% [markdown]
# ## The toy graph
#
# Now a model that is to learn. It has one input $x$ and says $\hat y = w x + b$; the right answer is $y$; the loss is the square of the
# error. Four gates, and each result gets a name:
#
# $$\text{prod} = w\,x, \qquad \hat y = \text{prod} + b, \qquad \text{error} = \hat y - y, \qquad L = \text{error}^2$$
#
# The numbers are $w = 3$, $b = 2$, $x = 4$ and $y = 5$. **Before you go on,** write down the four values with your pencil. Then predict:

# %%
equations = ["prod = w*x", "yhat = prod + b", "error = yhat - y", "L = error^2"]
numbers = {"w": 3, "b": 2, "x": 4, "y": 5}

toy = Graph.from_equations(equations)
toy.forward(numbers)
slopes = toy.backward()

# %%
Exercise(
    Task.pick(
        "Prediction: w or b?",
        ["equally strongly", "3 times as strongly", "4 times as strongly", "12 times as strongly"],
        f"{slopes['w'] / slopes['b']:g} times as strongly",
        why={
            "equally strongly": "b is added as it is; what happens to w before it is added?",
            "3 times as strongly": "3 is w itself; by what is w multiplied?",
            "12 times as strongly": "12 is the product; a change of w is multiplied by x alone",
        },
        statement="L reacts to a small change of w ... as to the same change of b.",
    )
)

# %% [markdown]
# Go through the graph, forward and backward. On the way back, each step shows three numbers: what arrived at the gate (*upstream*), the
# gate's own derivative (*local*), and their product. Guess the product before you press *Next*.
#
# - Which gates passed the gradient on unchanged?
# - After the last step, move $b$ until the error is 0. What has become of all gradients?
# - Move $b$ a little further. What is different now?

# %%
GraphStepper(
    equations,
    numbers,
    sliders={"w": (-2, 4), "b": (-10, 10)},
    title="The toy graph, forward and backward",
)

# %% [markdown]
# Here are all the numbers at $w = 3$, $b = 2$ in one table:

# %%
print(toy)

# %% [markdown]
# So $L = 81$, $\partial L/\partial w = 72$ and $\partial L/\partial b = 18$. The ratio is 4, which is $x$. There are gradients for $x$
# and $y$, too. They are correct, but of no use to learning: the data are what they are.
#
# It needs no library. This is the whole computation; each line of the second half is one gate passed backward:

# %%
w, b, x, y = 3, 2, 4, 5

prod = w * x
yhat = prod + b
error = yhat - y
L = error**2

d_error = 2 * error
d_yhat = d_error * 1
d_prod = d_yhat * 1
d_w, d_b = d_prod * x, d_yhat * 1
print(f"L = {L}, dL/dw = {d_w}, dL/db = {d_b}")

# %% [markdown]
# ## The formula behind the numbers
#
# The numbers on the way back are the chain rule. Write it with names first, and put the numbers in last. Open it line by line; a *hint*
# before each line tells you which rule comes next. Below each line it stands once more, in numbers.

# %%
Stepper(equations, "w", at=numbers, title="The chain rule along the toy graph")

# %% [markdown]
# Four links between $w$ and $L$, four factors. Two of them are 1: those of the addition and of the subtraction. You can also forget the
# names and treat the loss as one expression:

# %%
by_formula = derive("(w*x + b - y)^2", "w")
print(by_formula)
print("at our numbers:", by_formula.at(numbers).value)

# %% [markdown]
# ## Three ways to one number
#
# You have met two ways to a gradient: a *formula*, into which numbers are put at the end, and the *graph*, which has numbers all the way.
# The third one needs no derivative at all. Move $w$ a little to both sides, and see how much $L$ changes:
#
# $$\frac{\partial L}{\partial w} \approx \frac{L(w + h) - L(w - h)}{2h}$$
#
# This is called a (central) *finite difference*. All three side by side, for every name in the formula:

# %%
ways = three_ways("(w*x + b - y)^2", numbers)
print(ways.verify())

# %% [markdown]
# `verify` has proved each step of the formulas, and it would have raised an error if one of the three numbers did not agree. Why have
# three ways, if they agree? Because they cost different things:
#
# - the formula tells you *why*, but for a network it would fill pages;
# - a finite difference needs no thought, but it is only approximate, and it evaluates $L$ twice for each parameter;
# - the graph has the numbers for *all* parameters, without approximation, after one way forward and one way back.
#
# So networks learn by the graph, people understand by the formula, and finite differences check both. How approximate are they? Look at
# the difference to one side, $(L(w + h) - L(w))/h$, too:

# %%
print("      h   one side   both sides")
for h in (1, 0.1, 0.01, 0.001):
    up, here, down = (toy.forward(numbers | {"w": 3 + shift}) for shift in (h, 0, -h))
    print(f"{h:7}   {(up - here) / h:8.3f}   {(up - down) / (2 * h):8.3f}")

# %% [markdown]
# The one-sided difference is wrong by $h x^2 = 16 h$. The two-sided one is exact here, for any $h$, because $L$ is a parabola in $w$. For
# other functions it is not exact, but its error shrinks with $h^2$.
#
# ## Small steps
#
# Now use the gradient. A step of gradient descent with the rate $\eta$ is
#
# $$w \leftarrow w - \eta\,\frac{\partial L}{\partial w}, \qquad b \leftarrow b - \eta\,\frac{\partial L}{\partial b}.$$
#
# Somebody has written a cautious program for this. Its rate is $1/18$, but it does not like steep places: while $\partial L/\partial w$
# has two digits before the point, it divides the rate by 10; with three digits it divides by 100. In code, by
# $10^{\operatorname{int}(\log_{10} \partial L/\partial w)}$. This is called *damping*.
#
# **Before you look at the table,** compute the first step with your pencil: the slopes are 72 and 18, the rate is $1/180$.

# %%
w, b = 3, 2
print(" k       w       b        L   dL/dw       rate")
for k in range(12):
    L = toy.forward(w=w, b=b, x=4, y=5)
    slope = toy.backward("w b")
    rate = 1 / 18 / 10 ** int(math.log10(slope["w"])) if slope["w"] > 0 else math.nan
    print(f"{k:2}  {w:6.4f}  {b:6.4f}  {L:7.4f}  {slope['w']:6.2f}   {rate:8.5f}")
    w, b = w - rate * slope["w"], b - rate * slope["b"]

# %% [markdown]
# For ten steps all is well: the loss falls from 81 to 53.29, 35.06, 23.07 and so on. Now look at the last lines. When the slope falls
# below 10, there is nothing to divide by, and the rate jumps to the full $1/18$. That step goes past the goal, the slope becomes negative,
# and a negative number has no logarithm: here the program stops with an error (the `nan` in the table). The caution was made for steep
# places on one side only. Lesson 14 comes back to this.
#
# ## What if the rate is not damped?
#
# **Predict:** at the start the error is 9. What is it after *one* step with the full rate $1/18$?

# %%
w, b = 3 - Fraction(1, 18) * slopes["w"], 2 - Fraction(1, 18) * slopes["b"]
after = w * 4 + b - 5

# %%
Exercise(
    Task.pick(
        "Prediction: one step that is not damped",
        ["8", "0", "-8", "-36"],
        f"{after}",
        why={
            "8": "the size is right; but in which direction did the step go, and how far?",
            "0": "that would be a rate which just fits",
            "-36": "compute the new w and b: how much is 72/18, how much is 18/18?",
        },
        statement="One step with the rate 1/18. What is the error w x + b - y then?",
    )
)

# %% [markdown]
# The step leads to $w = -1$, $b = 1$, with a loss of 64: from far above the target to nearly as far below it. Does this ever end? The
# same program without damping, in exact fractions, so that nothing is rounded:

# %%
w, b, before = Fraction(3), Fraction(2), None
print("k         w         b     error         L   error / error before")
for k in range(7):
    L = toy.forward(w=w, b=b, x=4, y=5)
    slope, error = toy.backward("w b"), Fraction(toy.value("error"))
    shown = "  ".join(f"{float(v):8.4f}" for v in (w, b, error, L))
    print(f"{k}  {shown}   {error / before if before else ''}")
    w, b, before = w - Fraction(1, 18) * slope["w"], b - Fraction(1, 18) * slope["b"], error

# %% [markdown]
# It ends well, although it looks wild: the error changes its sign at each step, and it shrinks, always by the same factor. You can see
# why. The slopes are $2\,\text{error}\cdot x$ and $2\,\text{error}$, so the step changes the error by
#
# $$x \cdot (-\eta \cdot 2\,\text{error}\cdot x) + (-\eta \cdot 2\,\text{error}) = -2\eta\,(x^2 + 1)\,\text{error},$$
#
# and what remains is
#
# $$\text{new error} = \bigl(1 - 2\eta\,(x^2 + 1)\bigr)\,\text{error}.$$
#
# For $x = 4$ the bracket is $1 - 34\,\eta$. With $\eta = 1/18$ it is $-16/18 = -8/9$, and the loss shrinks by $(8/9)^2 = 64/81$ a step.
#
# Here is the loss over the plane of $w$ and $b$, with the six steps of the table. *Start again*, and make them one by one: click on the
# picture and press the right arrow key.
#
# - All points lie on one straight line; why? (Compare the two slopes.)
# - The lowest places form a line, the valley $4w + b = 5$. Start somewhere else: do you end at the same $w$ and $b$?
# - Go back to the start and look for a rate at which *one* step is nearly enough. Which $\eta$ makes $1 - 34\,\eta$ equal to 0? The slider
#   stands on round numbers only, so look for the one that is nearest to it.
# - Look for the first rate at which the loss rises. Which $\eta$ is the limit, where $1 - 34\,\eta$ is $-1$?
# - Move the rate to 0.005 or 0.006; the damped one, $1/180$, is between them. What is the price of caution?

# %%
DescentFigure(
    "(w*4 + b - 5)^2",
    ["w", "b"],
    x=(-2, 4),
    y=(-2, 4),
    start=(3, 2),
    rate=1 / 18,
    rates=(0.004, 0.1),
    steps=6,
    most=40,
    without=["f", "schedule", "warmup", "momentum"],
    title="Descent on the loss of the toy graph",
)

# %% [markdown]
# The two slopes are always in the ratio 4 to 1, so every step runs along the same direction, $(4, 1)$. One step is enough with
# $\eta = 1/34 \approx 0.0294$; with 0.03 on the slider it leaves a loss of 0.03. At $\eta = 1/17 \approx 0.0588$ the error would go from 9
# to $-9$ and back for ever, and beyond it grows: with 0.06 the loss rises from 81 to 87.6. The rate $1/18 \approx 0.0556$ was only just
# small enough.
#
# With one sample there are many right answers: all $(w, b)$ in the valley. Which one you reach depends on where you start. A second sample
# with another $x$ would decide it.
#
# ## Exercises
#
# **1.** The toy graph with other numbers, forward and backward. Use your pencil.

# %%
Exercise(
    "toy_graph",
    variant=1,
    hints=[
        "Forward, each line uses the line before it. Backward, begin with the last gate: what is the derivative of a square?",
        r"$\frac{\partial L}{\partial \text{error}} = 2\,\text{error}$. The subtraction and the addition hand it on unchanged; the product "
        "exchanges its inputs.",
        r"$\frac{\partial L}{\partial w} = 2\,\text{error}\cdot x$, and $\frac{\partial L}{\partial x} = 2\,\text{error}\cdot w$",
    ],
)

# %% [markdown]
# **2.** The same gradient three ways.

# %%
Exercise("gradient_three_ways", variant=1)

# %% [markdown]
# **3.** Damped steps: an empty cell may be your calculator.

# %%
Exercise(
    "toy_damped_steps",
    variant=1,
    hints=[
        "For each step: first the error, then the two slopes, then the rate that belongs to this slope, then the new numbers.",
        r"$\frac{\partial L}{\partial w} = 2\,\text{error}\cdot x$ and $\frac{\partial L}{\partial b} = 2\,\text{error}$. The rate depends "
        r"on $\frac{\partial L}{\partial w}$ alone, and is the same for $w$ and $b$.",
        r"$w_1 = w_0 - \eta\,\frac{\partial L}{\partial w}$ with $\eta = \frac{1}{180}$ for a slope from 10 to 100 and "
        r"$\eta = \frac{1}{1800}$ from 100 on; then $L_1 = (w_1 x + b_1 - y)^2$",
    ],
)

# %% [markdown]
# **4.** And steps that are not damped.

# %%
Exercise(
    "toy_undamped_steps",
    variant=1,
    hints=[
        "Find the factor by which one step changes the error. With it you can check each line.",
        r"$\text{new error} = \bigl(1 - 2\eta\,(x^2 + 1)\bigr)\,\text{error}$ with $\eta = \frac{1}{18}$; and $L = \text{error}^2$",
        r"$w_1 = w_0 - \frac{1}{18}\cdot 2\,\text{error}\cdot x$, $b_1 = b_0 - \frac{1}{18}\cdot 2\,\text{error}$; if your error is "
        "negative, both numbers grow.",
    ],
)

# %% [markdown]
# ## What you take with you
#
# - A formula is a graph of gates. Values go forward; gradients go backward, beginning with 1 at the output.
# - Each gate multiplies what arrives by its own derivative: this is the chain rule, one factor at a time.
# - A formula explains a gradient, the graph computes it, a finite difference checks it.
# - On the toy graph a step multiplies the error by $1 - 2\eta\,(x^2 + 1)$. Between $-1$ and $1$ it learns, otherwise it does not.
# - Damping that looks at one side only can fail just before the goal.
#
# Next: [gates and chains](06_gates_and_chains.ipynb). What each kind of gate does to a gradient, and what happens where a value is used
# twice.

# %%
MyWork("my_work_05.json")
